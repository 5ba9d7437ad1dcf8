package cnkit.resilience;

/** Why a call was rejected. */
public enum RejectionReason {
  /** The breaker is open. */
  BREAKER_OPEN,

  /** The breaker is half-open, and all permits for probes are in use. */
  BREAKER_PROBING,

  /** The throttle rejects a share of the calls, and this call was one of them. */
  THROTTLED,

  /** The rate limiter grants no call now. */
  RATE_LIMITED,

  /** The bulkhead has no free permit. If it has a queue, the queue is full, or the call waited too long in it. */
  BULKHEAD_FULL,

  /** The adaptive limit is reached. */
  LIMIT_REACHED,

  /** The deadline has expired. */
  DEADLINE
}
