package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.positive;

import java.time.Duration;

/**
 * When an asynchronous attempt that is slow gets company. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * HedgeSettings.after(Duration.ofMillis(200)); // about the 95th percentile of the dependency
 * }</pre>
 *
 * @param delay an attempt that has not ended by then is made once more beside it: above 0 and up to one day
 * @param extra how many such attempts at most beside the first, each a delay after the one before: 1 to 10; default 1
 */
public record HedgeSettings(Duration delay, int extra) {
  /** Checks the ranges. */
  public HedgeSettings {
    positive("delay", delay);
    check(extra >= 1 && extra <= 10, "extra", "1..10", extra);
  }

  /**
   * One more attempt after a while.
   *
   * @param delay how long the first attempt is waited for
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
