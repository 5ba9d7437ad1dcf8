package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.SystemTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a {@link PipelineBuilder} was told: the input of a {@link Plan}. */
final class Stages {
  final String name;
  Classifier classifier = Classifier.standard();

  @Nullable
  RetrySettings retry;

  @Nullable
  Breaker breaker;

  @Nullable
  RateLimiter limiter;

  @Nullable
  Throttle throttle;

  @Nullable
  AdaptiveLimit adaptive;

  @Nullable
  HedgeSettings hedge;

  @Nullable
  Faults faults;

  boolean attachEarlier;

  @Nullable
  Function<@Nullable Object, ? extends RuntimeException> onBadResult;

  BooleanSupplier callerRetries = () -> false;
  long deadlineNanos = Long.MAX_VALUE;
  long perTryNanos = Long.MAX_VALUE;

  boolean interrupting;

  Time time = SystemTime.SHARED;
  DoubleSupplier random = Jitter.RANDOM;
  final List<CallMeter> meters = new ArrayList<>();

  @Nullable
  Bulkhead bulkhead;

  int permits;

  @Nullable
  RetryBudget budget;

  @Nullable
  RetryBudget hedgeBudget;

  boolean budgeted = true;

  Stages(String name) {
    this.name = name;
  }

  @Nullable
  RetryBudget budgetInForce(@Nullable Plan before) {
    if (retry == null || !budgeted) {
      return null;
    }
    if (budget != null) {
      return budget;
    }
    return before != null && before.budget != null
        ? before.budget
        : RetryBudget.of(RetryBudgetSettings.ratio(0.1), time);
  }

  @Nullable
  RetryBudget hedgeBudgetInForce(@Nullable Plan before) {
    if (hedge == null || hedgeBudget != null) {
      return hedge == null ? null : hedgeBudget;
    }
    return before != null && before.hedgeBudget != null
        ? before.hedgeBudget
        : RetryBudget.of(RetryBudgetSettings.ratio(0.05), time);
  }

  @Nullable
  Bulkhead bulkheadInForce(@Nullable Plan before) {
    if (permits == 0) {
      return bulkhead;
    }
    if (before != null && before.bulkhead != null && before.bulkhead.name().equals(name)) {
      before.bulkhead.resize(permits);
      return before.bulkhead;
    }
    return Bulkhead.of(name, permits);
  }

  void validate() {
    List<String> problems = new ArrayList<>();
    require(
        budgeted || budget == null,
        "budget: expected none after withoutBudget(), got one",
        problems);
    require(
        breaker == null || throttle == null,
        "throttle: expected none beside a breaker, got both",
        problems);
    require(
        adaptive == null || (bulkhead == null && permits == 0),
        "adaptiveLimit: expected none beside a bulkhead, got both",
        problems);
    require(
        hedge == null || retry == null || retry.repeating() != RetrySettings.Repeating.UNSENT,
        "hedge: expected none for calls that may not be made twice (Repeating.UNSENT), got "
            + hedge,
        problems);
    require(
        hedgeBudget == null
            || !(hedgeBudget.settings().form() instanceof RetryBudgetSettings.InFlight),
        "hedgeBudget: expected a budget in the saturating or the expiring form, got one of calls in flight",
        problems);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
  }

  private static void require(boolean holds, String problem, List<String> problems) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
