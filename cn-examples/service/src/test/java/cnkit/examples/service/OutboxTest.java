package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.examples.web.Reply;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.WorkKind;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The worker on a database inside this JVM: what it publishes, in which order, and what it leaves. */
class OutboxTest {
  private static final long PATIENCE_SECONDS = 30;

  private final Database database = new Database(new Settings.Database(
      "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DB_CLOSE_DELAY=-1",
      "orders",
      Optional.empty(),
      10));
  // nobody answers there: orders stay pending
  private final Inventory silent =
      new Inventory(() -> URI.create("http://127.0.0.1:9/"), OpenTelemetry.noop());
  private final InFlight inFlight = new InFlight();
  private final BlockingQueue<String> published = new LinkedBlockingQueue<>();

  @BeforeEach
  void open() throws Exception {
    database.open();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** case L25. */
  @Test
  void afterTheIntakeStoppedTheMessageInWorkIsFinishedAndTheRestIsLeft() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Outbox worker = outbox((id, type, payload) -> {
      published.add(id);
      release.await();
    });
    List<String> ids = place(worker, 10);
    worker.start();
    assertEquals(ids.get(0), next());
    assertEquals(1, inFlight.count(WorkKind.JOB), "the drain waits for it");

    worker.stopIntake();
    release.countDown();
    worker.stop();
    assertEquals(0, inFlight.count(WorkKind.JOB));
    assertEquals(0, published.size(), "nothing was begun after the intake had stopped");
    assertEquals(9, left());

    Outbox replica = outbox((id, type, payload) -> published.add(id));
    replica.start();
    for (String id : ids.subList(1, 10)) {
      assertEquals(id, next(), "the next replica goes on where this one stopped");
    }
    replica.stop();
    assertEquals(0, left());
  }

  @Test
  void anEventWaitsForTheEarlierOnesOfItsOrderThatAnotherReplicaHasInWork() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Outbox slow = outbox((id, type, payload) -> {
      published.add(id);
      release.await();
    });
    String placed = place(slow, 1).get(0);
    slow.start();
    assertEquals(placed, next());

    String order = placed.substring(0, placed.indexOf('.'));
    database.transaction(c -> {
      try (var insert = c.createStatement()) {
        return insert.executeUpdate("INSERT INTO outbox (order_id, type, payload) VALUES ('" + order
            + "', 'reserved', '{}')");
      }
    });
    Outbox replica = outbox((id, type, payload) -> published.add(id));
    String other = place(replica, 1).get(0);
    replica.start();
    assertEquals(other, next(), "another order's event, though it is the younger one");
    release.countDown();
    assertEquals(order + ".reserved", next());
    slow.stop();
    replica.stop();
  }

  @Test
  void aClosedIntakeOfTheProcessStopsTheWorkerToo() throws Exception {
    inFlight.close();
    Outbox worker = outbox((id, type, payload) -> published.add(id));
    place(worker, 3);
    worker.start();
    worker.stop();
    assertEquals(0, published.size());
    assertEquals(3, left());
  }

  @Test
  void whatTheBrokerRefusesStaysAndIsTriedAgainWithoutRepeatingTheOthers() throws Exception {
    AtomicInteger refusals = new AtomicInteger(2);
    List<String> ids = new ArrayList<>();
    Outbox worker = outbox((id, type, payload) -> {
      if (id.equals(ids.get(1)) && refusals.getAndDecrement() > 0) {
        throw new IOException("away");
      }
      published.add(id);
    });
    ids.addAll(place(worker, 3));
    worker.start();
    for (String id : ids) {
      assertEquals(id, next());
    }
    worker.stop();
    assertEquals(0, published.size());
  }

  @Test
  void aPublisherThatThrowsWhateverItWantsDoesNotEndTheWorker() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    Outbox worker = outbox((id, type, payload) -> {
      if (tries.incrementAndGet() == 1) {
        throw new IllegalStateException("a bug");
      }
      published.add(id);
    });
    List<String> ids = place(worker, 1);
    worker.start();
    assertEquals(ids.get(0), next());
    worker.stop();
  }

  private Outbox outbox(Outbox.Publisher publisher) {
    return new Outbox(database, silent, publisher, inFlight);
  }

  private static List<String> place(Outbox outbox, int orders) throws Exception {
    List<String> ids = new ArrayList<>();
    byte[] body = "{\"sku\":\"apple\",\"quantity\":1}".getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < orders; i++) {
      Reply reply = outbox.orders.place(Optional.empty(), body);
      assertEquals(201, reply.status(), reply::body);
      assertTrue(reply.body().contains("\"pending\""), reply::body);
      ids.add(
          reply.headers().getOrDefault("Location", "").substring("/orders/".length()) + ".placed");
    }
    return ids;
  }

  private String next() throws InterruptedException {
    String id = published.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    return id == null ? "nothing" : id;
  }

  private int left() throws Exception {
    return database.transaction(c -> {
      try (var statement = c.createStatement();
          var row = statement.executeQuery("SELECT COUNT(*) FROM outbox")) {
        row.next();
        return row.getInt(1);
      }
    });
  }
}
