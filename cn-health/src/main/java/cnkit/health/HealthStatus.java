package cnkit.health;

/** What is known of a check, or of all checks behind a probe. The set is closed. */
public enum HealthStatus {
  /** Works. */
  UP,
  /** Works, but worse than it should; a probe still passes. */
  DEGRADED,
  /** Does not work. */
  DOWN,
  /** Never ran, or its last result is too old to be believed; fails a critical check. */
  UNKNOWN;

  /**
   * Whether a probe may pass on it.
   *
   * @return true for {@link #UP} and {@link #DEGRADED}
   */
  public boolean passes() {
    return this == UP || this == DEGRADED;
  }
}
