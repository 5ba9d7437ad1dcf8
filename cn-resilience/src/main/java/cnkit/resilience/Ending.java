package cnkit.resilience;

/**
 * How an attempt ended: with a value, a throwable, or a refusal (then there was no attempt).
 *
 * @param kind what it was worth
 * @param value what it returned, if it did
 * @param thrown what it threw, if it did
 * @param refusal who refused, if somebody did
 * @param late whether it ended after its time
 * @param repeatable false for an {@link Error} and for what could not be classified
 */
record Ending(
    Kind kind,
    @Nullable Object value,
    @Nullable Throwable thrown,
    Outcome.@Nullable Rejected<Object> refusal,
    boolean late,
    boolean repeatable) {

  static Ending value(Kind kind, @Nullable Object value, boolean late) {
    return new Ending(kind, value, null, null, late, true);
  }

  static Ending thrown(Plan plan, Throwable thrown, boolean late) {
    Kind kind = Kind.FAILURE;
    boolean repeatable = false;
    try {
      kind = Rules.of(plan.classifier, thrown);
      repeatable = !(thrown instanceof Error);
    } catch (Throwable t) {
      plan.report(t); // what cannot be classified is a failure, and not repeated
    }
    return new Ending(kind, null, thrown, null, late, repeatable);
  }

  static Ending refused(Outcome.Rejected<Object> refusal) {
    return new Ending(Kind.NOT_SENT, null, null, refusal, false, true);
  }

  /** An attempt that the pipeline itself ended at its limit. */
  static Ending timedOut(Plan plan, String by) {
    CallRejectedException spent =
        new CallRejectedException(plan.name, Reason.DEADLINE, 0, new Evidence.Spent(by));
    return new Ending(Kind.FAILURE, null, spent, null, true, true);
  }
}
