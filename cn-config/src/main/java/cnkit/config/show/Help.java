package cnkit.config.show;

import cnkit.config.schema.Kind;
import cnkit.config.schema.Layout;
import cnkit.config.schema.Shape;
import cnkit.config.schema.Slot;
import cnkit.config.text.Names;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;

/** The reference of a schema as text. */
@Pure
public final class Help {
  private Help() {}

  public static String text(Layout layout, boolean variables) {
    var text = new StringBuilder(
        "Settings, highest precedence first: flag, environment variable, file, default.\n");
    if (!layout.root.doc().isEmpty()) {
      text.insert(0, layout.root.doc() + "\n\n");
    }
    for (Slot slot : leaves(layout)) {
      text.append("\n  --").append(slot.path).append(placeholder(slot));
      if (variables) {
        text.append("   ").append(slot.env);
      }
      text.append('\n');
      if (!slot.field.doc().isEmpty()) {
        text.append("      ").append(slot.field.doc()).append('\n');
      }
      text.append("      ").append(String.join("; ", facts(layout, slot))).append('\n');
    }
    return text.toString();
  }

  private static String placeholder(Slot slot) {
    return slot.isBoolean() ? ", --no-" + slot.path : "=…";
  }

  /** Every setting, and under a list or map of records those of its first element. */
  public static List<Slot> leaves(Layout layout) {
    var leaves = new ArrayList<Slot>();
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        leaves.add(slot);
        elements(slot.shape(), slot.path, slot.env, leaves);
      }
    }
    return leaves;
  }

  private static void elements(Shape shape, String path, String env, List<Slot> leaves) {
    if (shape instanceof Shape.Group group) {
      leaves.addAll(leaves(Layout.ofElement(group, path, env)));
    } else if (shape instanceof Shape.Many many) {
      elements(many.element(), path + ".0", env + "_0", leaves);
    } else if (shape instanceof Shape.Keyed keyed) {
      boolean numbered = keyed.key().kind() == Kind.INT || keyed.key().kind() == Kind.LONG;
      String key = numbered
          ? "0"
          : keyed.key().constants().isEmpty() ? "key" : keyed.key().constants().get(0);
      elements(keyed.value(), path + "." + key, env + "__" + Names.env(key), leaves);
    }
  }

  public static List<String> facts(Layout layout, Slot slot) {
    var facts = new ArrayList<String>();
    facts.add(slot.shape().describe());
    String rules = slot.checks.describe();
    if (!rules.isEmpty()) {
      facts.add(rules);
    }
    facts.add(standing(slot));
    facts.addAll(combinations(layout, slot));
    if (slot.isSecret()) {
      facts.add("secret, not as a flag; or " + slot.env + "_FILE");
    }
    return facts;
  }

  /** What is asked of a value beside its type. */
  public static List<String> rules(Layout layout, Slot slot) {
    var rules = new ArrayList<String>();
    String checks = slot.checks.describe();
    if (!checks.isEmpty()) {
      rules.add(checks);
    }
    rules.addAll(combinations(layout, slot));
    return rules;
  }

  private static List<String> combinations(Layout layout, Slot slot) {
    var rules = new ArrayList<String>();
    Shape.Rules declared = slot.field.rules();
    if (declared.allowBlank()) {
      rules.add("may be empty");
    }
    if (!declared.requiredWith().isEmpty()) {
      rules.add("required with " + String.join(", ", declared.requiredWith()));
    }
    if (!declared.requiredIfKey().isEmpty()) {
      rules.add("required when " + declared.requiredIfKey() + " is " + declared.requiredIfValue());
    }
    List<String> exclusive = exclusive(layout, slot);
    if (exclusive.contains(slot.field.key())) {
      rules.add("exactly one of " + String.join(", ", exclusive));
    }
    if (!declared.formerly().isEmpty()) {
      rules.add("formerly " + declared.formerly()
          + (declared.until().isEmpty() ? "" : " until " + declared.until()));
    }
    if (declared.restartOnly()) {
      rules.add("changes with a restart only");
    }
    return rules;
  }

  private static List<String> exclusive(Layout layout, Slot slot) {
    if (slot.parent == null) {
      return slot.inElement ? List.of() : layout.root.exclusive();
    }
    return slot.parent.shape() instanceof Shape.Group group ? group.exclusive() : List.of();
  }

  /** What happens when nobody sets it. */
  public static String standing(Slot slot) {
    String fallback = slot.field.fallback();
    if (fallback != null) {
      return "default " + (fallback.isEmpty() ? "\"\"" : fallback);
    }
    if (slot.field.optional()) {
      return "optional";
    }
    if (slot.hasParts()) {
      return "default empty";
    }
    return isRequired(slot) ? "required" : "required in its record";
  }

  /** Whether start-up refuses when it is not set, whatever else is. */
  public static boolean isRequired(Slot slot) {
    return slot.field.fallback() == null
        && !slot.field.optional()
        && !slot.hasParts()
        && !withinOptional(slot);
  }

  private static boolean withinOptional(Slot slot) {
    if (slot.inElement) {
      return true;
    }
    for (Slot at = slot.parent; at != null; at = at.parent) {
      if (at.field.optional() || at.shape() instanceof Shape.Choice) {
        return true;
      }
    }
    return false;
  }
}
