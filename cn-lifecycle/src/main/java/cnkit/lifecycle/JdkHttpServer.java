package cnkit.lifecycle;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.function.Predicate;

/**
 * Connects the JDK's HTTP server to a drain: it counts requests, asks clients to leave, rejects requests that arrive
 * too late, and stops the server without a needless wait. All state is in the {@link InFlight}. Safe for use by many
 * threads.
 *
 * <pre>{@code
 * server.createContext("/", JdkHttpServer.track(inFlight, path -> path.equals("/livez"), handler));
 * builder.drain(inFlight).component("http", server::start, JdkHttpServer.stop(server))
 * }</pre>
 */
public final class JdkHttpServer {
  private JdkHttpServer() {}

  /**
   * Wraps a handler so that its requests are counted. While {@link InFlight#draining()}, every answer carries
   * {@code Connection: close}, even if its request began earlier. Rejected requests get {@link InFlight#refusal()}.
   *
   * @param inFlight counts the requests
   * @param probes whether a path is that of a probe or of metrics; these are never counted and never rejected
   * @param handler the user's handler; may leave the exchange open only if it has answered
   * @return a handler for {@code createContext}
   */
  public static HttpHandler track(
      InFlight inFlight, Predicate<String> probes, HttpHandler handler) {
    requireNonNull(inFlight, "inFlight");
    requireNonNull(probes, "probes");
    requireNonNull(handler, "handler");
    return exchange -> {
      boolean probe = probes.test(exchange.getRequestURI().getPath());
      int slot = inFlight.enter(probe ? WorkKind.PROBE : WorkKind.REQUEST);
      try (exchange) { // flushed before it counts as over
        if (slot == InFlight.REFUSED) {
          refuse(exchange);
        } else {
          handler.handle(new Advised(exchange, inFlight));
        }
      } finally {
        inFlight.exit(slot);
      }
    };
  }

  private static void refuse(HttpExchange exchange) throws IOException {
    InFlight.Refusal refusal = InFlight.refusal();
    refusal.headers().forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(refusal.status(), -1);
  }

  /**
   * Creates an action that stops the server after the drain. The server's own {@code stop(n)} cannot do the waiting:
   * on JDK 17 it always waits n seconds, and on JDK 25 it closes idle connections first. Therefore {@link InFlight}
   * counts the requests, and none is in flight when this action runs.
   *
   * @param server the server
   * @return closes its port and its connections at once
   */
  public static Action stop(HttpServer server) {
    requireNonNull(server, "server");
    return () -> server.stop(0);
  }

  /** The exchange as it is, but for one header that is set when the answer begins and not before. */
  private static final class Advised extends HttpExchange {
    private final HttpExchange exchange;
    private final InFlight inFlight;

    Advised(HttpExchange exchange, InFlight inFlight) {
      this.exchange = exchange;
      this.inFlight = inFlight;
    }

    @Override
    public void sendResponseHeaders(int status, long length) throws IOException {
      if (inFlight.draining()) {
        exchange.getResponseHeaders().set("Connection", "close");
      }
      exchange.sendResponseHeaders(status, length);
    }

    @Override
    public Headers getRequestHeaders() {
      return exchange.getRequestHeaders();
    }

    @Override
    public Headers getResponseHeaders() {
      return exchange.getResponseHeaders();
    }

    @Override
    public URI getRequestURI() {
      return exchange.getRequestURI();
    }

    @Override
    public String getRequestMethod() {
      return exchange.getRequestMethod();
    }

    @Override
    public HttpContext getHttpContext() {
      return exchange.getHttpContext();
    }

    @Override
    public void close() {
      exchange.close();
    }

    @Override
    public InputStream getRequestBody() {
      return exchange.getRequestBody();
    }

    @Override
    public OutputStream getResponseBody() {
      return exchange.getResponseBody();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
      return exchange.getRemoteAddress();
    }

    @Override
    public int getResponseCode() {
      return exchange.getResponseCode();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
      return exchange.getLocalAddress();
    }

    @Override
    public String getProtocol() {
      return exchange.getProtocol();
    }

    @Override
    public Object getAttribute(String name) {
      return exchange.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
      exchange.setAttribute(name, value);
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
      exchange.setStreams(in, out);
    }

    @Override
    public HttpPrincipal getPrincipal() {
      return exchange.getPrincipal();
    }
  }
}
