package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.positive;

import cnkit.core.internal.Arguments;
import java.time.Duration;

/**
 * The number of calls that are allowed in a period. Immutable.
 *
 * <pre>{@code
 * RateLimit.of(100, Duration.ofSeconds(1)).withBurst(20);
 * }</pre>
 *
 * @param calls the number of calls: 1 to 1,000,000,000
 * @param period the period: above 0 and up to one day, at least one nanosecond per call
 * @param burst the number of calls that are allowed at once after an idle time: 1 to 1,000,000, refilled within at
 *     most 146 years; default 1
 */
public record RateLimit(int calls, Duration period, int burst) {
  /** Checks the ranges. */
  public RateLimit {
    check(calls >= 1 && calls <= 1_000_000_000, "calls", "1..1000000000", calls);
    positive("period", period);
    check(period.toNanos() >= calls, "period", "at least a nanosecond a call", period);
    check(burst >= 1 && burst <= 1_000_000, "burst", "1..1000000", burst);
    check(
        burst <= Arguments.FOREVER_NANOS / (period.toNanos() / calls + 1),
        "burst",
        "what is earned within 146 years",
        burst);
  }

  /**
   * A limit without bursts.
   *
   * @param calls how many calls
   * @param period in how much time
   * @return the limit
   */
  public static RateLimit of(int calls, Duration period) {
    return new RateLimit(calls, period, 1);
  }

  /**
   * Replaces the burst.
   *
   * @param burst how many at once
   * @return a changed copy
   */
  public RateLimit withBurst(int burst) {
    return new RateLimit(calls, period, burst);
  }

  /** The time that one call is worth, rounded up, so that never more are granted. */
  long intervalNanos() {
    return (period.toNanos() + calls - 1) / calls;
  }

  long toleranceNanos() {
    return (burst - 1) * intervalNanos();
  }
}
