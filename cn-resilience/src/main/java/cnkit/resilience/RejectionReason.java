package cnkit.resilience;

/** Why a call was not made, or not waited for. */
public enum RejectionReason {
  /** The breaker is open. */
  BREAKER_OPEN,

  /** The breaker is half-open and all its probes are out. */
  BREAKER_PROBING,

  /** The throttle refuses a share of the calls, and this was one of them. */
  THROTTLED,

  /** The rate limiter grants no call now. */
  RATE_LIMITED,

  /** The bulkhead has no permit left (and its queue, if it has one, no place, or not in time). */
  BULKHEAD_FULL,

  /** The adaptive limit is reached. */
  LIMIT_REACHED,

  /** The deadline is spent. */
  DEADLINE
}
