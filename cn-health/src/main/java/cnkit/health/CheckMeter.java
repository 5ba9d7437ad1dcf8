package cnkit.health;

/**
 * Receives the time of every run of every check, for histograms. It is called on the thread that ended the run, after
 * the result was published. An exception is logged once for each class and then ignored. Implementations must be safe
 * for use by many threads and return quickly.
 *
 * <pre>{@code
 * Subscription metering = health.meter((check, outcome, nanos) -> histogram.record(nanos / 1e9));
 * }</pre>
 */
@FunctionalInterface
public interface CheckMeter {
  /**
   * Called when a run has ended, has timed out or was rejected.
   *
   * @param check the check's name
   * @param outcome how it ended; while a run is stuck, one call with {@link RunOutcome#STUCK} per period
   * @param nanos nanoseconds from the start of the body to its end, or how long its result was waited for
   */
  void ran(String check, RunOutcome outcome, long nanos);
}
