package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.SystemTime;

/**
 * Limits the retries to a dependency; share one budget among all pipelines that call it. Safe for use by many
 * threads. A retry takes its token when it is scheduled, in one atomic operation, so there are never more retries
 * than tokens. The token is returned only if the retry was never sent. While the reserve is full, a first attempt
 * only reads.
 *
 * <pre>{@code
 * RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(0.2));
 * Pipeline reads = Pipeline.builder("orders-read").retry(settings).budget(budget).build();
 * Pipeline writes = Pipeline.builder("orders-write").retry(settings).budget(budget).build();
 * }</pre>
 */
public final class RetryBudget {
  private final RetryBudgetSettings settings;
  private final Time time;
  private final BudgetForm form;
  private final long floorIntervalNanos;
  private final AtomicWord floorTat;

  private RetryBudget(RetryBudgetSettings settings, Time time) {
    this.settings = settings;
    this.time = requireNonNull(time, "time");
    this.form = BudgetForm.of(settings, time);
    this.floorIntervalNanos =
        settings.floorPerSecond() > 0 && !(form instanceof BudgetForm.InFlight)
            ? (long) Math.ceil(1e9 / settings.floorPerSecond())
            : 0;
    this.floorTat = new AtomicWord(time.nanoTime());
  }

  /**
   * A budget on the JVM's monotonic clock.
   *
   * @param settings how much
   * @return a budget
   */
  public static RetryBudget of(RetryBudgetSettings settings) {
    return of(settings, SystemTime.SHARED);
  }

  /**
   * A budget on the given clock, which the default form reads only if there are no tokens.
   *
   * @param settings how much
   * @param time its clock
   * @return a budget
   */
  public static RetryBudget of(RetryBudgetSettings settings, Time time) {
    return new RetryBudget(settings, time);
  }

  /** {@return the settings, as given} */
  public RetryBudgetSettings settings() {
    return settings;
  }

  /**
   * The number of retries that would be allowed now.
   *
   * @return tokens, with a fraction; {@code floorPerSecond} is not included
   */
  public double available() {
    return form.available();
  }

  /** Whether a first attempt has only to be told by {@link #onFirstAttempt}, and nothing at its end. */
  boolean isSaturating() {
    return form instanceof BudgetForm.Saturating;
  }

  void onFirstAttempt() {
    form.began();
  }

  /** A retry that was sent has ended. */
  void retryEnded() {
    form.retryEnded();
  }

  /** A call that began has ended. */
  void ended() {
    form.ended();
  }

  boolean tryWithdraw() {
    return form.tryCharge() || (floorIntervalNanos > 0 && tryFloor());
  }

  private boolean tryFloor() {
    long now = time.nanoTime();
    long before = floorTat.advance(
        tat -> floorWaitNanos(tat, now) > 0 ? tat : Gcra.advance(tat, now, 1, floorIntervalNanos));
    return floorWaitNanos(before, now) <= 0;
  }

  private long floorWaitNanos(long tat, long now) {
    return Gcra.waitNanos(tat, now, 1, floorIntervalNanos, 0);
  }

  /** Gives back what a retry cost that was never sent. */
  void refund() {
    form.takeBack();
  }

  @Override
  public String toString() {
    return isSaturating()
        ? "RetryBudget[" + available() + " of " + settings.reserve() + " saved, ratio "
            + settings.ratio() + "]"
        : "RetryBudget[" + available() + " available, ratio " + settings.ratio() + "]";
  }
}
