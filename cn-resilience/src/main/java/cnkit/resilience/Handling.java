package cnkit.resilience;

/** What one attempt was worth, as every stage of a pipeline reads it. A {@link Classifier} decides. */
public enum Handling {
  /** The dependency did what it should. */
  SUCCESS,

  /** The dependency failed: counts against it, and is retried where the settings allow. */
  FAILURE,

  /** Says nothing about the dependency (a caller's mistake, a cancellation): neither counted nor retried. */
  NEUTRAL,

  /** The dependency was never asked, because a stage refused first: counts for nothing at all. */
  NOT_SENT
}
