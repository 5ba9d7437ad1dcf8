package cnkit.lifecycle;

import cnkit.core.internal.Pure;

/**
 * The counts of all work of one kind. Always {@code completed + rejected + cut + open = accepted}. After a shutdown
 * nothing is open.
 *
 * @param kind what was counted
 * @param accepted all work that arrived since the start of the process, rejected work included
 * @param completed work that ended by itself
 * @param rejected work that arrived after the intake was closed and did not begin
 * @param cut work that was still running at its deadline
 * @param open work that is still running
 */
@Pure
public record WorkCounts(
    WorkKind kind, long accepted, long completed, long rejected, long cut, long open) {

  /** Checks that the sum is correct. */
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
