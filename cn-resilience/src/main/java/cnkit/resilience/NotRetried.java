package cnkit.resilience;

/** Why there was no further attempt of a failed call. */
public enum NotRetried {
  /** All attempts of the settings are used, or there is no retry stage. */
  ATTEMPTS,

  /** The failure must not be retried: an {@link Error}, or a call that may have been sent and is not idempotent. */
  NOT_RETRYABLE,

  /** The next attempt would start beyond {@link RetrySettings#maxElapsed()}. */
  ELAPSED,

  /** The next attempt would start beyond the deadline, or too close to it to be useful. */
  DEADLINE,

  /** The retry budget has no token left. */
  BUDGET,

  /** A stage rejected the next attempt, for example a breaker that had opened in the meantime. */
  REJECTED,

  /** The thread was interrupted while it waited for the next attempt. */
  INTERRUPTED,

  /** The caller of this process retries; see {@link PipelineBuilder#noRetryWhen}. */
  CALLER_RETRIES
}
