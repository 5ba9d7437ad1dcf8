package cnkit.health;

import cnkit.core.internal.Guarded;
import cnkit.core.internal.SafeText;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The texts of reasons and of what was thrown, as they are shown to people. */
final class Causes {
  private static final int LONGEST = 200;

  private Causes() {}

  /** Takes off the wrapper that a future puts around it. */
  static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown.getCause();
    boolean wrapper = thrown instanceof CompletionException || thrown instanceof ExecutionException;
    return wrapper && cause != null ? cause : thrown;
  }

  /** Its type and message without secrets; never its causes, whose texts nobody chose to show. */
  static String text(Throwable thrown) {
    String type = thrown.getClass().getSimpleName();
    String message = Guarded.<String>get(thrown::getMessage).or("");
    return message.isEmpty() ? type : type + ": " + reason(message);
  }

  /** One line of at most 200 characters without secrets. */
  static String reason(String text) {
    return SafeText.line(text, LONGEST);
  }
}
