package cnkit.health;

import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.internal.Listeners;
import cnkit.core.internal.Once;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/*
 * The one place where state changes. Writers take a lock for a pure step, a rendering of our own and a volatile store;
 * no user code runs under it. Readers take none: the store publishes everything that was made before it. Events join
 * their queues under the lock, so their order is the order of commits, and are delivered elsewhere.
 */
final class Board {
  private final Time time;
  private final Listeners<HealthEvent> listeners;
  private final ReentrantLock lock = new ReentrantLock();
  /** The log joins with the first commit: building a registry starts no thread. */
  private final Once logging = new Once();

  private final Condition changed = lock.newCondition();
  private volatile Snapshot snapshot;

  Board(Time time, Executor events, HealthState initial) {
    this.time = time;
    this.snapshot = Snapshot.of(initial, Pages.of(HealthReport.of(initial, 0)), time.nanoTime());
    this.listeners =
        new Listeners<>("health", events, () -> current(initial), HealthEvent.EventsDropped::new);
  }

  Snapshot snapshot() {
    return snapshot;
  }

  boolean isFresh(Snapshot seen) {
    long now = time.nanoTime();
    return seen.validUntilNanos() - now > 0 || seen.state().validForNanos(now) > 0;
  }

  HealthReport report() {
    return HealthReport.of(snapshot.state(), time.nanoTime());
  }

  void commit(UnaryOperator<HealthState> step) {
    commit(step, time.nanoTime());
  }

  /** True if the step changed anything. */
  boolean commit(UnaryOperator<HealthState> step, long nowNanos) {
    if (!logging.isTaken() && logging.first()) {
      Subscription unused = listeners.subscribe(new EventLog());
    }
    boolean alike;
    lock.lock();
    try {
      Snapshot before = snapshot;
      HealthState after = step.apply(before.state());
      if (after == before.state()) {
        return false;
      }
      alike = after.looksLike(before.state());
      snapshot = alike
          ? before.renewed(after, nowNanos)
          : Snapshot.of(after, Pages.of(HealthReport.of(after, nowNanos)), nowNanos);
      if (!alike) {
        listeners.publish(() -> current(after), after.since(before.state()));
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (!alike) {
      listeners.deliver();
    }
    return true;
  }

  /** A state as its first event shows it to a new listener, with the runs that have changed nothing since. */
  private HealthEvent current(HealthState published) {
    HealthState now = snapshot.state();
    HealthState shown = now.looksLike(published) ? now : published;
    return new HealthEvent.Current(HealthReport.of(shown, time.nanoTime()));
  }

  Subscription subscribe(Consumer<? super HealthEvent> listener) {
    return listeners.subscribe(listener);
  }

  /** Asks again for what an executor has refused or lost. */
  void deliver() {
    listeners.deliver();
  }

  boolean await(Predicate<Snapshot> wanted, long timeoutNanos) throws InterruptedException {
    long left = timeoutNanos;
    lock.lockInterruptibly();
    try {
      while (!wanted.test(snapshot)) {
        if (left <= 0) {
          return false;
        }
        // what time alone changes is not signalled
        long slice = Math.min(left, TimeUnit.MILLISECONDS.toNanos(100));
        left -= slice - Math.max(changed.awaitNanos(slice), 0);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
