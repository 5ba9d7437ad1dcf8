package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What a dependency may be asked to bear in retries; share one among all pipelines that call it. Safe for many threads.
 * A retry is charged when it is scheduled, in one atomic step, so that never more are granted than were earned; it is
 * given back only if it was never sent. While the reserve is full, a first attempt only reads.
 *
 * <pre>{@code
 * RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(0.2));
 * Pipeline reads = Pipeline.builder("orders-read").retry(settings).budget(budget).build();
 * Pipeline writes = Pipeline.builder("orders-write").retry(settings).budget(budget).build();
 * }</pre>
 */
public final class RetryBudget {
  private final RetryBudgetSettings settings;
  private final LongSupplier ticker;
  private final long deposit;
  private final long cap;
  private final long floorIntervalNanos;
  private final AtomicLong saved;
  private final AtomicLong floorTat;
  /** Another form than the saturating one; then nothing is saved here, and the cap is below everything. */
  private final @Nullable BudgetForm form;

  private RetryBudget(RetryBudgetSettings settings, LongSupplier ticker) {
    this.settings = settings;
    this.ticker = requireNonNull(ticker, "ticker");
    this.deposit = BudgetRule.deposit(settings.ratio());
    this.form = form(settings, ticker);
    this.cap = form == null ? settings.reserve() * BudgetRule.COST : Long.MIN_VALUE;
    this.floorIntervalNanos =
        settings.floorPerSecond() > 0 && !(form instanceof BudgetForm.InFlight)
            ? (long) Math.ceil(1e9 / settings.floorPerSecond())
            : 0;
    this.saved = new AtomicLong(form == null ? settings.initial() * BudgetRule.COST : 0);
    this.floorTat = new AtomicLong(ticker.getAsLong());
  }

  private static @Nullable BudgetForm form(RetryBudgetSettings settings, LongSupplier ticker) {
    if (settings.form() instanceof RetryBudgetSettings.Expiring expiring) {
      return new BudgetForm.Expiring(settings.ratio(), expiring.after().toNanos(), ticker);
    }
    return settings.form() instanceof RetryBudgetSettings.InFlight inFlight
        ? new BudgetForm.InFlight(settings.ratio(), inFlight.atLeast())
        : null;
  }

  /**
   * A budget on the JVM's monotonic clock.
   *
   * @param settings how much
   * @return a budget
   */
  public static RetryBudget of(RetryBudgetSettings settings) {
    return of(settings, SystemTime.TICKER);
  }

  /**
   * A budget on the given clock, which is read only when nothing is saved.
   *
   * @param settings how much
   * @param ticker a monotonic nanosecond clock; may wrap
   * @return a budget
   */
  public static RetryBudget of(RetryBudgetSettings settings, LongSupplier ticker) {
    return new RetryBudget(settings, ticker);
  }

  /**
   * The settings.
   *
   * @return as given
   */
  public RetryBudgetSettings settings() {
    return settings;
  }

  /**
   * What is saved, or would be granted at once.
   *
   * @return retries, with a fraction; the floor is not in it
   */
  public double available() {
    return form == null ? saved.get() / (double) BudgetRule.COST : form.available();
  }

  /** Whether a first attempt has only to be told by {@link #onFirstAttempt}, and nothing at its end. */
  boolean isSaturating() {
    return form == null;
  }

  void onFirstAttempt() {
    if (saved.get() < cap) {
      deposit();
    } else if (form != null) {
      form.began();
    }
  }

  /** A retry that was sent has ended. */
  void retryEnded() {
    if (form != null) {
      form.retryEnded();
    }
  }

  /** A call that began has ended. */
  void ended() {
    if (form != null) {
      form.ended();
    }
  }

  private void deposit() {
    long before;
    do {
      before = saved.get();
      if (before >= cap) {
        return;
      }
    } while (!saved.compareAndSet(before, BudgetRule.afterFirstAttempt(before, deposit, cap)));
  }

  boolean tryWithdraw() {
    if (form != null) {
      return form.tryCharge() || (floorIntervalNanos > 0 && tryFloor());
    }
    while (true) {
      long before = saved.get();
      long after = BudgetRule.afterRetry(before);
      if (after < 0) {
        return floorIntervalNanos > 0 && tryFloor();
      }
      if (saved.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  private boolean tryFloor() {
    long now = ticker.getAsLong();
    while (true) {
      long tat = floorTat.get();
      if (Gcra.waitNanos(tat, now, 1, floorIntervalNanos, 0) > 0) {
        return false;
      }
      if (floorTat.compareAndSet(tat, Gcra.advance(tat, now, 1, floorIntervalNanos))) {
        return true;
      }
    }
  }

  /** Gives back what a retry cost that was never sent. */
  void refund() {
    if (form != null) {
      form.takeBack();
      return;
    }
    long before;
    do {
      before = saved.get();
    } while (!saved.compareAndSet(
        before, BudgetRule.afterFirstAttempt(before, BudgetRule.COST, cap)));
  }

  @Override
  public String toString() {
    return form == null
        ? "RetryBudget[" + available() + " of " + settings.reserve() + " saved, ratio "
            + settings.ratio() + "]"
        : "RetryBudget[" + available() + " available, ratio " + settings.ratio() + "]";
  }
}
