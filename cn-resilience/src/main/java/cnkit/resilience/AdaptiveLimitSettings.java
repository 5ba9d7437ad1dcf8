package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;

/**
 * How an {@link AdaptiveLimit} changes. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * AdaptiveLimitSettings.between(1, 200).withInitial(20);
 * }</pre>
 *
 * @param min the lowest limit: 1 to {@code max}
 * @param max the highest limit: 1 to 32,767
 * @param initial the first limit: {@code min} to {@code max}; default 20, or the nearest bound
 * @param decrease a failure multiplies the limit by this: 0.1 to 0.99; default 0.9
 */
public record AdaptiveLimitSettings(int min, int max, int initial, double decrease) {
  /** Checks the ranges. */
  public AdaptiveLimitSettings {
    check(max >= 1 && max <= Aimd.MOST, "max", "1.." + Aimd.MOST, max);
    check(min >= 1 && min <= max, "min", "1.." + max, min);
    check(initial >= min && initial <= max, "initial", min + ".." + max, initial);
    check(decrease >= 0.1 && decrease <= 0.99, "decrease", "0.1..0.99", decrease);
  }

  /**
   * A limit within bounds.
   *
   * @param min the lowest limit
   * @param max the highest limit
   * @return the settings, with the defaults for the rest
   */
  public static AdaptiveLimitSettings between(int min, int max) {
    return new AdaptiveLimitSettings(min, max, Math.max(min, Math.min(max, 20)), 0.9);
  }

  /**
   * Replaces the first limit.
   *
   * @param initial the first limit
   * @return a changed copy
   */
  public AdaptiveLimitSettings withInitial(int initial) {
    return new AdaptiveLimitSettings(min, max, initial, decrease);
  }

  /**
   * Replaces the factor by which a failure multiplies the limit.
   *
   * @param decrease 0.1 to 0.99
   * @return a changed copy
   */
  public AdaptiveLimitSettings withDecrease(double decrease) {
    return new AdaptiveLimitSettings(min, max, initial, decrease);
  }

  int within(int limit) {
    return Math.max(min, Math.min(max, limit));
  }
}
