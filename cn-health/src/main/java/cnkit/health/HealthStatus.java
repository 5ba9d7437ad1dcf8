package cnkit.health;

/** The status of a check, or of all checks of a probe. The set is closed. */
public enum HealthStatus {
  /** It works. */
  UP,
  /** It works, but worse than it should. A probe still passes. */
  DEGRADED,
  /** It does not work. */
  DOWN,
  /** The check never ran, or its last result is too old. This fails a critical check, except in liveness. */
  UNKNOWN;

  /**
   * Whether a probe may pass with this status.
   *
   * @return true for {@link #UP} and {@link #DEGRADED}
   */
  public boolean passes() {
    return this == UP || this == DEGRADED;
  }
}
