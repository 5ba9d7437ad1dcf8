package cnkit.lifecycle;

import cnkit.core.internal.Pure;

/**
 * How a lifecycle ended. If several things happened, the worst counts. The constants are in order from best to worst.
 */
@Pure
public enum ShutdownOutcome {
  /** Everything that had started was stopped as planned. */
  STOPPED(0),
  /** All work finished, but a component's stop threw. */
  STOPPED_WITH_ERRORS(80),
  /** A component did not start. The components that had started were stopped. */
  START_FAILED(70),
  /** Work was cut at a deadline, or a stop did not return in its time. */
  DRAIN_TIMEOUT(81),
  /** A second signal forced the end. */
  FORCED(82),
  /** The shutdown itself did not end, and the process was halted. */
  HUNG(83);

  private final int exitCode;

  ShutdownOutcome(int exitCode) {
    this.exitCode = exitCode;
  }

  /**
   * The exit code of the process.
   *
   * @return the exit code
   */
  public int exitCode() {
    return exitCode;
  }

  /**
   * The worse of two.
   *
   * @param other another outcome
   * @return this one, unless the other is worse
   */
  public ShutdownOutcome or(ShutdownOutcome other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
