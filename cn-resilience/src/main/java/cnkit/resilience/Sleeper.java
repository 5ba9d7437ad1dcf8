package cnkit.resilience;

/** How a calling thread waits before a retry; replaced in tests by virtual time. */
@FunctionalInterface
public interface Sleeper {
  /**
   * Waits on the calling thread.
   *
   * @param nanos how long, in nanoseconds, at least 1
   * @throws InterruptedException if the thread was or is interrupted; the interrupt flag is then clear
   */
  void sleep(long nanos) throws InterruptedException;
}
