package cnkit.resilience;

import org.jspecify.annotations.Nullable;

/**
 * One attempt that has been admitted, from its start until all who want to know are told how it ended. Synchronous and
 * asynchronous calls share it; only the fused first attempt of {@link Pipeline} does without.
 */
record Flight(
    Execution execution,
    Plan.Place place,
    int number,
    boolean hedge,
    long startNanos,
    long limitNanos) {

  Flight numbered(int number) {
    return new Flight(execution, place, number, hedge, startNanos, limitNanos);
  }

  /** What the body is told. */
  Attempt attempt() {
    return execution.plan.attempt(number, startNanos, limitNanos);
  }

  boolean isLimited() {
    return limitNanos != Long.MAX_VALUE;
  }

  long nanos() {
    return execution.now() - startNanos;
  }

  /** What an end with this value or throwable is worth: asks the user's classifier. */
  AttemptResult result(@Nullable Object value, @Nullable Throwable thrown, long nanos) {
    Plan plan = execution.plan;
    boolean late = nanos >= limitNanos;
    return thrown == null
        ? new AttemptResult.Value(plan.handlingOf(value), value, late)
        : AttemptResult.thrown(plan, thrown, late);
  }

  /** The pipeline itself ended it at its limit. */
  AttemptResult timedOut() {
    CallRejectedException spent = new CallRejectedException(
        execution.plan.name,
        RejectionReason.DEADLINE,
        0,
        new Evidence.Spent(execution.limitedBy(limitNanos)));
    return new AttemptResult.Thrown(Handling.FAILURE, spent, true, true);
  }

  /** Gives its permit back; the adaptive limit gets its own when it is told the result. */
  void leave() {
    execution.plan.leave(place);
  }

  /** Tells stages, budget, counters and meter, after {@link #leave}. */
  void settle(AttemptResult result, long nanos) {
    execution.settled(this, result, nanos);
  }
}
