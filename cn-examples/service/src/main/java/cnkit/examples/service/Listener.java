package cnkit.examples.service;

import cnkit.health.Health;
import cnkit.health.ProbeReply;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Kind;
import cnkit.lifecycle.Token;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One port of the JDK's HTTP server: probes first, then what is in flight is counted, then the routes. */
final class Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
  private static final int MAX_BODY_BYTES = 16 * 1024;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final int MAX_TARGET = 8 * 1024;

  private final String name;
  private final InetSocketAddress address;
  private final Health health;
  private final InFlight inFlight;
  private final Kind kind;
  private final Routes routes;
  private final HttpServerTelemetry telemetry;
  private final ExecutorService workers;
  private final HttpServer server;

  /**
   * A listener that does not listen yet.
   *
   * @param kind what its requests count as; probes are always let in and never counted
   */
  Listener(
      String name,
      InetSocketAddress address,
      int threads,
      Health health,
      InFlight inFlight,
      Kind kind,
      Routes routes,
      OpenTelemetry otel)
      throws IOException {
    this.name = name;
    this.address = address;
    this.health = health;
    this.inFlight = inFlight;
    this.kind = kind;
    this.routes = routes;
    this.telemetry = HttpServerTelemetry.of(otel);
    this.workers = Workers.create(name, threads);
    this.server = HttpServer.create();
    server.setExecutor(workers);
    server.createContext("/", this::handle);
  }

  void start() throws IOException {
    server.bind(address, 1024); // a burst of clients waits here, and not for their own second try
    server.start();
    LOG.atInfo()
        .addKeyValue("event.name", "cn.listening")
        .addKeyValue("listener", name)
        .addKeyValue("host", address.getHostString())
        .addKeyValue("port", port())
        .log("listening");
  }

  /** The port that it really listens on. */
  int port() {
    return server.getAddress().getPort();
  }

  /** Closes the port at once: what was in flight has been waited for by then. */
  void stop() {
    server.stop(0);
    workers.shutdownNow();
  }

  private void handle(HttpExchange exchange) {
    String method = exchange.getRequestMethod();
    String path = exchange.getRequestURI().getPath();
    try (exchange) {
      Optional<ProbeReply> probe = health.answer(
          method,
          path,
          exchange.getRequestURI().getRawQuery(),
          exchange.getRequestHeaders().getFirst("Accept"));
      if (probe.isPresent()) {
        send(exchange, probe.get());
      } else {
        serve(exchange, method, path);
      }
    } catch (IOException clientGone) {
      LOG.debug("the client left before its answer to {} {}", method, path, clientGone);
    }
  }

  @SuppressWarnings("try") // the scope is there to be closed
  private void serve(HttpExchange exchange, String method, String path) throws IOException {
    ServerCall call = telemetry.begin(
        method, exchange.getRequestURI().toString(), exchange.getRequestHeaders()::getFirst);
    Routes.Match match = routes.match(method, path);
    Thread worker = Thread.currentThread();
    try (Token token =
            inFlight.open(kind, method + ' ' + match.template()).onCancel(worker::interrupt);
        Scope current = call.makeCurrent()) {
      Reply reply = token.refused()
          ? Reply.problem(503, "shutting down").with("Retry-After", "1")
          : answer(exchange, call, match);
      send(exchange, reply);
      call.end(reply.status());
    } catch (IOException clientGone) {
      call.abort();
      throw clientGone;
    }
  }

  private static Reply answer(HttpExchange exchange, ServerCall call, Routes.Match match)
      throws IOException {
    if (!match.template().isEmpty()) {
      call.route(match.template());
    }
    Optional<Reply> flood = flood(exchange);
    if (flood.isPresent()) {
      return flood.get();
    }
    String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    try {
      return match
          .handler()
          .handle(new Routes.Request(
              match.variable(),
              query,
              name -> Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)),
              () -> body(exchange)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Reply.problem(503, "cut at the deadline of the shutdown");
    } catch (Routes.RefusedException e) {
      return e.reply();
    } catch (IOException e) {
      throw e;
    } catch (Exception | LinkageError | StackOverflowError e) {
      LOG.error("{} failed", match.template(), e);
      call.end(500, e);
      return Reply.problem(500, "the error is in the log");
    }
  }

  private static Optional<Reply> flood(HttpExchange exchange) {
    int headers = 0;
    int bytes = 0;
    for (Map.Entry<String, List<String>> header : exchange.getRequestHeaders().entrySet()) {
      for (String value : header.getValue()) {
        headers++;
        bytes += header.getKey().length() + value.length();
      }
    }
    if (headers > MAX_HEADERS || bytes > MAX_HEADER_BYTES) {
      return Optional.of(Reply.problem(
          431, "expected at most " + MAX_HEADERS + " headers of " + MAX_HEADER_BYTES + " bytes"));
    }
    return exchange.getRequestURI().toString().length() > MAX_TARGET
        ? Optional.of(Reply.problem(414, "expected at most " + MAX_TARGET + " bytes"))
        : Optional.empty();
  }

  /** The body, or a refusal once it is too long; what is left of it is not waited for before the answer. */
  private static byte[] body(HttpExchange exchange) throws Routes.RefusedException {
    try {
      String length = exchange.getRequestHeaders().getFirst("Content-Length");
      byte[] body = length != null && Long.parseLong(length) > MAX_BODY_BYTES
          ? new byte[MAX_BODY_BYTES + 1]
          : exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
      if (body.length <= MAX_BODY_BYTES) {
        return body;
      }
    } catch (IOException | NumberFormatException unreadable) {
      throw new Routes.RefusedException(closing(400, "the body cannot be read"));
    }
    throw new Routes.RefusedException(
        closing(413, "expected at most " + MAX_BODY_BYTES + " bytes"));
  }

  private static Reply closing(int status, String detail) {
    return Reply.problem(status, detail).with("Connection", "close");
  }

  private void send(HttpExchange exchange, ProbeReply probe) throws IOException {
    probe.headers().forEach(exchange.getResponseHeaders()::set);
    advise(exchange);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(probe.status(), -1);
    } else {
      exchange.sendResponseHeaders(probe.status(), probe.length());
      probe.writeTo(exchange.getResponseBody());
    }
  }

  private void send(HttpExchange exchange, Reply reply) throws IOException {
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", reply.contentType());
    reply.headers().forEach(exchange.getResponseHeaders()::set);
    advise(exchange);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (reply.stream().isPresent() && !head) {
      exchange.sendResponseHeaders(reply.status(), 0);
      stream(exchange, reply.stream().get());
      return;
    }
    if (head) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
    }
    exchange.sendResponseHeaders(reply.status(), head || body.length == 0 ? -1 : body.length);
    if (!head && body.length > 0) {
      exchange.getResponseBody().write(body);
      exchange.getResponseBody().flush(); // JDK 25 would first wait for the rest of the request
    }
  }

  private static void stream(HttpExchange exchange, Reply.Stream stream) throws IOException {
    try {
      stream.writeTo(exchange.getResponseBody());
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void advise(HttpExchange exchange) {
    if (inFlight.draining()) {
      exchange.getResponseHeaders().set("Connection", "close");
    }
  }
}
