package cnkit.config.text;

import cnkit.core.internal.Pure;

/*
 * The one spelling of a name on each channel. All case mapping is ASCII by hand: the default
 * locale must not turn CLIENT_ID into a dotless i.
 */
@Pure
public final class Names {
  private Names() {}

  /**
   * The key of a Java name: words split where a capital begins one, lower case, joined by hyphens.
   * Digits stay with the word before them: {@code http2Port} is {@code http2-port}.
   * An empty result means that the name cannot be spelled on all channels.
   */
  public static String key(String component) {
    var key = new StringBuilder(component.length() + 4);
    boolean pending = false;
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      if (c == '_') {
        pending = true;
        continue;
      }
      if (!isLetterOrDigit(c)) {
        return "";
      }
      boolean startsWord = isUpper(c)
          && i > 0
          && (!isUpper(component.charAt(i - 1))
              || (i + 1 < component.length() && isLower(component.charAt(i + 1))));
      if ((pending || startsWord) && !key.isEmpty()) {
        key.append('-');
      }
      pending = false;
      key.append(lower(c));
    }
    return key.toString();
  }

  /** Whether this is a key that {@link Key} may give: words of letters and digits, the first letter not a digit. */
  public static boolean isKey(String key) {
    if (key.isEmpty() || !isLower(key.charAt(0))) {
      return false;
    }
    boolean wordStarts = true;
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c == '-') {
        if (wordStarts) {
          return false;
        }
        wordStarts = true;
      } else if (isLower(c) || isDigit(c)) {
        wordStarts = false;
      } else {
        return false;
      }
    }
    return !wordStarts;
  }

  /** Whether this is a prefix for environment variables: {@code APP}, {@code MY_APP2}. */
  public static boolean isPrefix(String prefix) {
    if (prefix.isEmpty() || !isUpper(prefix.charAt(0)) || prefix.endsWith("_")) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      char c = prefix.charAt(i);
      if (!isUpper(c) && !isDigit(c) && (c != '_' || prefix.charAt(i - 1) == '_')) {
        return false;
      }
    }
    return true;
  }

  /** The environment form of a key or of any text: letters up, everything but letters and digits an underscore. */
  public static String env(String key) {
    var env = new StringBuilder(key.length());
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      env.append(isLetterOrDigit(c) ? upper(c) : '_');
    }
    return env.toString();
  }

  public static String join(String parent, char separator, String name) {
    if (parent.isEmpty()) {
      return name;
    }
    return parent + separator + name;
  }

  /** Only the letters and digits, upper case: what all spellings of one name have in common. */
  public static String squash(String name) {
    var squashed = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (isLetterOrDigit(c)) {
        squashed.append(upper(c));
      }
    }
    return squashed.toString();
  }

  /** Whether two names have the same letters and digits: they are spellings of one. */
  public static boolean alike(String a, String b) {
    return beginsAlike(a, b) && beginsAlike(b, a);
  }

  /** Whether the letters and digits of a name begin with those of another, in whatever case. */
  public static boolean beginsAlike(String name, String other) {
    int i = 0;
    for (int j = 0; j < other.length(); j++) {
      char c = other.charAt(j);
      if (isLetterOrDigit(c)) {
        while (i < name.length() && !isLetterOrDigit(name.charAt(i))) {
          i++;
        }
        if (i == name.length() || upper(name.charAt(i++)) != upper(c)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Where the list index that starts here ends, or -1 when none does: digits without a superfluous zero. */
  public static int indexEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    boolean superfluous = end - from > 1 && text.charAt(from) == '0';
    return end == from || superfluous || end - from > 6 ? -1 : end;
  }

  /** Equal but for the case of ASCII letters and {@code -} for {@code _}. */
  public static boolean sameConstant(String constant, String text) {
    if (constant.length() != text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      char a = lower(constant.charAt(i));
      char b = lower(text.charAt(i));
      if (a != b && !(a == '_' && b == '-')) {
        return false;
      }
    }
    return true;
  }

  public static String lower(String text) {
    var lowered = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      lowered.append(lower(text.charAt(i)));
    }
    return lowered.toString();
  }

  public static char lower(char c) {
    return isUpper(c) ? (char) (c + ('a' - 'A')) : c;
  }

  public static char upper(char c) {
    return isLower(c) ? (char) (c - ('a' - 'A')) : c;
  }

  static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  public static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  public static boolean isLetterOrDigit(char c) {
    return isLower(c) || isUpper(c) || isDigit(c);
  }

  /** Names that the platform, the JVM or a shell owns; a setting must not listen to them. */
  public static boolean isReserved(String env) {
    return switch (env) {
      case "PATH", "HOME", "USER", "LANG", "TZ", "PWD", "SHELL", "TERM", "HOSTNAME", "TMPDIR" ->
        true;
      default ->
        env.startsWith("LC_")
            || env.startsWith("JAVA_")
            || env.startsWith("JDK_")
            || env.startsWith("LD_")
            || env.startsWith("KUBERNETES_")
            || env.startsWith("OTEL_");
    };
  }
}
