package cnkit.resilience;

import java.time.Duration;

/** The one way in which an argument is refused: name, expectation, value. */
@Pure
final class Checks {
  static final Duration ONE_DAY = Duration.ofDays(1);

  private Checks() {}

  static void check(boolean holds, String name, String expected, Object got) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", got " + got);
    }
  }

  static void checkPositive(String name, Duration value) {
    check(
        value.compareTo(Duration.ZERO) > 0 && value.compareTo(ONE_DAY) <= 0,
        name,
        "more than PT0S and at most " + ONE_DAY,
        value);
  }

  static void checkNotNegative(String name, Duration value) {
    check(!value.isNegative() && value.compareTo(ONE_DAY) <= 0, name, "PT0S.." + ONE_DAY, value);
  }

  static String name(String name) {
    check(!name.isBlank(), "name", "something readable", "\"" + name + "\"");
    return name;
  }
}
