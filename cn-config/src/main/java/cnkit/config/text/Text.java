package cnkit.config.text;

import cnkit.core.internal.Pure;
import cnkit.core.internal.SafeText;

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
    String safe = SafeText.escape(SafeText.url(text));
    return SafeText.cap(safe, LONGEST).replace("\"", "\\\"");
  }
}
