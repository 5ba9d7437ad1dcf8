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
 * Pipeline reads = Pipeline.named("orders-read").retry(settings).budget(budget).build();
 * Pipeline writes = Pipeline.named("orders-write").retry(settings).budget(budget).build();
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

  private RetryBudget(RetryBudgetSettings settings, LongSupplier ticker) {
    this.settings = settings;
    this.ticker = requireNonNull(ticker, "ticker");
    this.deposit = BudgetRule.deposit(settings.ratio());
    this.cap = settings.reserve() * BudgetRule.COST;
    this.floorIntervalNanos =
        settings.floorPerSecond() > 0 ? (long) Math.ceil(1e9 / settings.floorPerSecond()) : 0;
    this.saved = new AtomicLong(settings.initial() * BudgetRule.COST);
    this.floorTat = new AtomicLong(ticker.getAsLong());
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
   * What is saved.
   *
   * @return retries, with a fraction; the floor is not in it
   */
  public double available() {
    return saved.get() / (double) BudgetRule.COST;
  }

  void onFirstAttempt() {
    if (saved.get() < cap) {
      deposit();
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
    long before;
    do {
      before = saved.get();
    } while (!saved.compareAndSet(
        before, BudgetRule.afterFirstAttempt(before, BudgetRule.COST, cap)));
  }

  @Override
  public String toString() {
    return "RetryBudget[" + available() + " of " + settings.reserve() + " saved, ratio "
        + settings.ratio() + "]";
  }
}
