package cnkit.lifecycle;

import cnkit.core.internal.Pure;

/** How a life ended; of several things that happened, the worst counts. Declared from best to worst. */
@Pure
public enum ShutdownOutcome {
  /** Everything that had started was stopped as planned. */
  STOPPED(0),
  /** All work finished, but a component's stop threw. */
  STOPPED_WITH_ERRORS(80),
  /** A component did not start; what had started was stopped again. */
  START_FAILED(70),
  /** Work was cut at a deadline, or a stop did not return in its slice. */
  DRAIN_TIMEOUT(81),
  /** A second signal ended it early. */
  FORCED(82),
  /** The shutdown itself did not end: the deadline thread halted the process. */
  HUNG(83);

  private final int exitCode;

  ShutdownOutcome(int exitCode) {
    this.exitCode = exitCode;
  }

  /**
   * What the process exits with.
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
