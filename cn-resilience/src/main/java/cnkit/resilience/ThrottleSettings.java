package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.positive;

import java.time.Duration;

/**
 * When a {@link Throttle} rejects calls. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * ThrottleSettings.standard().withMultiplier(1.5).withMaxRejected(0.95);
 * }</pre>
 *
 * @param window the period that is evaluated; it should be longer than the slowest call: above 0 and up to one day;
 *     default 2 min
 * @param multiplier about this many times the accepted calls are sent: 1.0 to 100.0; default 2.0. A lower value
 *     rejects earlier
 * @param mostRefused the largest share of calls that is rejected, so that a recovery is noticed: 0.0 to 0.999;
 *     default 0.9
 * @param minimumRequests with fewer requests in the window, no call is rejected: 1 to 1,000,000; default 10
 */
public record ThrottleSettings(
    Duration window, double multiplier, double mostRefused, int minimumRequests) {
  /** Checks the ranges. */
  public ThrottleSettings {
    positive("window", window);
    check(multiplier >= 1.0 && multiplier <= 100.0, "multiplier", "1.0..100.0", multiplier);
    check(mostRefused >= 0.0 && mostRefused <= 0.999, "mostRefused", "0.0..0.999", mostRefused);
    check(
        minimumRequests >= 1 && minimumRequests <= 1_000_000,
        "minimumRequests",
        "1..1000000",
        minimumRequests);
  }

  /** {@return the default settings} */
  public static ThrottleSettings standard() {
    return new ThrottleSettings(Duration.ofMinutes(2), 2.0, 0.9, 10);
  }

  /**
   * Replaces the window.
   *
   * @param window the period that is evaluated
   * @return a changed copy
   */
  public ThrottleSettings withWindow(Duration window) {
    return new ThrottleSettings(window, multiplier, mostRefused, minimumRequests);
  }

  /**
   * Replaces the multiplier.
   *
   * @param multiplier about how many times the accepted calls are sent
   * @return a changed copy
   */
  public ThrottleSettings withMultiplier(double multiplier) {
    return new ThrottleSettings(window, multiplier, mostRefused, minimumRequests);
  }

  /**
   * Replaces the largest share of calls that is rejected.
   *
   * @param mostRefused the largest share that is rejected: 0.0 to 0.999
   * @return a changed copy
   */
  public ThrottleSettings withMaxRejected(double mostRefused) {
    return new ThrottleSettings(window, multiplier, mostRefused, minimumRequests);
  }

  /**
   * Replaces the number of requests below which no call is rejected.
   *
   * @param minimumRequests how many
   * @return a changed copy
   */
  public ThrottleSettings withMinimumRequests(int minimumRequests) {
    return new ThrottleSettings(window, multiplier, mostRefused, minimumRequests);
  }
}
