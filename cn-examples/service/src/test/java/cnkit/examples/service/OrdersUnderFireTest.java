package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.nats.client.Connection;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.PullSubscribeOptions;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever dies under load: an acknowledged order is there, once, with its stock reserved once and its events told. */
@Tag("full")
class OrdersUnderFireTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  void noAcknowledgedOrderIsLostOrDoubledWhenTheDatabaseAndTheInventoryFail() throws Exception {
    try (Component postgres = Component.postgres();
        StockKeeper stock = new StockKeeper();
        ServiceProcess service = ServiceProcess.ready(
            Map.of("DATABASE_URL", url(postgres), "INVENTORY_URL", stock.uri().toString()));
        Liveness liveness = new Liveness(service)) {
      Clients clients = new Clients(8, () -> service.application("/orders"));
      clients.awaitMore(100);
      for (int i = 0; i < 3; i++) {
        postgres.kill();
        TimeUnit.MILLISECONDS.sleep(500);
        postgres.restart();
        clients.awaitMore(60);
      }
      postgres.freeze();
      TimeUnit.SECONDS.sleep(5);
      postgres.thaw();
      clients.awaitMore(60);
      clients.stop();
      stock.recover();

      assertTrue(clients.refusals.get() > 0, "the database was away, and nobody noticed");
      awaitEmptyOutbox(postgres, List.of(service));
      Map<String, String> stored = orders(postgres);
      for (Map.Entry<String, JsonNode> order : clients.acknowledged.entrySet()) {
        assertEquals(
            order.getValue().path("id").asText(), stored.get(order.getKey()), order::toString);
      }
      assertEquals(
          new HashSet<>(stored.values()),
          stock.reservations.keySet(),
          "each order's stock was set aside, and none for an order that does not exist");
      Set<String> told = new HashSet<>();
      service.events("order.placed").forEach(e -> told.add(e.path("event.id").asText()));
      stored.values().forEach(id -> assertTrue(told.contains(id + ".placed"), id));
      liveness.neverFailed();
      service.terminate();
      assertEquals(0, service.awaitExit(), service::toString);
    }
  }

  @Test
  void everyOrderIsPublishedInItsOrderWhenReplicasAndTheBrokerAreKilledAtRandom() throws Exception {
    try (Component postgres = Component.postgres();
        Component nats = Component.nats();
        StockKeeper stock = new StockKeeper()) {
      List<ServiceProcess> replicas = new CopyOnWriteArrayList<>();
      Map<String, String> environment = Map.of(
          "DATABASE_URL",
          url(postgres),
          "NATS_URL",
          "nats://127.0.0.1:" + nats.port,
          "INVENTORY_URL",
          stock.uri().toString());
      try {
        for (int i = 0; i < 3; i++) {
          replicas.add(ServiceProcess.ready(environment));
        }
        Clients clients = new Clients(
            8, () -> replicas.get(ThreadLocalRandom.current().nextInt(3)).application("/orders"));
        Random random = new Random(7);
        for (int round = 0; round < 6; round++) {
          clients.awaitMore(40);
          int victim = random.nextInt(3);
          if (random.nextBoolean()) {
            replicas.get(victim).close(); // SIGKILL
          } else {
            replicas.get(victim).terminate();
          }
          if (round == 3) {
            nats.kill();
            clients.awaitMore(20);
            nats.restart();
          }
          ServiceProcess killed = replicas.get(victim);
          replicas.set(victim, ServiceProcess.ready(environment));
          killed.awaitExit();
        }
        clients.stop();
        stock.recover();
        awaitEmptyOutbox(postgres, replicas);

        Map<String, String> stored = orders(postgres);
        clients.acknowledged.forEach(
            (key, order) -> assertEquals(order.path("id").asText(), stored.get(key), key));
        Map<String, List<String>> events = published(nats);
        for (String id : stored.values()) {
          List<String> ofOrder = events.getOrDefault(id, List.of());
          // at least once: the first of each kind decides about the order
          assertEquals(
              List.of("placed", "reserved"), ofOrder.stream().distinct().toList(), id);
        }
        assertEquals(new HashSet<>(stored.values()), events.keySet());
        assertEquals(new HashSet<>(stored.values()), stock.reservations.keySet());
      } finally {
        replicas.forEach(ServiceProcess::close);
      }
    }
  }

  private static String url(Component postgres) {
    return "jdbc:postgresql://127.0.0.1:" + postgres.port + "/postgres";
  }

  /** By key: the id. */
  private static Map<String, String> orders(Component postgres) throws Exception {
    Map<String, String> orders = new HashMap<>();
    query(postgres, "SELECT idempotency_key, id, status FROM orders", row -> {
      orders.put(row.getString(1), row.getString(2));
      assertEquals("reserved", row.getString(3), row.getString(2));
    });
    return orders;
  }

  private static void awaitEmptyOutbox(Component postgres, Iterable<ServiceProcess> replicas)
      throws Exception {
    String what = "SELECT order_id || '.' || type FROM outbox UNION ALL"
        + " SELECT id || ' is pending' FROM orders WHERE status = 'pending'";
    List<String> left = new ArrayList<>(List.of("not asked yet"));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!left.isEmpty()) {
      assertTrue(System.nanoTime() - deadline < 0, () -> left + "\n" + replicas);
      TimeUnit.MILLISECONDS.sleep(50);
      left.clear();
      query(postgres, what, row -> left.add(row.getString(1)));
    }
  }

  private interface Row {
    void read(ResultSet row) throws Exception;
  }

  private static void query(Component postgres, String sql, Row reader) throws Exception {
    try (java.sql.Connection connection = DriverManager.getConnection(url(postgres), "orders", "");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      while (row.next()) {
        reader.read(row);
      }
    }
  }

  /** By order: its events, as they stand in the stream. */
  @SuppressWarnings("try") // its close may be interrupted: then the test fails
  private static Map<String, List<String>> published(Component nats) throws Exception {
    Map<String, List<String>> events = new HashMap<>();
    try (Connection connection = Nats.connect("nats://127.0.0.1:" + nats.port)) {
      JetStreamSubscription all = connection
          .jetStream()
          .subscribe("orders.>", PullSubscribeOptions.builder().durable("test").build());
      List<Message> batch = all.fetch(500, Duration.ofSeconds(2));
      while (!batch.isEmpty()) {
        for (Message message : batch) {
          String type = message.getSubject().substring("orders.".length());
          String id = ServiceProcess.json(new String(message.getData(), StandardCharsets.UTF_8))
              .path("id")
              .asText();
          events.computeIfAbsent(id, any -> new ArrayList<>()).add(type);
          message.ack();
        }
        batch = all.fetch(500, Duration.ofSeconds(2));
      }
    }
    return events;
  }

  /** A kubelet's view: would it have restarted the replica? */
  private static final class Liveness implements AutoCloseable {
    private final AtomicInteger failures = new AtomicInteger();
    private final Thread prober;
    private volatile boolean stopping;

    Liveness(ServiceProcess service) {
      prober = new Thread(() -> {
        while (!stopping) {
          try {
            if (service.get(service.management("/livez")).statusCode() != 200) {
              failures.incrementAndGet();
            }
            TimeUnit.MILLISECONDS.sleep(50);
          } catch (Exception e) {
            failures.incrementAndGet();
          }
        }
      });
      prober.setDaemon(true);
      prober.start();
    }

    void neverFailed() throws InterruptedException {
      close();
      prober.join();
      assertEquals(0, failures.get(), "liveness asked a dependency");
    }

    @Override
    public void close() {
      stopping = true;
    }
  }
}
