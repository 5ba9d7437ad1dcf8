package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Arguments;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Collection;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A thin caller over {@link HttpClient} that adds what it lacks: a timeout that covers the body too and
 * closes the exchange, a client span and metric for each attempt, and trace context in the headers.
 * Immutable, safe for use by many threads; owns no thread, and does not close the client.
 *
 * <pre>{@code
 * Outbound outbound = Outbound.of(client, otel);
 * HttpResponse<String> stock = outbound.send(request, BodyHandlers.ofString(), Duration.ofSeconds(2));
 * }</pre>
 *
 * <p>{@code HttpRequest.timeout} ends with the headers: a body that stalls afterwards hangs its reader.
 * Here a body still being read when the time is over fails with {@link HttpTimeoutException}, streaming
 * bodies included, and the connection is closed. A streaming body that ends late runs its error on the
 * client's executor; a client without one runs it on the JDK's timer thread.
 */
public final class Outbound {
  private final HttpClient client;
  private final HttpClientTelemetry telemetry;
  private final Collection<String> ownHeaders = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

  private Outbound(HttpClient client, HttpClientTelemetry telemetry) {
    this.client = requireNonNull(client, "client");
    this.telemetry = requireNonNull(telemetry, "telemetry");
    ownHeaders.addAll(telemetry.propagatedFields());
  }

  /**
   * A caller with the default telemetry.
   *
   * @param client makes the calls; stays the caller's to close
   * @param otel where to record; passed in, never the global one
   * @return the caller
   */
  public static Outbound of(HttpClient client, OpenTelemetry otel) {
    return of(client, HttpClientTelemetry.of(otel));
  }

  /**
   * A caller with telemetry of one's own.
   *
   * @param client makes the calls; stays the caller's to close
   * @param telemetry what is recorded and propagated
   * @return the caller
   */
  public static Outbound of(HttpClient client, HttpClientTelemetry telemetry) {
    return new Outbound(client, telemetry);
  }

  /**
   * Makes a call and waits for its answer.
   *
   * @param request what to send; trace headers in it are replaced
   * @param body what to make of the body
   * @param timeout how long all of it may take, the body included; zero or negative: it is not sent
   * @param <T> the type of the body
   * @return the answer
   * @throws HttpTimeoutException when the time is over; the exchange has been closed
   * @throws IOException as the client throws it
   * @throws InterruptedException when this thread is interrupted; the exchange has been closed
   */
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body, Duration timeout)
      throws IOException, InterruptedException {
    return send(request, body, timeout, 1);
  }

  /**
   * Makes one attempt of a call and waits for its answer.
   *
   * @param request what to send; trace headers in it are replaced
   * @param body what to make of the body
   * @param timeout how long all of it may take, the body included; zero or negative: it is not sent
   * @param attempt which attempt of the same call this is, counted from 1
   * @param <T> the type of the body
   * @return the answer
   * @throws HttpTimeoutException when the time is over; the exchange has been closed
   * @throws IOException as the client throws it
   * @throws InterruptedException when this thread is interrupted; the exchange has been closed
   */
  public <T> HttpResponse<T> send(
      HttpRequest request, BodyHandler<T> body, Duration timeout, int attempt)
      throws IOException, InterruptedException {
    OutboundExchange<T> exchange = start(request, body, timeout, attempt);
    try {
      HttpResponse<T> answer = exchange.answer().get(exchange.nanosLeft(), TimeUnit.NANOSECONDS);
      exchange.watch(); // a streaming body may still be on its way
      return answer;
    } catch (TimeoutException timeIsOver) {
      throw exchange.expire();
    } catch (InterruptedException interrupted) {
      exchange.cancel();
      throw interrupted;
    } catch (ExecutionException failed) {
      throw exchange.failed(failed.getCause());
    }
  }

  /**
   * Makes a call and lets its answer come.
   *
   * @param executor where the returned future is completed
   * @param request what to send; trace headers in it are replaced
   * @param body what to make of the body
   * @param timeout how long all of it may take, the body included; zero or negative: it is not sent
   * @param <T> the type of the body
   * @return the answer, or {@link HttpTimeoutException} or what the client throws; cancelling it closes the exchange
   */
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      Executor executor, HttpRequest request, BodyHandler<T> body, Duration timeout) {
    return sendAsync(executor, request, body, timeout, 1);
  }

  /**
   * Makes one attempt of a call and lets its answer come.
   *
   * @param executor where the returned future is completed
   * @param request what to send; trace headers in it are replaced
   * @param body what to make of the body
   * @param timeout how long all of it may take, the body included; zero or negative: it is not sent
   * @param attempt which attempt of the same call this is, counted from 1
   * @param <T> the type of the body
   * @return the answer, or {@link HttpTimeoutException} or what the client throws; cancelling it closes the exchange
   */
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      Executor executor, HttpRequest request, BodyHandler<T> body, Duration timeout, int attempt) {
    requireNonNull(executor, "executor");
    OutboundExchange<T> exchange;
    try {
      exchange = start(request, body, timeout, attempt);
    } catch (HttpTimeoutException notSent) {
      return CompletableFuture.failedFuture(notSent);
    }
    exchange.watch();
    return exchange.completedOn(executor);
  }

  private <T> OutboundExchange<T> start(
      HttpRequest request, BodyHandler<T> body, Duration timeout, int attempt)
      throws HttpTimeoutException {
    requireNonNull(body, "body");
    Arguments.check(attempt >= 1, "attempt", ">= 1", attempt);
    String target = request.method() + ' ' + request.uri().getHost();
    if (timeout.isZero() || timeout.isNegative()) {
      throw new HttpTimeoutException(target + ": not sent, no time was left");
    }
    HttpRequest.Builder sent =
        HttpRequest.newBuilder(request, (name, value) -> !ownHeaders.contains(name));
    ClientCall call =
        telemetry.begin(request.method(), request.uri().toString(), sent::setHeader, attempt - 1);
    var executor = client.executor().orElse(Runnable::run);
    var exchange = new OutboundExchange<T>(call, target, timeout, executor, telemetry.time());
    try {
      exchange.begun(client.sendAsync(sent.build(), exchange.watched(body)));
    } catch (RuntimeException | Error refused) {
      call.fail(refused);
      throw refused;
    }
    return exchange;
  }
}
