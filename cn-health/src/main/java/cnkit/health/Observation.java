package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a check came to.
 *
 * @param outcome how it ended
 * @param status of the verdict; down for everything that is not a verdict
 * @param reason for people; already without secrets
 * @param cause what was thrown, for events
 * @param stack where a stuck run stands
 * @param tookNanos how long it ran, or has been running
 * @param atNanos when this was known, on the ticker
 */
@Pure
record Observation(
    RunOutcome outcome,
    HealthStatus status,
    String reason,
    @Nullable Throwable cause,
    List<StackTraceElement> stack,
    long tookNanos,
    long atNanos) {

  static final Observation NONE =
      new Observation(RunOutcome.NOT_RUN, HealthStatus.UNKNOWN, "", null, List.of(), 0, 0);

  static Observation of(Verdict verdict, long tookNanos, long atNanos) {
    RunOutcome outcome =
        verdict.status() == HealthStatus.DOWN ? RunOutcome.FAILED : RunOutcome.PASSED;
    return new Observation(
        outcome, verdict.status(), verdict.reason(), null, List.of(), tookNanos, atNanos);
  }

  static Observation failed(RunOutcome outcome, String reason, long tookNanos, long atNanos) {
    return new Observation(outcome, HealthStatus.DOWN, reason, null, List.of(), tookNanos, atNanos);
  }

  static Observation threw(Throwable cause, String reason, long tookNanos, long atNanos) {
    return new Observation(
        RunOutcome.THREW, HealthStatus.DOWN, reason, cause, List.of(), tookNanos, atNanos);
  }

  static Observation stuck(
      String reason, List<StackTraceElement> stack, long tookNanos, long atNanos) {
    return new Observation(
        RunOutcome.STUCK, HealthStatus.DOWN, reason, null, stack, tookNanos, atNanos);
  }
}
