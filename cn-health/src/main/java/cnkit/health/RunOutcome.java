package cnkit.health;

/** How a check's last run ended. The set is closed. */
public enum RunOutcome {
  /** No run has ended yet. */
  NOT_RUN("has not run yet"),
  /** The body returned up or degraded. */
  PASSED("passed"),
  /** The body returned down. */
  FAILED("failed"),
  /** The body threw an exception. */
  THREW("threw"),
  /** The body returned null, or its stage completed with null. */
  NO_VERDICT("returned no verdict"),
  /** The run had not ended at the check's timeout. A late result is discarded. */
  TIMED_OUT("timed out"),
  /** A run that timed out still holds its thread when the next run is due. */
  STUCK("stuck"),
  /** The executor rejected the run, or too many runs were under way. */
  REJECTED("rejected"),
  /** A heartbeat is overdue. */
  SILENT("silent");

  private final String text;

  RunOutcome(String text) {
    this.text = text;
  }

  /**
   * Whether the run counts as a success.
   *
   * @return true for {@link #PASSED}
   */
  public boolean passed() {
    return this == PASSED;
  }

  String text() {
    return text;
  }
}
