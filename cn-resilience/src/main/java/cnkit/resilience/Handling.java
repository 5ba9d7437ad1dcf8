package cnkit.resilience;

/** How the result of an attempt is classified; all stages of a pipeline use it. A {@link Classifier} decides. */
public enum Handling {
  /** The dependency worked as expected. */
  SUCCESS,

  /** The dependency failed. Counts as a failure, and is retried if the settings allow it. */
  FAILURE,

  /** Says nothing about the dependency (a caller's mistake, a cancellation). Neither counted nor retried. */
  NEUTRAL,

  /** The dependency was not called, because a stage rejected the call. Not counted at all. */
  NOT_SENT
}
