package cnkit.config.schema;

import cnkit.config.Problem;
import cnkit.core.internal.Pure;
import cnkit.core.internal.SafeText;
import java.util.ArrayList;
import java.util.List;

/** Settings whose names say that nobody should see them, although their types do not hide them. */
@Pure
public final class Confidential {
  private Confidential() {}

  /** A warning for each of them. */
  static List<Finding> shown(Layout layout) {
    var warnings = new ArrayList<Finding>(0);
    for (Slot slot : layout.slots) {
      Shape.Scalar text = slot.shape().innermost();
      if (text != null
          && text.kind() == Kind.STRING
          && !text.secret()
          && SafeText.isSecretName(slot.field.key())) {
        warnings.add(new Finding(
            new Problem(
                Problem.Code.DOUBTFUL,
                slot.path,
                "by its name a secret, but a String is shown in dumps, reports and logs",
                List.of(),
                "make it Secret<String>"),
            slot));
      }
    }
    return warnings;
  }
}
