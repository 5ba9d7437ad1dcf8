package cnkit.health;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/*
 * The one place where state changes. Writers take a lock for a pure step, a rendering of our own and a volatile store;
 * no user code runs under it. Readers take none: the store publishes everything that was made before it. Events join
 * their queues under the lock, so their order is the order of commits, and are delivered elsewhere.
 */
final class Board {
  private final LongSupplier ticker;
  private final Feed feed;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile Snapshot snapshot;

  Board(LongSupplier ticker, Feed feed, HealthState initial) {
    this.ticker = ticker;
    this.feed = feed;
    this.snapshot = Snapshot.of(initial, Pages.of(initial.report(0)), ticker.getAsLong());
  }

  Snapshot snapshot() {
    return snapshot;
  }

  boolean isFresh(Snapshot seen) {
    long now = ticker.getAsLong();
    return seen.validUntilNanos() - now > 0 || seen.state().validForNanos(now) > 0;
  }

  HealthReport report() {
    return snapshot.state().report(ticker.getAsLong());
  }

  void commit(UnaryOperator<HealthState> step) {
    commit(step, ticker.getAsLong());
  }

  /** True if the step changed anything. */
  boolean commit(UnaryOperator<HealthState> step, long nowNanos) {
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
          : Snapshot.of(after, Pages.of(after.report(nowNanos)), nowNanos);
      if (!alike) {
        feed.offer(after.since(before.state()));
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (!alike) {
      feed.deliver();
    }
    return true;
  }

  /** Our own listener: it asks for no first event, so that nothing runs before anything happens. */
  void log(Consumer<? super HealthEvent> listener) {
    feed.join(listener);
  }

  /** A listener joins between two commits: its first event is the state that all later ones lead on from. */
  Feed.Line subscribe(Consumer<? super HealthEvent> listener) {
    Feed.Line line;
    lock.lock();
    try {
      line = feed.join(listener, new HealthEvent.Current(report()));
    } finally {
      lock.unlock();
    }
    feed.deliver();
    return line;
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
