package cnkit.examples.web;

import cnkit.health.Health;
import cnkit.health.ProbeReply;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.resilience.CallRejectedException;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One port of the JDK's HTTP server: probes first, then what is in flight is counted, then the routes. */
public final class Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

  private final Health health;
  private final InFlight inFlight;
  private final WorkKind kind;
  private final Routes routes;
  private final HttpServerTelemetry telemetry;
  private final Workers workers;
  private final HttpServer server = HttpServer.create();

  /**
   * A listener that does not listen yet.
   *
   * @param health who answers probes
   * @param inFlight where requests are counted
   * @param kind what its requests count as; probes are always let in and never counted
   * @param routes who answers everything else
   * @param otel where requests are told of
   * @param threads how many requests may be in work at once
   * @throws IOException if the server cannot be made
   */
  public Listener(
      Health health,
      InFlight inFlight,
      WorkKind kind,
      Routes routes,
      OpenTelemetry otel,
      int threads)
      throws IOException {
    this.health = health;
    this.inFlight = inFlight;
    this.kind = kind;
    this.routes = routes;
    this.telemetry = HttpServerTelemetry.builder(otel).exclude(probes -> false).build();
    this.workers = Workers.atMost(threads);
    server.setExecutor(workers);
    server.createContext("/", this::handle);
  }

  /**
   * Listens from now on.
   *
   * @param host an address of this machine
   * @param port 0 picks a free one
   * @throws IOException if it is taken
   */
  public void start(String host, int port) throws IOException {
    // a burst of clients waits here, and not for their own second try
    server.bind(new InetSocketAddress(host, port), 1024);
    server.start();
  }

  /**
   * The port that it really listens on.
   *
   * @return 1 to 65535
   */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Closes the port at once: what was in flight has been waited for by then. */
  public void stop() {
    server.stop(0);
    workers.threads().shutdownNow();
  }

  private void handle(HttpExchange exchange) {
    try (exchange) {
      Optional<ProbeReply> probe = health.answer(
          exchange.getRequestMethod(),
          exchange.getRequestURI().getPath(),
          exchange.getRequestURI().getRawQuery(),
          exchange.getRequestHeaders().getFirst("Accept"));
      if (probe.isPresent()) {
        send(exchange, Reply.of(probe.get()));
      } else {
        serve(exchange);
      }
    } catch (IOException clientGone) {
      LOG.debug("the client left before its answer", clientGone);
    }
  }

  @SuppressWarnings("try") // the scope is there to be closed
  private void serve(HttpExchange exchange) throws IOException {
    String method = exchange.getRequestMethod();
    Routes.Match match = routes.match(method, exchange.getRequestURI().getPath());
    ServerCall call = telemetry
        .begin(method, exchange.getRequestURI().toString(), exchange.getRequestHeaders()::getFirst)
        .route(match.template());
    Thread worker = Thread.currentThread();
    try (Token token =
            inFlight.open(kind, method + ' ' + match.template()).onCancel(worker::interrupt);
        Scope current = call.makeCurrent()) {
      Reply reply = token.refused()
          ? Reply.problem(503, "shutting down").with("Retry-After", "1")
          : answer(new Request(exchange, match.variable()), match, call);
      if (exchange.getResponseCode() < 0) { // a handler that streams has answered by itself
        send(exchange, reply);
      }
      call.end(reply.status());
    } catch (IOException clientGone) {
      call.abort();
      throw clientGone;
    }
  }

  private static Reply answer(Request request, Routes.Match match, ServerCall call) {
    try {
      request.refuseFlood();
      return match.handler().handle(request);
    } catch (Reply.RefusedException refused) {
      return refused.reply;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.problem(503, "cut at the deadline of the shutdown");
    } catch (IOException | SQLException | CallRejectedException away) {
      LOG.warn("{}: no answer from what it needs: {}", match.template(), away.getMessage());
      Reply later = Reply.problem(
          503, "what this needs does not answer; with an Idempotency-Key this may be repeated");
      return away instanceof IOException ? later : later.with("Retry-After", seconds(away));
    } catch (Exception | LinkageError | StackOverflowError e) {
      LOG.error("{} failed", match.template(), e);
      call.end(500, e);
      return Reply.problem(500, "the error is in the log");
    }
  }

  /** When it may be tried again: whole seconds, at least one. */
  private static String seconds(Exception away) {
    Duration wait = away instanceof CallRejectedException rejected
        ? rejected.retryAfter().orElse(Duration.ZERO)
        : Duration.ZERO;
    return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
  }

  private void send(HttpExchange exchange, Reply reply) throws IOException {
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    Headers headers = exchange.getResponseHeaders();
    reply.headers().forEach(headers::set);
    if (inFlight.draining()) {
      headers.set("Connection", "close");
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head) {
      headers.set("Content-Length", Integer.toString(body.length));
    }
    boolean bare = head || body.length == 0;
    exchange.sendResponseHeaders(reply.status(), bare ? -1 : body.length);
    if (!bare) {
      exchange.getResponseBody().write(body);
      exchange.getResponseBody().flush(); // JDK 25 would first wait for the rest of the request
    }
  }
}
