package cnkit.examples.embedding.jdk;

import static java.nio.charset.StandardCharsets.UTF_8;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

class JdkConformanceTest extends Conformance {
  static {
    // on JDK 17 every kept connection waits 40 ms for an acknowledgement without it
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  @Override
  protected String name() {
    return "JDK HttpServer";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final ExecutorService threads = Executors.newCachedThreadPool();
      private final HttpServer server = create();

      @Override
      public int start(App app) throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
            "/",
            new JdkGlue(
                app.health(),
                app.inFlight(),
                app.telemetry(),
                App::route,
                exchange -> handle(app, exchange)));
        server.start();
        return server.getAddress().getPort();
      }

      @Override
      public void stop() {
        server.stop(0);
        threads.shutdownNow();
      }
    };
  }

  private static HttpServer create() {
    try {
      return HttpServer.create();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server has no asynchronous requests: its thread waits. */
  private static void handle(App app, HttpExchange exchange) throws IOException {
    String target = exchange.getRequestURI().toString();
    Answer answer =
        App.isLater(target) ? app.later(target).toCompletableFuture().join() : app.answer(target);
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.sendResponseHeaders(answer.status(), body.length);
    exchange.getResponseBody().write(body);
  }
}
