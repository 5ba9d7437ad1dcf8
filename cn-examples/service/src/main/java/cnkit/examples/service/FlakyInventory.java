package cnkit.examples.service;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.ExecutorService;

/** A stock-keeping service on loopback that fails as it is told to; stands in where INVENTORY_URL names no real one. */
final class FlakyInventory {
  private static final ObjectMapper JSON = new ObjectMapper();
  private volatile Behaviour behaviour;
  private final ExecutorService workers = Workers.create("inventory-fake", 64);
  private final HttpServer server;

  /** The draws restart with each change of the faults, so that a run can be repeated. */
  private record Behaviour(Faults faults, Random random) {
    static Behaviour of(Faults faults) {
      return new Behaviour(faults, new Random(faults.seed()));
    }
  }

  FlakyInventory(Faults faults) throws IOException {
    behaviour = Behaviour.of(faults);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(workers);
    server.createContext("/", this::answer);
  }

  void start() {
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  void faults(Faults faults) {
    behaviour = Behaviour.of(faults);
  }

  void stop() {
    server.stop(0);
    workers.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    Behaviour now = behaviour;
    double error;
    double hang;
    synchronized (now) {
      error = now.random().nextDouble();
      hang = now.random().nextDouble();
    }
    try (exchange) {
      Thread.sleep(hang < now.faults().hang() ? 60_000 : now.faults().latency().toMillis());
      boolean fails = error < now.faults().error();
      JsonNode reservation = JSON.readTree(exchange.getRequestBody());
      String sku =
          reservation.path("sku").asText(exchange.getRequestURI().getPath().substring(1));
      int available = sku.hashCode() & 0x3ff;
      int status = fails ? 500 : reservation.path("quantity").asInt() > available ? 409 : 200;
      byte[] body = (fails ? "out of order" : "{\"available\":" + available + "}")
          .getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
