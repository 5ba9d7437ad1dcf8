package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;

/** The state of one phase of the shutdown. */
@Pure
public sealed interface PhaseState {

  /** It has not begun. */
  record Waiting() implements PhaseState {
    static final Waiting WAITING = new Waiting();
  }

  /** It has begun, and ends after its allowance at the latest. */
  record Running(long from, long allowance) implements PhaseState {
    public Running {
      if (allowance < 0) {
        throw new IllegalArgumentException("allowance: expected >= 0, got " + allowance);
      }
    }
  }

  /** It has ended. */
  record Over(long from, long to, long allowance, Result result) implements PhaseState {
    public Over {
      if (to < from) {
        throw new IllegalArgumentException("to: expected >= " + from + ", got " + to);
      }
    }
  }

  /** How a phase ended. */
  enum Result {
    DONE,
    /** Not waited for: there is no propagation after a failed start. */
    SKIPPED,
    /** Its allowance was used up before its work was done. */
    TIMED_OUT,
    /** A second signal ended it. */
    ABANDONED
  }
}
