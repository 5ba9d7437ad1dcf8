package cnkit.config.schema;

import cnkit.core.internal.Guarded;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The message of an exception that application code threw over its settings, unless it tells a secret. */
public final class Rejection {
  /** Four characters in a row of a secret count as telling it; a shorter secret counts as a whole. */
  private static final int FRAGMENT = 4;

  private Rejection() {}

  static String message(Throwable thrown, Layout layout, Layer layer) {
    String message = Guarded.<String>get(thrown::getMessage).value();
    if (message == null || message.isBlank()) {
      return "refused by a " + thrown.getClass().getSimpleName();
    }
    return tells(message, secrets(layout, layer))
        ? "refused by a " + thrown.getClass().getSimpleName()
            + " whose message is withheld, since it quotes a secret"
        : message;
  }

  static boolean tells(String message, List<String> secrets) {
    for (String secret : secrets) {
      if (secret.length() <= FRAGMENT) {
        if (!secret.isEmpty() && message.contains(secret)) {
          return true;
        }
        continue;
      }
      for (int i = 0; i + FRAGMENT <= secret.length(); i++) {
        if (message.contains(secret.substring(i, i + FRAGMENT))) {
          return true;
        }
      }
    }
    return false;
  }

  /** The texts of all secrets that are set. */
  static List<String> secrets(Layout layout, Layer layer) {
    var secrets = new ArrayList<String>();
    for (Slot slot : layout.slots) {
      Node node = layer.at(slot);
      if (node != null && slot.isLeaf()) {
        collect(slot.shape(), node, secrets);
      }
    }
    return secrets;
  }

  private static void collect(Shape shape, Node node, List<String> secrets) {
    if (shape instanceof Shape.Scalar scalar) {
      String text = scalar.secret() ? Node.text(node) : null;
      if (text != null) {
        secrets.add(text);
      }
    } else if (shape instanceof Shape.Many many && node instanceof Node.Arr list) {
      for (Node item : list.items()) {
        collect(many.element(), item, secrets);
      }
    } else if (shape.isSecret() && node instanceof Node.Text text) {
      secrets.add(text.text());
    } else if (node instanceof Node.Obj object) {
      for (Map.Entry<String, Node> member : object.members().entrySet()) {
        Shape below = part(shape, member.getKey());
        if (below != null) {
          collect(below, member.getValue(), secrets);
        }
      }
    }
  }

  private static @Nullable Shape part(Shape shape, String key) {
    if (shape instanceof Shape.Keyed keyed) {
      return keyed.value();
    }
    if (shape instanceof Shape.Group group) {
      for (Shape.Field field : group.fields()) {
        if (field.key().equals(key)) {
          return field.shape();
        }
      }
    }
    return null;
  }
}
