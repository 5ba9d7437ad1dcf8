package cnkit.health;

import cnkit.core.internal.Arguments;
import cnkit.core.internal.Pure;
import java.time.Duration;

/** The one readable form of a duration: {@code 0 ms}, {@code 163 ms}, {@code 1.2 s}, {@code 95 s}, {@code 2 h 5 min}. */
@Pure
final class Durations {
  private Durations() {}

  /** As {@link #text(long)}. */
  static String text(Duration duration) {
    return text(Arguments.saturatedNanos(duration));
  }

  /** At most three significant digits below two minutes, then minutes, hours and days; rounded towards zero. */
  static String text(long nanos) {
    if (nanos < 0) {
      return "-" + text(nanos == Long.MIN_VALUE ? Long.MAX_VALUE : -nanos);
    }
    long millis = nanos / 1_000_000;
    if (millis == 0) {
      return nanos == 0 ? "0 ms" : nanos < 1_000 ? nanos + " ns" : nanos / 1_000 + " us";
    }
    if (millis < 1_000) {
      return millis + " ms";
    }
    long seconds = millis / 1_000;
    if (seconds < 120) {
      long tenths = millis / 100 % 10;
      return seconds < 100 && tenths != 0 ? seconds + "." + tenths + " s" : seconds + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 120) {
      return two(minutes, "min", seconds % 60, "s");
    }
    long hours = minutes / 60;
    return hours < 48
        ? two(hours, "h", minutes % 60, "min")
        : two(hours / 24, "d", hours % 24, "h");
  }

  private static String two(long large, String largeUnit, long small, String smallUnit) {
    String text = large + " " + largeUnit;
    return small == 0 ? text : text + " " + small + " " + smallUnit;
  }
}
