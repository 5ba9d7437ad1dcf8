package cnkit.examples.service;

import static java.net.http.HttpResponse.BodyHandlers.ofString;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.resilience.Attempt;
import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.CallRejectedException;
import cnkit.resilience.Classifier;
import cnkit.resilience.Kind;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The stock of an article, asked of another service: bounded in time, in attempts and in harm. */
final class Inventory {
  private final HttpClient http = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(ofMillis(500))
      .build();
  private final Breaker breaker = Breaker.named(
      "inventory",
      BreakerSettings.countWindow(20).failureRate(0.5).minimumCalls(10).openFor(ofSeconds(2)));
  private final Pipeline pipeline = Pipeline.named("inventory")
      .classifier(Classifier.ofResult(
          HttpResponse.class,
          response -> response.statusCode() >= 500 ? Kind.FAILURE : Kind.SUCCESS))
      .deadline(ofSeconds(2))
      .perTryTimeout(ofMillis(700))
      .retry(RetrySettings.exponential(ofMillis(50)).attempts(3))
      .breaker(breaker)
      .bulkhead(64)
      .build();
  private final URI base;

  Inventory(URI base) {
    this.base = base;
  }

  Pipeline pipeline() {
    return pipeline;
  }

  /** {@code GET /inventory/{sku}}. */
  Reply stock(String sku) throws InterruptedException {
    URI uri =
        base.resolve("/" + URLEncoder.encode(sku, StandardCharsets.UTF_8).replace("+", "%20"));
    try {
      HttpResponse<String> response = pipeline.call(attempt -> send(attempt, uri));
      return response.statusCode() == 200
          ? new Reply(200, "application/json", response.body(), java.util.Map.of())
          : unavailable();
    } catch (CallRejectedException rejected) {
      long seconds =
          rejected.retryAfter().map(wait -> wait.plusMillis(999).toSeconds()).orElse(1L);
      return unavailable().with("Retry-After", Long.toString(Math.max(1, seconds)));
    } catch (IOException failed) {
      return unavailable();
    }
  }

  private static Reply unavailable() {
    return Reply.problem(503, "the inventory does not answer");
  }

  /** HttpRequest's own timeout ends with the headers; this one covers the body too, and cancels the exchange. */
  private HttpResponse<String> send(Attempt attempt, URI uri)
      throws IOException, InterruptedException {
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(HttpRequest.newBuilder(uri).build(), ofString());
    try {
      return answer.get(attempt.remaining().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new IOException("no answer within " + attempt.remaining(), late);
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof IOException io ? io : new IOException(failed.getCause());
    } finally {
      answer.cancel(true);
    }
  }
}
