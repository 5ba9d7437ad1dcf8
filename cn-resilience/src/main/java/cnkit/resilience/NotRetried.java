package cnkit.resilience;

/** Why a failed call was not tried (again). */
public enum NotRetried {
  /** All attempts of the settings are used, or there is no retry stage. */
  ATTEMPTS,

  /** What failed may not be repeated: an {@link Error}, or a call that may have been sent and is not idempotent. */
  NOT_RETRYABLE,

  /** The next attempt would start beyond {@link RetrySettings#maxElapsed()}. */
  ELAPSED,

  /** The next attempt would start beyond the deadline, or too close to it to be useful. */
  DEADLINE,

  /** The retry budget is spent. */
  BUDGET,

  /** A stage refused the next attempt, for example a breaker that had opened meanwhile. */
  REJECTED,

  /** The thread was interrupted while it waited for the next attempt. */
  INTERRUPTED,

  /** The caller of this call retries by itself. */
  CALLER_RETRIES
}
