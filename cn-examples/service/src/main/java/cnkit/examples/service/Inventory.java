package cnkit.examples.service;

import static java.net.http.HttpResponse.BodyHandlers.ofString;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.examples.web.Reply;
import cnkit.examples.web.Request;
import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Classifier;
import cnkit.resilience.Handling;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import cnkit.telemetry.Outbound;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The stock of an article, asked of another service: bounded in time, in attempts and in harm. */
final class Inventory {
  final Pipeline pipeline = Pipeline.builder("inventory")
      .classifier(Classifier.ofResult(
          HttpResponse.class,
          response -> response.statusCode() >= 500 ? Handling.FAILURE : Handling.SUCCESS))
      .deadline(ofSeconds(2))
      .perTryTimeout(ofMillis(600))
      .retry(RetrySettings.exponential(ofMillis(50)).withAttempts(3))
      .breaker(Breaker.of(
          "inventory",
          BreakerSettings.countWindow(20)
              .withFailureRate(0.5)
              .withMinimumCalls(10)
              .withOpenTime(ofSeconds(2))))
      .bulkhead(64)
      .build();
  private final Supplier<URI> base;
  private final CompletableFuture<Outbound> http;

  Inventory(Supplier<URI> base, OpenTelemetry otel) {
    this.base = base;
    // a client sets up all of TLS, whether it is needed or not: beside the start, not in its way
    this.http = new CompletableFuture<Outbound>()
        .completeAsync(
            () -> Outbound.of(
                HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(ofMillis(500))
                    .build(),
                otel),
            task -> new Thread(task, "inventory-client").start());
  }

  /** Waits for the client: nobody is ready before it. */
  void open() {
    http.join();
  }

  /** {@code GET /inventory/{sku}}. */
  Reply stock(Request request) throws IOException, InterruptedException {
    String sku = URLEncoder.encode(request.variable(), StandardCharsets.UTF_8).replace("+", "%20");
    HttpRequest question = HttpRequest.newBuilder(base.get().resolve("/" + sku)).build();
    HttpResponse<String> response =
        pipeline.call(attempt -> http.join().send(question, ofString(), attempt.remaining()));
    return response.statusCode() == 200
        ? Reply.of("application/json", response.body())
        : Reply.problem(503, "the inventory does not answer");
  }

  /** What is asked of the inventory: a record, so that every replica repeats a request in the same bytes. */
  private record Reservation(String sku, int quantity) {}

  /** Sets stock aside for an order: reserved or backordered, or pending while the inventory does not say. Once an id. */
  String reserve(UUID order, String sku, int quantity) {
    HttpRequest request = HttpRequest.newBuilder(base.get().resolve("/reservations/" + order))
        .PUT(BodyPublishers.ofString(Reply.write(new Reservation(sku, quantity))))
        .build();
    return pipeline.callOrElse(
        attempt -> {
          int status =
              http.join().send(request, ofString(), attempt.remaining()).statusCode();
          if (status != 200 && status != 404 && status != 409) {
            throw new IOException("status " + status);
          }
          return status == 200 ? "reserved" : "backordered";
        },
        unanswered -> "pending");
  }
}
