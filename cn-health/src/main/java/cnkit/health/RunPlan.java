package cnkit.health;

import cnkit.core.internal.Pure;
import java.time.Duration;

/** When checks run. Pure functions; {@code chance} is in [0, 1). */
@Pure
final class RunPlan {
  private static final long SPREAD_NANOS = Duration.ofMillis(500).toNanos();

  private RunPlan() {}

  /** Soon, since readiness waits for it, but not all at once: within a tenth of the period, at most 500 ms. */
  static long firstDelayNanos(Check check, double chance) {
    return (long) (Math.min(check.period().toNanos() / 10, SPREAD_NANOS) * chance);
  }

  /** The period, shortened by up to a tenth: never longer, so that staleness can count on it. */
  static long intervalNanos(Check check, double chance) {
    long period = check.rules().periodNanos();
    return period - (long) (period / 10.0 * chance);
  }

  /** The next start on the grid; starts that were missed are not made up for. */
  static long nextDueNanos(long dueNanos, long intervalNanos, long nowNanos) {
    long next = dueNanos + intervalNanos;
    return next - nowNanos > 0 ? next : nowNanos + intervalNanos;
  }
}
