package cnkit.resilience;

import java.time.Duration;

/** Arithmetic on nanosecond ticks: they wrap, so only differences are compared, and no duration is above 2^62 ns. */
@Pure
final class Ticks {
  /** About 146 years: the longest duration that still compares right by difference. */
  static final long FOREVER = 1L << 62;

  private static final Duration LONGEST = Duration.ofNanos(FOREVER);
  private static final Duration MOST_NEGATIVE = LONGEST.negated();

  private Ticks() {}

  static long nanos(Duration duration) {
    if (duration.compareTo(LONGEST) >= 0) {
      return FOREVER;
    }
    // not by negating it: that throws for the most negative of all
    return duration.compareTo(MOST_NEGATIVE) <= 0 ? -FOREVER : duration.toNanos();
  }

  static boolean isDue(long dueAt, long now) {
    return now - dueAt >= 0;
  }
}
