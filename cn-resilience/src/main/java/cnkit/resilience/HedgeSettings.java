package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.positive;

import java.time.Duration;

/**
 * When a slow asynchronous attempt is made once more in parallel. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * HedgeSettings.after(Duration.ofMillis(200)); // about the 95th percentile of the dependency
 * }</pre>
 *
 * @param delay an attempt that has not ended after this time is made once more in parallel: above 0 and up to one day
 * @param extra the maximum number of such attempts besides the first, each one delay after the previous: 1 to 10;
 *     default 1
 */
public record HedgeSettings(Duration delay, int extra) {
  /** Checks the ranges. */
  public HedgeSettings {
    positive("delay", delay);
    check(extra >= 1 && extra <= 10, "extra", "1..10", extra);
  }

  /**
   * One more attempt after the delay.
   *
   * @param delay how long to wait for the first attempt
   * @return the settings, with the defaults for the rest
   */
  public static HedgeSettings after(Duration delay) {
    return new HedgeSettings(delay, 1);
  }

  /**
   * Replaces the number of further attempts.
   *
   * @param extra how many at most
   * @return a changed copy
   */
  public HedgeSettings withExtra(int extra) {
    return new HedgeSettings(delay, extra);
  }
}
