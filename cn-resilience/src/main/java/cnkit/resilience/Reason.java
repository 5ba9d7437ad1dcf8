package cnkit.resilience;

/** Why a call was not made, or not waited for. */
public enum Reason {
  /** The breaker is open. */
  BREAKER_OPEN,

  /** The breaker is half-open and all its probes are out. */
  BREAKER_PROBING,

  /** The rate limiter grants no call now. */
  RATE_LIMITED,

  /** The bulkhead has no permit left. */
  BULKHEAD_FULL,

  /** The deadline is spent. */
  DEADLINE
}
