package cnkit.health;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Ticks on a thread of its own, so that it outlives a dead check scheduler. It alone makes liveness fail, from
 * heartbeats and from what local checks reported; it turns results unknown that nobody renews; and it starts event
 * deliveries that an executor refused. Its own lateness is how it knows that the whole process stood still.
 */
final class Watchdog {
  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);

  private final Board board;
  private final Feed feed;
  private final LongSupplier ticker;
  private final ScheduledExecutorService timer;
  /** Used by ticks only, which never overlap. */
  private final Map<Heartbeat, HeartbeatWatch> watches = new HashMap<>();

  private long lastNanos;
  private volatile boolean closed;
  private volatile @Nullable Future<?> next;

  Watchdog(Board board, Feed feed, LongSupplier ticker, ScheduledExecutorService timer) {
    this.board = board;
    this.feed = feed;
    this.ticker = ticker;
    this.timer = timer;
  }

  void start() {
    lastNanos = ticker.getAsLong();
    schedule();
  }

  void close() {
    closed = true;
    Future<?> waiting = next;
    if (waiting != null) {
      waiting.cancel(false);
    }
  }

  private void schedule() {
    if (closed) {
      return;
    }
    try {
      Future<?> scheduled = timer.schedule(this::tick, TICK_NANOS, TimeUnit.NANOSECONDS);
      next = scheduled;
      if (closed) {
        scheduled.cancel(false);
      }
    } catch (RuntimeException | Error refused) {
      LOG.warn("the health watchdog stops: its scheduler refused the next tick", refused);
    }
  }

  private void tick() {
    if (closed) {
      return;
    }
    try {
      long now = ticker.getAsLong();
      long elapsed = now - lastNanos;
      lastNanos = now;
      if (elapsed > 2 * TICK_NANOS) {
        board.commit(state -> state.paused(elapsed - TICK_NANOS), now);
      }
      listen(now, elapsed);
      board.commit(state -> state.sweep(now).judge(), now);
      feed.deliver();
    } catch (Throwable unexpected) {
      LOG.error(
          "a tick of the health watchdog broke off; the next one comes as planned", unexpected);
    } finally {
      schedule();
    }
  }

  private void listen(long now, long elapsed) {
    HealthState state = board.snapshot().state();
    var present = new HashSet<Heartbeat>();
    for (CheckEntry entry : state.entries()) {
      Heartbeat heartbeat = entry.check().heartbeat();
      if (heartbeat != null) {
        present.add(heartbeat);
        listen(entry, heartbeat, now, elapsed, state.gate() == Gate.OPEN);
      }
    }
    watches.keySet().retainAll(present);
  }

  private void listen(CheckEntry entry, Heartbeat heartbeat, long now, long elapsed, boolean open) {
    HeartbeatWatch was = watches.getOrDefault(heartbeat, new HeartbeatWatch(0, 0, false));
    HeartbeatWatch is = was.next(heartbeat.reading(), elapsed, TICK_NANOS, open);
    watches.put(heartbeat, is);
    boolean silent = is.silentNanos() >= heartbeat.deadline().toNanos();
    if (silent == entry.state().status().passes() || entry.state().runs() == 0) {
      Observation seen = silent
          ? Observation.failed(
              RunOutcome.SILENT,
              "no beat for " + RunPlan.text(is.silentNanos()),
              is.silentNanos(),
              now)
          : Observation.of(Verdict.up(), 0, now);
      board.commit(before -> before.observe(entry.check(), seen), now);
    }
  }
}
