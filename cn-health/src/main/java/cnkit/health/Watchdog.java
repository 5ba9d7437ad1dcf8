package cnkit.health;

import cnkit.core.Time;
import cnkit.core.internal.Guarded;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Ticks on a thread of its own, so that it outlives a timer that is blocked. It alone makes liveness fail, from
 * heartbeats and from what local checks reported; it turns results unknown that nobody renews; and it starts event
 * deliveries that an executor refused. Its own lateness is how it knows that the whole process stood still.
 */
final class Watchdog implements Runnable {
  private static final Duration TICK = Duration.ofMillis(500);
  static final long TICK_NANOS = TICK.toNanos();
  private static final Logger LOG = LoggerFactory.getLogger("cnkit.health.Health");

  private final Board board;
  private final Time time;
  /** Used by ticks only, which never overlap. */
  private final Map<Heartbeat, HeartbeatWatch> watches = new HashMap<>();

  private long lastNanos;
  private volatile boolean closed;
  private volatile Time.@Nullable Running thread;

  Watchdog(Board board, Time time) {
    this.board = board;
    this.time = time;
  }

  void start() {
    lastNanos = time.nanoTime();
    Guarded.Result<Time.Running> started = Guarded.get(() -> time.execute("health-watchdog", this));
    thread = started.value();
    if (started.thrown() != null) {
      LOG.warn("the health watchdog has no thread, so liveness never fails", started.thrown());
    }
    if (closed) {
      interrupt();
    }
  }

  void close() {
    closed = true;
    interrupt();
  }

  private void interrupt() {
    Time.Running running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  @Override
  public void run() {
    while (!closed) {
      try {
        time.sleep(TICK);
      } catch (InterruptedException nobodyElseDoesThat) {
        continue; // closed
      }
      if (!closed) {
        Throwable unexpected = Guarded.run(this::tick);
        if (unexpected != null) {
          LOG.error(
              "a tick of the health watchdog failed; the next one comes as planned", unexpected);
        }
      }
    }
  }

  private void tick() {
    long now = time.nanoTime();
    long elapsed = now - lastNanos;
    lastNanos = now;
    if (elapsed > 2 * TICK_NANOS) {
      board.commit(state -> state.paused(elapsed - TICK_NANOS), now);
    }
    listen(now, elapsed);
    board.commit(state -> state.sweep(now).judge(), now);
    board.deliver();
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
              "no beat for " + Durations.text(is.silentNanos()),
              is.silentNanos(),
              now)
          : Observation.of(Verdict.up(), 0, now);
      board.commit(before -> before.observe(entry.check(), seen), now);
    }
  }
}
