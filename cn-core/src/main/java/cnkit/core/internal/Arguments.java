package cnkit.core.internal;

import java.time.Duration;

/** The one form in which an argument is rejected: its name, what is expected, what was given. */
@Pure
public final class Arguments {
  /** About 146 years: the longest duration in nanoseconds that still compares right by difference. */
  public static final long FOREVER_NANOS = 1L << 62;

  private static final Duration LONGEST = Duration.ofNanos(FOREVER_NANOS);
  private static final Duration ONE_DAY = Duration.ofDays(1);

  private Arguments() {}

  /** Throws {@code "name: expected …, got …"} unless the condition holds. */
  public static void check(boolean holds, String name, String expected, Object got) {
    if (!holds) {
      throw new IllegalArgumentException(
          name + ": expected " + expected + ", got " + SafeText.line(got, 200));
    }
  }

  /** A name for messages and metrics: not blank. */
  public static String name(String name) {
    check(!name.isBlank(), "name", "a text that is not blank", "\"" + name + "\"");
    return name;
  }

  /** More than zero and at most a day. */
  public static Duration positive(String name, Duration value) {
    check(
        value.compareTo(Duration.ZERO) > 0 && value.compareTo(ONE_DAY) <= 0,
        name,
        "more than PT0S and at most " + ONE_DAY,
        value);
    return value;
  }

  /** Zero, or more and at most a day. */
  public static Duration notNegative(String name, Duration value) {
    check(!value.isNegative() && value.compareTo(ONE_DAY) <= 0, name, "PT0S.." + ONE_DAY, value);
    return value;
  }

  /** The duration in nanoseconds, between plus and minus {@link #FOREVER_NANOS}: never an overflow. */
  public static long saturatedNanos(Duration duration) {
    if (duration.compareTo(LONGEST) >= 0) {
      return FOREVER_NANOS;
    }
    // not by negating the duration: that throws for the most negative of all
    return duration.compareTo(LONGEST.negated()) <= 0 ? -FOREVER_NANOS : duration.toNanos();
  }
}
