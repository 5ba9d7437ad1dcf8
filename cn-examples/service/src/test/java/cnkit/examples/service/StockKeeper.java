package cnkit.examples.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An inventory that remembers what it set aside, and that fails, hangs and answers too late as it likes. */
final class StockKeeper implements AutoCloseable {
  /** By order: how much was set aside. A second request for the same order changes nothing. */
  final Map<String, String> reservations = new ConcurrentHashMap<>();

  private final Random random = new Random(42);
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private final HttpServer server =
      HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  private volatile boolean faulty = true;

  StockKeeper() throws IOException {
    server.setExecutor(workers);
    server.createContext("/reservations/", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void recover() {
    faulty = false;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String order = exchange.getRequestURI().getPath().substring("/reservations/".length());
      String body = new String(
          exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      int fault = faulty ? draw() : 100;
      if (fault < 10) {
        exchange.sendResponseHeaders(500, -1);
        return;
      }
      String before = reservations.putIfAbsent(order, body);
      if (before != null && !before.equals(body)) {
        exchange.sendResponseHeaders(400, -1);
        return;
      }
      if (fault < 13) {
        Thread.sleep(3000); // done, and told too late
      }
      exchange.sendResponseHeaders(200, -1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int draw() {
    synchronized (random) {
      return random.nextInt(100);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
