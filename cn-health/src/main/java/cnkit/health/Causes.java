package cnkit.health;

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

  /** Its type and message without secrets. A message is user code: it may throw. */
  static String text(Throwable thrown) {
    try {
      return Redaction.of(thrown, thrown.getMessage());
    } catch (Throwable hostile) {
      return thrown.getClass().getSimpleName();
    }
  }
}
