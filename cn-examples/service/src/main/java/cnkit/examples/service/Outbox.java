package cnkit.examples.service;

import static java.time.Duration.ofSeconds;

import cnkit.health.Heartbeat;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.resilience.CallRejectedException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker: publishes what waits in the outbox, at least once, and the events of one order in their order. All replicas
 * work on the one table: a row is locked while it is published, and locked rows are passed over. A replica that dies gives
 * its locks back, and what it may have published goes out once more.
 */
final class Outbox {
  private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);
  // an event waits for the earlier ones of its order, also for those that another replica has in
  // work
  private static final String NEXT =
      "SELECT seq, order_id, type, payload FROM outbox o WHERE NOT EXISTS"
          + " (SELECT 1 FROM outbox e WHERE e.order_id = o.order_id AND e.seq < o.seq)"
          + " ORDER BY seq LIMIT 20 FOR UPDATE SKIP LOCKED";

  /** Where events go. */
  @FunctionalInterface
  interface Publisher {
    /** Returns when the event has arrived; {@code id} is the same when it comes again. */
    void publish(String id, String type, String payload) throws IOException, InterruptedException;

    default void close() throws InterruptedException {}
  }

  private final Database database;
  private final Publisher publisher;
  private final InFlight inFlight;
  final Orders orders;
  final Heartbeat heartbeat = Heartbeat.named("outbox", ofSeconds(30));
  private final Thread thread = new Thread(this::run, "outbox");
  private volatile boolean stopping;

  /** A fault made on purpose: the loop stands still, as in a deadlock. */
  volatile boolean stalled;

  Outbox(Database database, Inventory inventory, Publisher publisher, InFlight inFlight) {
    this.database = database;
    this.publisher = publisher;
    this.inFlight = inFlight;
    this.orders = new Orders(database, inventory, () -> LockSupport.unpark(thread));
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Nothing more is begun; the message in work is finished, the rest is left to other replicas. */
  void stopIntake() {
    stopping = true;
    LockSupport.unpark(thread);
  }

  void stop() throws InterruptedException {
    stopIntake();
    thread.join();
    publisher.close();
  }

  private void run() {
    while (!stopping) {
      while (stalled && !stopping) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
      heartbeat.beat();
      try {
        if (database.transaction(this::publishSome) + settleSome() == 0) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        }
      } catch (InterruptedException cut) {
        break;
      } catch (SQLException | RuntimeException failed) {
        LOG.warn("the outbox waits: {}", failed.toString());
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
      }
    }
    heartbeat.rest();
  }

  /** How many were published; those are committed even when the next one fails. */
  private int publishSome(Connection c) throws SQLException, InterruptedException {
    int published = 0;
    try (PreparedStatement next = c.prepareStatement(NEXT);
        ResultSet row = next.executeQuery()) {
      while (!stopping && row.next()) {
        String id = row.getString(2) + '.' + row.getString(3);
        try (Token job = inFlight.open(WorkKind.JOB, "publish " + id).onCancel(thread::interrupt)) {
          if (job.refused()) {
            break;
          }
          heartbeat.beat();
          publisher.publish(id, row.getString(3), row.getString(4));
        } catch (IOException | CallRejectedException failed) {
          LOG.warn("{} waits: {}", id, failed.getMessage());
          break;
        }
        published += Database.update(c, "DELETE FROM outbox WHERE seq = ?", row.getLong(1));
      }
    }
    return published;
  }

  /** How many orders have got their stock after all. */
  private int settleSome() throws SQLException, InterruptedException {
    int settled = 0;
    for (Orders.Order order : orders.pending()) {
      try (Token job =
          inFlight.open(WorkKind.JOB, "settle " + order.id()).onCancel(thread::interrupt)) {
        if (stopping || job.refused()) {
          break;
        }
        heartbeat.beat();
        settled += orders.settled(order).status().equals("pending") ? 0 : 1;
      }
    }
    return settled;
  }
}
