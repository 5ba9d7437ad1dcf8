package cnkit.health;

/** What a failing check does to its probes. */
public enum Impact {
  /** While it is down or unknown, the probe fails. */
  CRITICAL,
  /** While it is down or unknown, the probe passes as {@link HealthStatus#DEGRADED}. */
  OPTIONAL
}
