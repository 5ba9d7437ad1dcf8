package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real sockets on loopback: what is claimed is what the JDK's client does with them. */
@SuppressWarnings("NullAway") // messages of exceptions are there, or the test fails
class OutboundTest {
  private static final Duration SOON = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Recorded recorded = new Recorded();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client = HttpClient.newBuilder().executor(threads).build();
  private final Outbound outbound = Outbound.of(client, recorded.otel());
  private final CountDownLatch connectionCut = new CountDownLatch(1);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/ok", exchange -> answer(exchange, exchange.getRequestHeaders().getFirst("traceparent")));
    server.createContext("/gone", exchange -> {
      exchange.sendResponseHeaders(503, -1);
      exchange.close();
    });
    server.createContext("/stall", exchange -> {
      exchange.sendResponseHeaders(200, 0);
      stall(exchange);
    });
    server.createContext("/hang", exchange -> {
      arrived.countDown();
      exchange.sendResponseHeaders(100, -1);
      stall(exchange);
    });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
    recorded.close();
  }

  @Test
  void anAnswerIsOneSpanThatTheServerHasSeen() throws Exception {
    HttpResponse<String> answer = outbound.send(get("/ok"), BodyHandlers.ofString(), LONG, 2);
    SpanData span = recorded.spans().get(0);
    assertTrue(answer.body().contains(span.getTraceId() + '-' + span.getSpanId()), answer.body());
    assertEquals(1L, span.getAttributes().get(Contract.HTTP_REQUEST_RESEND_COUNT));
    assertEquals("1.1", span.getAttributes().get(Contract.NETWORK_PROTOCOL_VERSION));
    assertEquals(1, recorded.spans().size());
  }

  @Test
  void aStatusOf503IsAnAnswerAndAnErrorOfTheAttempt() throws Exception {
    assertEquals(
        503, outbound.send(get("/gone"), BodyHandlers.discarding(), LONG).statusCode());
    assertEquals("503", error());
  }

  @Test
  void aBodyThatStallsIsOverWithTheTimeoutAndTheConnectionIsCut() throws Exception {
    var timeIsOver = assertThrows(
        HttpTimeoutException.class,
        () -> outbound.send(get("/stall"), BodyHandlers.ofString(), SOON));
    assertTrue(
        timeIsOver.getMessage().contains("not answered in full within PT0.2S"),
        timeIsOver.getMessage());
    assertTrue(connectionCut.await(10, TimeUnit.SECONDS));
    assertEquals("timeout", error());
  }

  @Test
  void aBodyReadAsAStreamIsOverWithTheTimeoutToo() throws Exception {
    HttpResponse<InputStream> answer =
        outbound.send(get("/stall"), BodyHandlers.ofInputStream(), Duration.ofSeconds(2));
    assertEquals(List.of(), recorded.spans());
    IOException cut = assertThrows(IOException.class, () -> answer.body().readAllBytes());
    assertInstanceOf(HttpTimeoutException.class, cut.getCause() == null ? cut : cut.getCause());
    assertTrue(connectionCut.await(10, TimeUnit.SECONDS));
    assertEquals("timeout", error());
  }

  @Test
  void aStreamThatIsClosedEarlyEndsTheAttempt() throws Exception {
    outbound.send(get("/stall"), BodyHandlers.ofInputStream(), LONG).body().close();
    assertTrue(connectionCut.await(10, TimeUnit.SECONDS));
    assertEquals(1, recorded.spans().size());
  }

  @Test
  void anInterruptedCallerLeavesNoExchangeBehind() throws Exception {
    var interrupted = new CompletableFuture<Throwable>();
    Thread caller = new Thread(() -> {
      try {
        outbound.send(get("/stall"), BodyHandlers.ofString(), LONG);
      } catch (IOException | InterruptedException e) {
        interrupted.complete(e);
      }
    });
    caller.start();
    caller.interrupt();
    assertInstanceOf(InterruptedException.class, interrupted.get(10, TimeUnit.SECONDS));
    assertEquals("cancelled", error());
  }

  @Test
  void withNoTimeLeftNothingIsSentOrRecorded() {
    var notSent = assertThrows(
        HttpTimeoutException.class,
        () -> outbound.send(get("/hang"), BodyHandlers.ofString(), Duration.ZERO));
    assertTrue(notSent.getMessage().contains("not sent"), notSent.getMessage());
    assertEquals(1, arrived.getCount());
    assertEquals(List.of(), recorded.spans());
  }

  @Test
  void withoutLimitTheAnswerIsAwaited() throws Exception {
    Duration unlimited = Duration.ofNanos(Long.MAX_VALUE);
    assertEquals(
        200, outbound.send(get("/ok"), BodyHandlers.ofString(), unlimited).statusCode());
  }

  @Test
  void aRefusedConnectionIsRethrownAsItIs() {
    int port = server.getAddress().getPort();
    server.stop(0);
    assertThrows(
        java.net.ConnectException.class,
        () -> outbound.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build(),
            BodyHandlers.ofString(),
            LONG));
    assertEquals("java.net.ConnectException", error());
  }

  @Test
  void anAsyncAnswerCompletesOnTheCallersExecutor() throws Exception {
    ExecutorService own = Executors.newSingleThreadExecutor(task -> new Thread(task, "own"));
    try {
      String thread = outbound
          .sendAsync(own, get("/ok"), BodyHandlers.ofString(), LONG)
          .thenApply(answer -> Thread.currentThread().getName())
          .get(10, TimeUnit.SECONDS);
      // thenApply runs here instead when the answer was already there
      assertTrue(thread.equals("own") || thread.equals(Thread.currentThread().getName()), thread);
    } finally {
      own.shutdownNow();
    }
  }

  @Test
  void anAsyncCallThatIsLateFailsAndItsConnectionIsCut() throws Exception {
    var late = assertThrows(
        ExecutionException.class,
        () -> outbound
            .sendAsync(threads, get("/stall"), BodyHandlers.ofString(), SOON)
            .get(10, TimeUnit.SECONDS));
    assertInstanceOf(HttpTimeoutException.class, late.getCause());
    assertTrue(connectionCut.await(10, TimeUnit.SECONDS));
    assertEquals("timeout", error());
  }

  @Test
  void cancellingTheFutureCutsTheConnectionAndIsNoError() throws Exception {
    var future = outbound.sendAsync(threads, get("/hang"), BodyHandlers.ofString(), LONG);
    assertTrue(arrived.await(10, TimeUnit.SECONDS));
    assertTrue(future.cancel(true));
    assertEquals("cancelled", error());
    assertTrue(connectionCut.await(10, TimeUnit.SECONDS));
  }

  private String error() {
    assertEquals(1, recorded.spans().size());
    return String.valueOf(recorded.spans().get(0).getAttributes().get(Contract.ERROR_TYPE));
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path))
        .header("traceparent", "stale")
        .build();
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] body = text.getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** Writes a byte now and then, until the connection is gone. */
  private void stall(HttpExchange exchange) {
    try {
      for (int i = 0; i < 3000 && connectionCut.getCount() > 0; i++) {
        exchange.getResponseBody().write('.');
        exchange.getResponseBody().flush();
        connectionCut.await(10, TimeUnit.MILLISECONDS);
      }
    } catch (IOException cut) {
      connectionCut.countDown();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }
}
