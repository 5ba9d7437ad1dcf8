package cnkit.health;

/**
 * Told of every run of every check, for histograms of run time. Called on the thread that ended the run, after the
 * result was published; what it throws is logged once and ignored. Implementations must be safe for many threads and
 * return quickly.
 *
 * <pre>{@code
 * Subscription metering = health.meter((check, outcome, nanos) -> histogram.record(nanos / 1e9));
 * }</pre>
 */
@FunctionalInterface
public interface CheckMeter {
  /**
   * One run ended, timed out or was refused.
   *
   * @param check the check's name
   * @param outcome how it ended; one call with {@link RunOutcome#STUCK} per period in which it could not run
   * @param nanos from the start of the body to its end, or for how long it was waited for
   */
  void ran(String check, RunOutcome outcome, long nanos);
}
