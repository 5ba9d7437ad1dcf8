package cnkit.resilience;

import cnkit.core.internal.Pure;

/**
 * The arithmetic of a retry budget, in millionths of a retry. The cost of a retry is the fixed number and the deposit is
 * rounded, so rounding can only grant too few: the other way round, a share of 0.6 becomes 1.0.
 */
@Pure
final class BudgetRule {
  static final long COST = 1_000_000;

  /** In the form that counts calls in flight, one word: [calls 32 | retries 32]. */
  static final long ONE_CALL = 1L << 32;

  private BudgetRule() {}

  static int retries(long word) {
    return (int) word;
  }

  /** How many retries may be in flight or scheduled: a share of the calls, rounded down, but always a few. */
  static long allowed(long word, double ratio, int atLeast) {
    return Math.max(atLeast, (long) ((word >>> 32) * ratio + 1e-6));
  }

  static long deposit(double ratio) {
    // 0.0001 * 1e6 is 99.999...: half a millionth of a millionth is not a rounding up
    return (long) (ratio * COST + 1e-6);
  }

  static long afterFirstAttempt(long saved, long deposit, long cap) {
    return Math.min(cap, saved + deposit);
  }

  /** What is left after a retry; negative: it is not granted. */
  static long afterRetry(long saved) {
    return saved - COST;
  }
}
