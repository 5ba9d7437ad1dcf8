package cnkit.resilience;

/**
 * Called for every execution; for metrics. It is called on the thread that ends the attempt, so it must be fast. Its
 * exceptions are logged once and ignored. All methods do nothing unless overridden.
 *
 * <p>Events that need no time measurement are not reported here; they are counted in {@link Pipeline#counters()}.
 */
public interface CallMeter {
  /**
   * Whether the meter is in use. Called before each execution; if it returns {@code false}, no clock is read for this
   * meter.
   *
   * @return {@code true} unless overridden
   */
  default boolean enabled() {
    return true;
  }

  /**
   * An execution ended with an answer or a failure of the dependency.
   *
   * @param handling how its last attempt is classified
   * @param attempts the number of attempts, at least 1
   * @param nanos from the start of the execution to its end, in nanoseconds
   */
  default void executed(Handling handling, int attempts, long nanos) {}

  /**
   * An execution ended because a stage rejected it.
   *
   * @param reason which stage rejected it, and why
   * @param attempts the number of earlier attempts; 0 if the dependency was not called
   * @param nanos from the start of the execution to its end, in nanoseconds
   */
  default void rejected(RejectionReason reason, int attempts, long nanos) {}

  /**
   * An attempt ended.
   *
   * @param number the number of the attempt, counted from 1
   * @param handling how its result is classified
   * @param nanos how long the dependency took, in nanoseconds
   * @param backoffNanos the delay before it, in nanoseconds; 0 for the first attempt
   */
  default void attempted(int number, Handling handling, long nanos, long backoffNanos) {}
}
