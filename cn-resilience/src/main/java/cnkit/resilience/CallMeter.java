package cnkit.resilience;

/**
 * Told about every execution; for metrics. Called on the thread that ends the attempt, so it must be quick; what it
 * throws is logged once and ignored. All methods do nothing unless overridden.
 *
 * <p>What needs no time is not told here but counted anyway: {@link Pipeline#counters()}.
 */
public interface CallMeter {
  /**
   * Whether anybody listens; asked before each execution, and when it says no, no clock is read for this meter.
   *
   * @return {@code true} unless overridden
   */
  default boolean enabled() {
    return true;
  }

  /**
   * An execution ended with an answer of the dependency, or with its failure.
   *
   * @param handling what its last attempt was worth
   * @param attempts how many attempts were made, at least 1
   * @param nanos from the start of the execution to its end, in nanoseconds
   */
  default void executed(Handling handling, int attempts, long nanos) {}

  /**
   * An execution ended because a stage refused it.
   *
   * @param reason who refused
   * @param attempts how many attempts were made before; 0 if the dependency was never asked
   * @param nanos from the start of the execution to its end, in nanoseconds
   */
  default void rejected(RejectionReason reason, int attempts, long nanos) {}

  /**
   * An attempt ended.
   *
   * @param number which one, counted from 1
   * @param handling what it was worth
   * @param nanos how long the dependency took, in nanoseconds
   * @param backoffNanos how long was waited before it, in nanoseconds; 0 for the first
   */
  default void attempted(int number, Handling handling, long nanos, long backoffNanos) {}
}
