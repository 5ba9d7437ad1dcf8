package cnkit.config.text;

import cnkit.core.internal.Pure;

/** How values are shown: one line, no control characters, no password inside a URI, of bounded length. */
@Pure
public final class Text {
  private static final int LONGEST = 80;

  private Text() {}

  /** The text in quotes, fit for a report. */
  public static String quoted(String text) {
    return "\"" + shown(text) + "\"";
  }

  public static String shown(String text) {
    String safe = withoutPassword(text);
    var shown = new StringBuilder(Math.min(safe.length(), LONGEST) + 8);
    for (int i = 0; i < safe.length(); i++) {
      if (shown.length() >= LONGEST) {
        return shown.append('…').toString();
      }
      char c = safe.charAt(i);
      switch (c) {
        case '\n' -> shown.append("\\n");
        case '\r' -> shown.append("\\r");
        case '\t' -> shown.append("\\t");
        case '"' -> shown.append("\\\"");
        default -> {
          if (Character.isISOControl(c)
              || Character.getType(c) == Character.FORMAT
              || c == 0x2028
              || c == 0x2029) {
            shown.append("\\u").append(Integer.toHexString(0x10000 + c), 1, 5);
          } else {
            shown.append(c);
          }
        }
      }
    }
    return shown.toString();
  }

  /** {@code scheme://user:password@host} with the password starred, wherever it stands. */
  static String withoutPassword(String text) {
    int scheme = text.indexOf("://");
    if (scheme < 0) {
      return text;
    }
    int end = scheme + 3;
    int at = -1;
    while (end < text.length() && "/?# ,".indexOf(text.charAt(end)) < 0) {
      if (text.charAt(end) == '@') {
        at = end;
      }
      end++;
    }
    int colon = text.indexOf(':', scheme + 3);
    String rest = withoutPassword(text.substring(end));
    if (at < 0 || colon < 0 || colon > at) {
      return text.substring(0, end) + rest;
    }
    return text.substring(0, colon + 1) + "***" + text.substring(at, end) + rest;
  }
}
