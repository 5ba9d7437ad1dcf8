package cnkit.health;

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

  /** 800 ms, 3.2 s, 95 s: for people. */
  static String text(long nanos) {
    long millis = nanos / 1_000_000;
    if (millis < 1_000) {
      return millis + " ms";
    }
    long tenths = millis / 100;
    return tenths >= 1_000 || tenths % 10 == 0
        ? tenths / 10 + " s"
        : tenths / 10 + "." + tenths % 10 + " s";
  }
}
