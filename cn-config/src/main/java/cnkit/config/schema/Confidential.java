package cnkit.config.schema;

import cnkit.config.Problem;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;

/** Settings whose names say that nobody should see them, although their types do not hide them. */
@Pure
public final class Confidential {
  /** The last words of such names. */
  private static final List<String> WORDS = List.of(
      "password",
      "passwd",
      "pwd",
      "passphrase",
      "secret",
      "token",
      "api-key",
      "access-key",
      "private-key",
      "secret-key",
      "credential",
      "credentials");

  private Confidential() {}

  /** A warning for each of them. */
  static List<Finding> shown(Layout layout) {
    var warnings = new ArrayList<Finding>(0);
    for (Slot slot : layout.slots) {
      Shape.Scalar text = slot.shape().innermost();
      String word = word(slot.field.key());
      if (!word.isEmpty() && text != null && text.kind() == Kind.STRING && !text.secret()) {
        warnings.add(new Finding(
            new Problem(
                Problem.Code.DOUBTFUL,
                slot.path,
                "a " + word + " of type String is shown in dumps, reports and logs",
                List.of(),
                "make it Secret<String>"),
            slot));
      }
    }
    return warnings;
  }

  private static String word(String key) {
    for (String word : WORDS) {
      if (key.equals(word) || key.endsWith("-" + word)) {
        return word;
      }
    }
    return "";
  }
}
