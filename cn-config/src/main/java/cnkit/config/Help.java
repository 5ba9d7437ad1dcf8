package cnkit.config;

import java.util.ArrayList;
import java.util.List;

/** The reference of a schema as text. */
@Pure
final class Help {
  private Help() {}

  static String text(Layout layout, boolean variables) {
    var text = new StringBuilder(
        "Settings, highest precedence first: flag, environment variable, file, default.\n");
    if (!layout.root.doc().isEmpty()) {
      text.insert(0, layout.root.doc() + "\n\n");
    }
    for (Slot slot : layout.slots) {
      if (!slot.isLeaf()) {
        continue;
      }
      text.append("\n  --").append(slot.path).append(placeholder(slot));
      if (variables) {
        text.append("   ").append(slot.env);
      }
      text.append('\n');
      if (!slot.field.doc().isEmpty()) {
        text.append("      ").append(slot.field.doc()).append('\n');
      }
      text.append("      ").append(String.join("; ", facts(slot))).append('\n');
    }
    return text.toString();
  }

  private static String placeholder(Slot slot) {
    return slot.isBoolean() ? ", --no-" + slot.path : "=…";
  }

  static List<String> facts(Slot slot) {
    var facts = new ArrayList<String>();
    facts.add(slot.shape().describe());
    String rules = slot.checks.describe();
    if (!rules.isEmpty()) {
      facts.add(rules);
    }
    String fallback = slot.field.fallback();
    if (fallback != null) {
      facts.add("default " + (fallback.isEmpty() ? "\"\"" : fallback));
    } else if (slot.field.optional()) {
      facts.add("optional");
    } else if (slot.hasParts()) {
      facts.add("default empty");
    } else {
      facts.add(withinOptional(slot) ? "required in its record" : "required");
    }
    if (slot.isSecret()) {
      facts.add("secret, not as a flag; or " + slot.env + "_FILE");
    }
    return facts;
  }

  private static boolean withinOptional(Slot slot) {
    for (Slot at = slot.parent; at != null; at = at.parent) {
      if (at.field.optional() || at.shape() instanceof Shape.Choice) {
        return true;
      }
    }
    return false;
  }
}
