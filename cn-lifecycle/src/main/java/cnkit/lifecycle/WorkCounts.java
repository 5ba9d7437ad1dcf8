package cnkit.lifecycle;

import cnkit.core.internal.Pure;

/**
 * What became of all work of one kind: {@code completed + rejected + cut + open = accepted}, always. When a shutdown is
 * over nothing is open.
 *
 * @param kind what was counted
 * @param accepted all that arrived, from the start of the process
 * @param completed what ended by itself
 * @param rejected what came after the intake was closed, and was refused before it began
 * @param cut what was still running when its time was over
 * @param open what is still running
 */
@Pure
public record WorkCounts(
    WorkKind kind, long accepted, long completed, long rejected, long cut, long open) {

  /** Checks that it adds up. */
  public WorkCounts {
    if (completed + rejected + cut + open != accepted) {
      throw new IllegalArgumentException(kind.label() + ": completed " + completed + " + rejected "
          + rejected + " + cut " + cut + " + open " + open + " is not accepted " + accepted);
    }
  }

  WorkCounts plus(WorkCounts other) {
    return new WorkCounts(
        kind,
        accepted + other.accepted,
        completed + other.completed,
        rejected + other.rejected,
        cut + other.cut,
        open + other.open);
  }
}
