package cnkit.resilience;

import cnkit.core.internal.Pure;

/**
 * The generic cell rate algorithm: a token bucket in one number, the theoretical arrival time (TAT) of the next call.
 * {@code intervalNanos} is the time a call is worth, {@code toleranceNanos} is (burst - 1) intervals. An idle limiter
 * cannot over-credit, and the time to wait is exact. Ticks may wrap.
 */
@Pure
final class Gcra {
  private Gcra() {}

  /** How long {@code n} calls arriving now would have to wait; 0 or less: they pass. */
  static long waitNanos(long tat, long now, long n, long intervalNanos, long toleranceNanos) {
    return Math.max(tat - now, 0) + (n - 1) * intervalNanos - toleranceNanos;
  }

  /** The arrival time after {@code n} calls were given back: never before now, or credit would be made. */
  static long giveBack(long tat, long now, long n, long intervalNanos) {
    long earlier = tat - n * intervalNanos;
    return earlier - now > 0 ? earlier : tat - now > 0 ? now : tat;
  }

  /** The arrival time after {@code n} calls have passed now. */
  static long advance(long tat, long now, long n, long intervalNanos) {
    return (tat - now > 0 ? tat : now) + n * intervalNanos;
  }
}
