package cnkit.resilience;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

/**
 * The hand-written limits: the least code that keeps the bare promise of a stage for one place in one program. No settings,
 * no reasons, no half-open state, no stragglers; what the kit costs beyond them is the price of those.
 */
final class Hand {
  private static final int PAD = 16; // longs: two cache lines

  private Hand() {}

  private static int thread() {
    return (int) Thread.currentThread().getId();
  }

  /** A counter for each thread, found by its id and written by nobody else. */
  static final class OwnedCounters {
    private static final int THREADS =
        1024; // ids are given in a row, so a benchmark's threads never share one

    private final AtomicLongArray cells = new AtomicLongArray(THREADS * PAD);

    void increment() {
      int index = (thread() & (THREADS - 1)) * PAD;
      cells.setRelease(index, cells.getPlain(index) + 1);
    }

    long sum() {
      long sum = 0;
      for (int i = 0; i < cells.length(); i += PAD) {
        sum += cells.get(i);
      }
      return sum;
    }
  }

  /** One volatile read, and a count of successes that a rate could be made of. */
  static final class Breaker {
    private volatile boolean open;
    final OwnedCounters successes = new OwnedCounters();
    long slow;

    void open() {
      open = true;
    }

    void check() {
      if (open) {
        throw new IllegalStateException("open");
      }
    }

    String call(Supplier<String> body) {
      check();
      String value = body.get();
      successes.increment();
      return value;
    }

    /** What a time window needs: when it was. */
    String callTimed(Supplier<String> body) {
      check();
      String value = body.get();
      long now = System.nanoTime();
      if (now == Long.MIN_VALUE) {
        slow++;
      }
      successes.increment();
      return value;
    }

    /** What a slow-call rate needs: how long it took. */
    String callMeasured(Supplier<String> body) {
      check();
      long start = System.nanoTime();
      String value = body.get();
      if (System.nanoTime() - start > 1_000_000_000L) {
        slow++;
      }
      successes.increment();
      return value;
    }
  }

  /** Exact: permits rest in stripes and return to where they came from; when one is empty, the others are searched. */
  static final class Bulkhead {
    private static final int STRIPES = 4;

    private final AtomicLongArray free = new AtomicLongArray((STRIPES + 1) * PAD);

    Bulkhead(int permits) {
      for (int i = 0; i < STRIPES; i++) {
        free.set((i + 1) * PAD, permits / STRIPES + (i < permits % STRIPES ? 1 : 0));
      }
    }

    /** The stripe, or -1. */
    int enter() {
      int home = thread();
      for (int i = 0; i < STRIPES; i++) {
        int index = (((home + i) & (STRIPES - 1)) + 1) * PAD;
        long there = free.get(index);
        while (there > 0) {
          if (free.compareAndSet(index, there, there - 1)) {
            return index;
          }
          there = free.get(index);
        }
      }
      return -1;
    }

    void exit(int index) {
      free.getAndIncrement(index);
    }
  }

  /** One number, one compare-and-set. */
  static final class Gcra {
    private final AtomicLong tat = new AtomicLong(System.nanoTime());
    private final long interval;
    private final long tolerance;

    Gcra(long interval, long burst) {
      this.interval = interval;
      this.tolerance = (burst - 1) * interval;
    }

    boolean tryAcquire() {
      return tryAcquire(1);
    }

    boolean tryAcquire(int calls) {
      long now = System.nanoTime();
      while (true) {
        long before = tat.get();
        long from = Math.max(before - now, 0);
        if (from + (calls - 1) * interval > tolerance) {
          return false;
        }
        if (tat.compareAndSet(before, now + from + calls * interval)) {
          return true;
        }
      }
    }
  }

  /** Takes 16 calls at once for its thread, and still looks at the clock for each. */
  static final class Leases {
    private static final int THREADS = 1024;
    private static final int SIZE = 16;
    private static final long LIFE = 1_000_000;

    private final Gcra gcra;
    private final AtomicLongArray cells = new AtomicLongArray(THREADS * PAD);

    Leases(long interval, long burst) {
      this.gcra = new Gcra(interval, burst);
    }

    boolean tryAcquire() {
      int index = (thread() & (THREADS - 1)) * PAD;
      long now = System.nanoTime();
      long left = cells.getPlain(index);
      if (left > 0 && now - cells.getPlain(index + 1) < LIFE) {
        cells.setRelease(index, left - 1);
        return true;
      }
      if (!gcra.tryAcquire(SIZE)) {
        return gcra.tryAcquire();
      }
      cells.setPlain(index, SIZE - 1L);
      cells.setRelease(index + 1, now);
      return true;
    }
  }

  /** A loop around a guarded call. */
  static final class Pipeline {
    private final Breaker breaker = new Breaker();
    private final Bulkhead bulkhead = new Bulkhead(64);
    private final AtomicLongArray deadlines = new AtomicLongArray(1024 * PAD);
    long late;

    String call(Supplier<String> body) {
      for (int attempt = 1; ; attempt++) {
        try {
          breaker.check();
          int place = bulkhead.enter();
          if (place < 0) {
            throw new IllegalStateException("full");
          }
          String value;
          try {
            value = body.get();
          } finally {
            bulkhead.exit(place);
          }
          breaker.successes.increment();
          return value;
        } catch (RuntimeException e) {
          if (attempt == 3) {
            throw e;
          }
        }
      }
    }

    /**
     * One clock read, and a slot of the thread's own where a watchdog finds the deadline. Whoever takes it out has won, so
     * that no interrupt comes after the call: an exchange, not a store.
     */
    String call(long timeoutNanos, Supplier<String> body) {
      int index = (thread() & 1023) * PAD;
      deadlines.setRelease(index, System.nanoTime() + timeoutNanos);
      try {
        return call(body);
      } finally {
        if (deadlines.getAndSet(index, 0) == 0) {
          late++;
        }
      }
    }
  }
}
