package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/** The forms of a {@link RetryBudget} other than the saturating one. Each step is one compare-and-set. */
sealed interface BudgetForm {
  /** A call made its first attempt. */
  void began();

  /** Whether a retry may be scheduled; it is charged then. */
  boolean tryCharge();

  /** A scheduled retry was never sent. */
  void takeBack();

  /** A retry that was sent has ended. */
  void retryEnded();

  /** The call has ended. */
  void ended();

  /** Retries that would be granted at once. */
  double available();

  /** Each first attempt earns a share of a retry, which is lost if it is not used in time. */
  final class Expiring implements BudgetForm {
    private static final int BUCKETS = 10;
    private final AtomicReference<TokenBuckets> tokens =
        new AtomicReference<>(TokenBuckets.empty(BUCKETS));
    private final LongSupplier ticker;
    private final long originNanos;
    private final long bucketNanos;
    private final long deposit;

    Expiring(double ratio, long spanNanos, LongSupplier ticker) {
      this.ticker = ticker;
      this.originNanos = ticker.getAsLong();
      this.bucketNanos = Math.max(1, spanNanos / BUCKETS);
      this.deposit = BudgetRule.deposit(ratio);
    }

    private TokenBuckets held() {
      return requireNonNull(tokens.get());
    }

    private long bucket() {
      return Math.max(0, ticker.getAsLong() - originNanos) / bucketNanos;
    }

    @Override
    public void began() {
      deposit(deposit);
    }

    private void deposit(long amount) {
      long bucket = bucket();
      tokens.updateAndGet(t -> t.deposit(bucket, amount));
    }

    @Override
    public boolean tryCharge() {
      long bucket = bucket();
      while (true) {
        TokenBuckets before = held();
        TokenBuckets after = before.withdraw(bucket, BudgetRule.COST);
        if (after.equals(before)) {
          return false;
        }
        if (tokens.compareAndSet(before, after)) {
          return true;
        }
      }
    }

    @Override
    public void takeBack() {
      deposit(BudgetRule.COST);
    }

    @Override
    public void retryEnded() {}

    @Override
    public void ended() {}

    @Override
    public double available() {
      return held().available(bucket()) / (double) BudgetRule.COST;
    }
  }

  /** At most a share of the calls in flight may be retries, from when they are scheduled to their end. */
  final class InFlight implements BudgetForm {
    private final AtomicLong word = new AtomicLong();
    private final double ratio;
    private final int atLeast;

    InFlight(double ratio, int atLeast) {
      this.ratio = ratio;
      this.atLeast = atLeast;
    }

    @Override
    public void began() {
      word.getAndAdd(BudgetRule.ONE_CALL);
    }

    @Override
    public boolean tryCharge() {
      while (true) {
        long before = word.get();
        if (BudgetRule.retries(before) >= BudgetRule.allowed(before, ratio, atLeast)) {
          return false;
        }
        if (word.compareAndSet(before, before + 1)) {
          return true;
        }
      }
    }

    @Override
    public void takeBack() {
      word.getAndAdd(-1);
    }

    @Override
    public void retryEnded() {
      word.getAndAdd(-1);
    }

    @Override
    public void ended() {
      word.getAndAdd(-BudgetRule.ONE_CALL);
    }

    @Override
    public double available() {
      long now = word.get();
      return Math.max(0, BudgetRule.allowed(now, ratio, atLeast) - BudgetRule.retries(now));
    }
  }
}
