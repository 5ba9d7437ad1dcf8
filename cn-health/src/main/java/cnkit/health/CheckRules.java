package cnkit.health;

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
  /** For what is not run but watched. */
  static final CheckRules NEVER_STALE = new CheckRules(1, 1, 1, Long.MAX_VALUE);

  /** At this age a result is not believed any more. */
  long staleNanos() {
    long nanos = stalePeriods * periodNanos;
    return nanos / stalePeriods == periodNanos ? nanos : Long.MAX_VALUE;
  }
}
