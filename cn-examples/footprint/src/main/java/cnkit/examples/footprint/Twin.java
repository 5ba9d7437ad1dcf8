package cnkit.examples.footprint;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/** The service with nothing but the JDK: what a careful afternoon writes by hand, and all that it leaves out. */
final class Twin {
  private static volatile boolean stopping;

  private Twin() {}

  public static void main(String[] args) throws Exception {
    System.setProperty("sun.net.httpserver.nodelay", "true");
    String port = System.getenv("PORT");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(port == null ? 8080 : Integer.parseInt(port)), 0);
    server.setExecutor(Workers.executor());
    server.createContext("/", Twin::handle);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      stopping = true;
      server.stop(1);
      stopped.countDown();
    }));
    server.start();
    stopped.await();
  }

  private static void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      switch (exchange.getRequestURI().getPath()) {
        case "/livez" -> send(exchange, 200, "ok");
        case "/readyz" -> send(exchange, stopping ? 503 : 200, stopping ? "stopping" : "ok");
        case "/work" -> work(exchange);
        default -> send(exchange, 404, "no such resource");
      }
    }
  }

  private static void work(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    try {
      Thread.sleep(query == null ? 0 : Long.parseLong(query.substring(query.indexOf('=') + 1)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    send(exchange, 200, "done");
  }

  static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }
}
