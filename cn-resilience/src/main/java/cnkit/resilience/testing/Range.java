package cnkit.resilience.testing;

import java.time.Duration;

/** Refuses what is out of range, by name. */
final class Range {
  private Range() {}

  static void check(String what, double value, double least, double most) {
    if (!(value >= least && value <= most)) {
      throw new IllegalArgumentException(
          what + ": expected " + least + " to " + most + ", got " + value);
    }
  }

  static void check(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          what + ": expected " + least + " to " + most + ", got " + value);
    }
  }
}
