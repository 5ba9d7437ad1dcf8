package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.HandOver;
import cnkit.core.internal.Once;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait for a permit of a bulkhead, first come first served, at most so many and for so long. Nobody waits on
 * a thread. Whoever moves a waiter out of the line (a permit, its time, its own cancellation) claims it first, so one
 * that has gone never swallows a permit.
 *
 * <p>No wake-up is lost: a permit is put back before the line is looked at, a waiter joins before permits are looked at,
 * so at least one of the two finds the other.
 */
final class WaitingLine {
  private static final int DEEPEST = 16;

  private final Bulkhead bulkhead;
  private final int places;
  private final long mostNanos;
  private final Queue<Waiter> line = new ConcurrentLinkedQueue<>();
  private final AtomicWord waiting = new AtomicWord(0);
  private final ThreadLocal<Integer> levels = ThreadLocal.withInitial(() -> 0);

  WaitingLine(Bulkhead bulkhead, int places, long mostNanos) {
    this.bulkhead = bulkhead;
    this.places = places;
    this.mostNanos = mostNanos;
  }

  int places() {
    return places;
  }

  int waiting() {
    return (int) waiting.get();
  }

  /** One place in the line. */
  final class Waiter {
    private final Once claimed = new Once();
    private final IntConsumer granted;
    private volatile Time.Pending alarm = () -> false;

    private Waiter(IntConsumer granted) {
      this.granted = granted;
    }

    private boolean claim() {
      if (!claimed.first()) {
        return false;
      }
      waiting.add(-1);
      alarm.cancel();
      return true;
    }

    /** Gives the place up; whether it still had it, and so will never be granted. */
    boolean leave() {
      boolean had = claim();
      if (had) {
        line.remove(this);
      }
      return had;
    }
  }

  /** What became of an attempt to join: a place, or the reason why there was none. */
  sealed interface Joined {
    record Waiting(Waiter waiter) implements Joined {}

    record Refused(Evidence evidence) implements Joined {}
  }

  /**
   * Joins the line.
   *
   * @param patienceNanos how long the caller would wait, if the line's own limit allows
   * @param granted gets the stripe of the permit, on the thread that gave it back; quick, throws nothing
   * @param expired told why, on the timer's thread, when the time is up; quick, throws nothing
   */
  Joined join(long patienceNanos, Time time, IntConsumer granted, Consumer<Evidence> expired) {
    if (waiting.add(1) >= places) {
      int others = (int) waiting.add(-1) - 1;
      return new Joined.Refused(
          new Evidence.Queued(bulkhead.name(), bulkhead.limit(), others, Duration.ZERO));
    }
    long patience = Math.min(patienceNanos, mostNanos);
    Waiter waiter = new Waiter(granted);
    line.add(waiter);
    HandOver.Scheduled alarm = HandOver.schedule(time, Duration.ofNanos(patience), () -> {
      if (waiter.leave()) {
        expired.accept(new Evidence.Queued(
            bulkhead.name(), bulkhead.limit(), waiting(), Duration.ofNanos(patience)));
      }
    });
    if (alarm.refused() != null && waiter.leave()) { // a wait that nothing ends is none
      return new Joined.Refused(
          new Evidence.Queued(bulkhead.name(), bulkhead.limit(), waiting(), Duration.ZERO));
    }
    waiter.alarm = alarm::cancel;
    if (waiter.claimed.isTaken()) {
      alarm.cancel(); // granted between the two lines above
    }
    serve();
    return new Joined.Waiting(waiter);
  }

  /**
   * Gives free permits to whoever waits; called after a permit was put back. An executor that runs its tasks at once can
   * bring a call's end, and so this method, into its own loop: beyond a few levels it leaves the rest to that loop.
   */
  void serve() {
    if (waiting.get() == 0) {
      return;
    }
    int level = requireNonNull(levels.get());
    if (level == DEEPEST) {
      return;
    }
    levels.set(level + 1);
    try {
      serveAll();
    } finally {
      if (level == 0) {
        levels.remove();
      } else {
        levels.set(level);
      }
    }
  }

  private void serveAll() {
    while (waiting.get() > 0) {
      int stripe = bulkhead.tryEnter();
      if (stripe < 0) {
        return;
      }
      Waiter next = next();
      if (next == null) {
        bulkhead.putBack(stripe);
        if (line.isEmpty()) {
          return; // whoever joins now looks for permits after this one was put back
        }
      } else {
        next.granted.accept(stripe);
      }
    }
  }

  private @Nullable Waiter next() {
    Waiter next;
    do {
      next = line.poll();
    } while (next != null && !next.claim());
    return next;
  }
}
