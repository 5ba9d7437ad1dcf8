package cnkit.health;

import cnkit.core.internal.Pure;

/**
 * What {@link CheckState} decides by.
 *
 * @param failureThreshold failed runs in a row that turn passing into down
 * @param successThreshold passed runs in a row that turn down or unknown into passing
 * @param stalePeriods how many periods a result is believed
 * @param periodNanos one period
 */
@Pure
record CheckRules(int failureThreshold, int successThreshold, int stalePeriods, long periodNanos) {
  private static final int MOST_PERIODS = 1_000;

  /** For what is not run but watched. */
  static final CheckRules NEVER_STALE = new CheckRules(1, 1, 1, Long.MAX_VALUE);

  /** At this age a result is not believed any more. */
  long staleNanos() {
    // by a constant, since a division that is not would be most of what a round of checks costs
    return periodNanos > Long.MAX_VALUE / MOST_PERIODS
        ? Long.MAX_VALUE
        : stalePeriods * periodNanos;
  }
}
