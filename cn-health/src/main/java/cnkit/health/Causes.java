package cnkit.health;

import cnkit.core.internal.Guarded;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What was thrown, for people. */
final class Causes {
  private Causes() {}

  /** Takes off the wrapper that a future puts around it. */
  static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown.getCause();
    boolean wrapper = thrown instanceof CompletionException || thrown instanceof ExecutionException;
    return wrapper && cause != null ? cause : thrown;
  }

  /** Its type and message without secrets. */
  static String text(Throwable thrown) {
    String message = Guarded.<String>get(thrown::getMessage).or("");
    return Redaction.of(thrown, message);
  }
}
