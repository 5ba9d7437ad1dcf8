package cnkit.resilience;

import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended: with a value, a throwable, or a refusal (then there was no attempt).
 *
 * @param handling what it was worth
 * @param value what it returned, if it did
 * @param thrown what it threw, if it did
 * @param refusal who refused, if somebody did
 * @param late whether it ended after its time
 * @param repeatable false for an {@link Error} and for what could not be classified
 */
record AttemptResult(
    Handling handling,
    @Nullable Object value,
    @Nullable Throwable thrown,
    CallOutcome.@Nullable Rejected<Object> refusal,
    boolean late,
    boolean repeatable) {

  static AttemptResult value(Handling handling, @Nullable Object value, boolean late) {
    return new AttemptResult(handling, value, null, null, late, true);
  }

  static AttemptResult thrown(Plan plan, Throwable thrown, boolean late) {
    Handling handling = Handling.FAILURE;
    boolean repeatable = false;
    try {
      handling = Rules.of(plan.classifier, thrown);
      repeatable = !(thrown instanceof Error);
    } catch (Throwable t) {
      plan.report(t); // what cannot be classified is a failure, and not repeated
    }
    return new AttemptResult(handling, null, thrown, null, late, repeatable);
  }

  static AttemptResult refused(CallOutcome.Rejected<Object> refusal) {
    return new AttemptResult(Handling.NOT_SENT, null, null, refusal, false, true);
  }

  /** An attempt that the pipeline itself ended at its limit. */
  static AttemptResult timedOut(Plan plan, String by) {
    CallRejectedException spent =
        new CallRejectedException(plan.name, RejectionReason.DEADLINE, 0, new Evidence.Spent(by));
    return new AttemptResult(Handling.FAILURE, null, spent, null, true, true);
  }
}
