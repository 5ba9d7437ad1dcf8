package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.AtomicState;
import cnkit.core.internal.AtomicWord;

/** The three forms of a {@link RetryBudget}. Each step is one atomic change of one word or state. */
sealed interface BudgetForm {
  static BudgetForm of(RetryBudgetSettings settings, Time time) {
    if (settings.form() instanceof RetryBudgetSettings.Expiring expiring) {
      return new Expiring(settings.ratio(), expiring.after().toNanos(), time);
    }
    return settings.form() instanceof RetryBudgetSettings.InFlight inFlight
        ? new InFlight(settings.ratio(), inFlight.atLeast())
        : new Saturating(settings.ratio(), settings.initial(), settings.reserve());
  }

  /** A call made its first attempt. */
  void began();

  /** Whether a retry may be scheduled; it is charged then. */
  boolean tryCharge();

  /** A scheduled retry was never sent. */
  void takeBack();

  /** A retry that was sent has ended. */
  default void retryEnded() {}

  /** The call has ended. */
  default void ended() {}

  /** Retries that would be granted at once. */
  double available();

  /** Each first attempt earns a share of a retry, up to the reserve. While that is full, a first attempt only reads. */
  final class Saturating extends AtomicWord implements BudgetForm {
    private final long deposit;
    private final long cap;

    Saturating(double ratio, int initial, int reserve) {
      super(initial * BudgetRule.COST);
      this.deposit = BudgetRule.deposit(ratio);
      this.cap = reserve * BudgetRule.COST;
    }

    @Override
    public void began() {
      if (get() < cap) {
        deposit(deposit);
      }
    }

    private void deposit(long amount) {
      advance(BudgetRule::afterFirstAttempt, amount, cap);
    }

    @Override
    public boolean tryCharge() {
      long before = advance(saved -> {
        long after = BudgetRule.afterRetry(saved);
        return after < 0 ? saved : after;
      });
      return BudgetRule.afterRetry(before) >= 0;
    }

    @Override
    public void takeBack() {
      deposit(BudgetRule.COST);
    }

    @Override
    public double available() {
      return get() / (double) BudgetRule.COST;
    }
  }

  /** Each first attempt earns a share of a retry, which is lost if it is not used in time. */
  final class Expiring implements BudgetForm {
    private static final int BUCKETS = 10;
    private final AtomicState<TokenBuckets> tokens = new AtomicState<>(TokenBuckets.empty(BUCKETS));
    private final Time time;
    private final long originNanos;
    private final long bucketNanos;
    private final long deposit;

    Expiring(double ratio, long spanNanos, Time time) {
      this.time = time;
      this.originNanos = time.nanoTime();
      this.bucketNanos = Math.max(1, spanNanos / BUCKETS);
      this.deposit = BudgetRule.deposit(ratio);
    }

    private long bucket() {
      return Math.max(0, time.nanoTime() - originNanos) / bucketNanos;
    }

    @Override
    public void began() {
      deposit(deposit);
    }

    private void deposit(long amount) {
      long bucket = bucket();
      tokens.advance(t -> t.deposit(bucket, amount));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the same instance: nothing was taken
    public boolean tryCharge() {
      long bucket = bucket();
      return tokens.advance(
          t -> t.withdraw(bucket, BudgetRule.COST), (before, after) -> !after.equals(before));
    }

    @Override
    public void takeBack() {
      deposit(BudgetRule.COST);
    }

    @Override
    public double available() {
      return tokens.get().available(bucket()) / (double) BudgetRule.COST;
    }
  }

  /** At most a share of the calls in flight may be retries, from when they are scheduled to their end. */
  final class InFlight extends AtomicWord implements BudgetForm {
    private final double ratio;
    private final int atLeast;

    InFlight(double ratio, int atLeast) {
      super(0);
      this.ratio = ratio;
      this.atLeast = atLeast;
    }

    @Override
    public void began() {
      add(BudgetRule.ONE_CALL);
    }

    @Override
    public boolean tryCharge() {
      return hasRoom(advance(word -> hasRoom(word) ? word + 1 : word));
    }

    private boolean hasRoom(long word) {
      return BudgetRule.retries(word) < BudgetRule.allowed(word, ratio, atLeast);
    }

    @Override
    public void takeBack() {
      add(-1);
    }

    @Override
    public void retryEnded() {
      add(-1);
    }

    @Override
    public void ended() {
      add(-BudgetRule.ONE_CALL);
    }

    @Override
    public double available() {
      long now = get();
      return Math.max(0, BudgetRule.allowed(now, ratio, atLeast) - BudgetRule.retries(now));
    }
  }
}
