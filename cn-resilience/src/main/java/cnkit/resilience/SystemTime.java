package cnkit.resilience;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** The defaults for everything that is injected: the JVM's monotonic clock, its randomness, the calling thread. */
final class SystemTime {
  /** One instance, so that "the same clock" is a comparison of references. */
  static final LongSupplier TICKER = System::nanoTime;

  static final DoubleSupplier RANDOM = () -> ThreadLocalRandom.current().nextDouble();

  static final Sleeper SLEEPER = SystemTime::park;

  private SystemTime() {}

  /** Parks instead of {@code Thread.sleep}, which rounds 0.1 ms up to 1 ms on Java 17. */
  private static void park(long nanos) throws InterruptedException {
    long due = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(SystemTime.class, left);
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while waiting for the next attempt");
      }
    }
  }
}
