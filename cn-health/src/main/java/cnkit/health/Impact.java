package cnkit.health;

/** What a failing check does to the probes that it belongs to. */
public enum Impact {
  /** While it is down or unknown, the probe fails. */
  CRITICAL,
  /** While it is down or unknown, the probe passes as {@link HealthStatus#DEGRADED}. */
  OPTIONAL
}
