package cnkit.health;

import cnkit.core.internal.Arguments;
import java.time.Duration;

/** What may be called how, and which numbers are accepted; messages name the value and what was expected. */
final class Names {
  static final String EXPECTED = "1 to 63 of A-Z a-z 0-9 . _ - that start with a letter or digit";

  private Names() {}

  static String check(String name) {
    Arguments.check(isValid(name), "name", EXPECTED, '"' + name + '"');
    return name;
  }

  static boolean isValid(String name) {
    boolean valid = !name.isEmpty() && name.length() <= 63 && isAlphanumeric(name.charAt(0));
    for (int i = 1; valid && i < name.length(); i++) {
      char c = name.charAt(i);
      valid = isAlphanumeric(c) || c == '.' || c == '_' || c == '-';
    }
    return valid;
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  static Duration between(String what, Duration value, Duration least, Duration most) {
    boolean within = value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
    Arguments.check(within, what, least + " to " + most, value);
    return value;
  }

  static int between(String what, int value, int least, int most) {
    Arguments.check(value >= least && value <= most, what, least + " to " + most, value);
    return value;
  }

  /** The line of the user's code that is calling us. Not by a StackWalker, whose first walk costs a start milliseconds. */
  static String callSite() {
    for (StackTraceElement frame : new Throwable().getStackTrace()) {
      if (isForeign(frame.getClassName())) {
        return frame.getFileName() + ":" + frame.getLineNumber();
      }
    }
    return "unknown";
  }

  private static boolean isForeign(String type) {
    return !type.startsWith("cnkit.health.Names")
        && !type.equals("cnkit.health.Check")
        && !type.equals("cnkit.health.Heartbeat");
  }
}
