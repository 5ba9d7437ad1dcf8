package cnkit.telemetry;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes that a piece of code allocates on this thread. */
final class Allocation {
  private static final int RUNS = 1000;

  private Allocation() {}

  /** The least of some rounds, since the JVM itself allocates on this thread now and then. */
  static long perRun(Runnable code) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 30 && least > 0; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < RUNS; i++) {
        code.run();
      }
      least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / RUNS);
    }
    return least;
  }
}
