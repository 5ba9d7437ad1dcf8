package cnkit.resilience;

import cnkit.core.Time;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** The defaults for everything that is injected: the time of this machine and the JVM's randomness. */
final class SystemTime {
  static final Time SHARED = cnkit.core.internal.SystemTime.SHARED;

  static final DoubleSupplier RANDOM = () -> ThreadLocalRandom.current().nextDouble();

  private SystemTime() {}
}
