package cnkit.core.internal;

import org.jspecify.annotations.Nullable;

/** Text that may be printed. */
public final class SafeText {
  /** What stands for a secret. */
  public static final String MASK = "***";

  private SafeText() {}

  /** The text of the object on one line, with at most that many characters. */
  public static String line(@Nullable Object object, int max) {
    String text = Guarded.text(object);
    return text.length() <= max ? text : text.substring(0, max) + "...";
  }
}
