package cnkit.health;

/** How a check's last run ended. The set is closed. */
public enum RunOutcome {
  /** No run has ended yet. */
  NOT_RUN("has not run yet"),
  /** The body said up or degraded. */
  PASSED("passed"),
  /** The body said down. */
  FAILED("failed"),
  /** The body threw. */
  THREW("threw"),
  /** The body returned null, or its stage completed with null. */
  NO_VERDICT("returned no verdict"),
  /** The run was not over at the check's timeout; its result, should it come, is discarded. */
  TIMED_OUT("timed out"),
  /** A timed-out run still occupies its thread when the next one is due. */
  STUCK("stuck"),
  /** The executor, or the bound on runs in flight, refused the run. */
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
