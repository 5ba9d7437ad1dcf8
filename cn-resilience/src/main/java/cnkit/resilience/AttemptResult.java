package cnkit.resilience;

import org.jspecify.annotations.Nullable;

/** How an attempt ended. */
sealed interface AttemptResult {
  /** What it was worth. */
  Handling handling();

  /** Whether it ended after its time. */
  default boolean late() {
    return false;
  }

  /** What it threw; {@code null} if it threw nothing. */
  default @Nullable Throwable thrown() {
    return null;
  }

  record Value(Handling handling, @Nullable Object value, boolean late) implements AttemptResult {}

  /** {@code repeatable} is false for an {@link Error} and for what could not be classified. */
  record Thrown(Handling handling, Throwable thrown, boolean late, boolean repeatable)
      implements AttemptResult {}

  /** A stage refused it, so nothing was sent. */
  record Refused(CallOutcome.Rejected<Object> refusal) implements AttemptResult {
    @Override
    public Handling handling() {
      return Handling.NOT_SENT;
    }
  }

  static AttemptResult thrown(Plan plan, Throwable thrown, boolean late) {
    try {
      return new Thrown(
          Rules.of(plan.classifier, thrown), thrown, late, !(thrown instanceof Error));
    } catch (Throwable t) {
      plan.report(t); // what cannot be classified is a failure, and not repeated
      return new Thrown(Handling.FAILURE, thrown, late, false);
    }
  }
}
