package cnkit.config;

import java.util.function.LongSupplier;

/** The monotonic clock. A class of its own, since the first lambda of a process costs its start some 20 ms. */
final class SystemTicker implements LongSupplier {
  @Override
  public long getAsLong() {
    return System.nanoTime();
  }
}
