package cnkit.config;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;

/** What makes a schema unusable, found before anything is read: the same at start-up and inside javac. */
final class Lint {
  private Lint() {}

  /** A component by itself. Its default is tried by whoever has the converters. */
  static void field(Slot slot, Layout layout) {
    Shape.Field field = slot.field;
    if (!Names.isKey(field.key())) {
      layout.schema(
          slot.path,
          field.key().isEmpty()
              ? "the component's name cannot be spelled on every channel; name it with @Key"
              : "the key \"" + field.key()
                  + "\" must be lower-case words joined by hyphens, a letter first");
    }
    if (slot.isLeaf() && Names.isReserved(slot.env)) {
      layout.schema(
          slot.path,
          "the environment variable " + slot.env
              + " belongs to the platform; rename it with @Key or use a prefix");
    }
    if (slot.parent == null && layout.path.isEmpty() && field.key().equals("help")) {
      layout.schema(slot.path, "--help prints the reference; rename it with @Key");
    }
    unsupported(field.shape(), slot.path, layout);
    defaults(slot, layout);
    Shape.Rules rules = field.rules();
    Shape.Scalar text = Checks.innermost(field.shape());
    if (rules.allowBlank() && (text == null || text.kind() != Kind.STRING)) {
      layout.schema(slot.path, "@AllowBlank does not fit " + field.shape().describe());
    }
    if (!rules.until().isEmpty() && !isDate(rules.until())) {
      layout.schema(
          slot.path,
          "@Formerly(until = \"" + rules.until() + "\"): expected a date such as 2027-01-31");
    }
    if (!rules.formerly().isEmpty()) {
      for (String part : rules.formerly().split("\\.", -1)) {
        if (!Names.isKey(part)) {
          layout.schema(
              slot.path,
              "@Formerly(\"" + rules.formerly()
                  + "\"): expected a key or a path such as db.pool-size");
          break;
        }
      }
      if (!slot.isLeaf()) {
        layout.schema(
            slot.path,
            "@Formerly does not fit " + field.shape().describe() + "; put it on its components");
      }
    }
  }

  private static void defaults(Slot slot, Layout layout) {
    Shape.Field field = slot.field;
    String fallback = field.fallback();
    if (fallback == null) {
      return;
    }
    if (!slot.isLeaf()) {
      layout.schema(slot.path, "@Default does not fit a record; give its components theirs");
    } else if (field.optional()) {
      layout.schema(slot.path, "@Default makes Optional pointless; drop one of them");
    } else if (slot.isSecret()) {
      layout.schema(slot.path, "a secret must not have a default: it would be in the source");
    }
  }

  private static boolean isDate(String text) {
    try {
      LocalDate.parse(text);
      return true;
    } catch (DateTimeParseException e) {
      return false;
    }
  }

  private static void unsupported(Shape shape, String path, Layout layout) {
    if (shape instanceof Shape.Unsupported unfit) {
      layout.schema(path, unfit.type() + " cannot be a setting: " + unfit.reason());
    } else if (shape instanceof Shape.Many many) {
      unsupported(many.element(), path, layout);
    } else if (shape instanceof Shape.Keyed keyed) {
      unsupported(keyed.value(), path, layout);
    } else if (shape instanceof Shape.Scalar scalar && scalar.kind() == Kind.ENUM) {
      for (int i = 0; i < scalar.constants().size(); i++) {
        for (int j = 0; j < i; j++) {
          if (Converters.sameConstant(
              scalar.constants().get(i), scalar.constants().get(j))) {
            layout.schema(path, "the constants of " + scalar.type() + " differ by case only");
            return;
          }
        }
      }
    }
  }

  /** The records inside a list, set or map have problems of their own. */
  static void element(Shape shape, String path, String env, Layout layout) {
    Shape element =
        shape instanceof Shape.Many many ? many.element() : ((Shape.Keyed) shape).value();
    if (element instanceof Shape.Group group) {
      layout.problems.addAll(Layout.ofElement(group, path + ".0", env + "_0").problems);
    } else if (element instanceof Shape.Choice) {
      layout.schema(
          path, "a sealed interface inside a list or map is not supported; wrap it in a record");
    } else if (element instanceof Shape.Many || element instanceof Shape.Keyed) {
      element(element, path + ".0", env + "_0", layout);
    }
  }

  /** The rules over several components of one record. */
  static void group(Shape.Group group, Slot[] children, String path, Layout layout) {
    if (group.exclusive().size() == 1) {
      layout.schema(path, "@ExactlyOneOf needs two keys or more");
    }
    for (String key : group.exclusive()) {
      Slot slot = child(children, key);
      if (slot == null || !slot.field.optional()) {
        layout.schema(
            path, "@ExactlyOneOf: \"" + key + "\" is no Optional setting of " + group.describe());
      }
    }
    for (Slot slot : children) {
      Shape.Rules rules = slot.field.rules();
      boolean conditional =
          !rules.requiredWith().isEmpty() || !rules.requiredIfKey().isEmpty();
      if (conditional && !slot.field.optional()) {
        layout.schema(slot.path, "@RequiredWith and @RequiredIf fit Optional settings only");
      }
      for (String key : rules.requiredWith()) {
        if (child(children, key) == null) {
          layout.schema(
              slot.path, "@RequiredWith: \"" + key + "\" is no setting of " + group.describe());
        }
      }
      if (!rules.requiredIfKey().isEmpty()) {
        Slot other = child(children, rules.requiredIfKey());
        if (other == null || !(other.field.shape() instanceof Shape.Scalar scalar)) {
          layout.schema(
              slot.path,
              "@RequiredIf: \"" + rules.requiredIfKey() + "\" is no single value of "
                  + group.describe());
        } else if (scalar.kind() != Kind.CUSTOM
            && Converters.convert(scalar, rules.requiredIfValue())
                instanceof Conversion.Bad<?> bad) {
          layout.schema(
              slot.path,
              "@RequiredIf(is = \"" + rules.requiredIfValue() + "\"): " + other.path + " expects "
                  + bad.expected());
        }
      }
    }
  }

  static @Nullable Slot child(Slot[] children, String key) {
    for (Slot slot : children) {
      if (slot.field.key().equals(key)) {
        return slot;
      }
    }
    return null;
  }

  /** Names that meet although no two are equal: file variables, list elements, negated flags, former names. */
  static void names(Layout layout) {
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        meets(layout, slot, slot.env + "_FILE", "the file variable of ");
      }
      if (slot.isBoolean()) {
        Slot negated = layout.byPath.get("no-" + slot.path);
        if (negated != null) {
          collide(layout, slot, negated, "the flag --no-" + slot.path);
        }
      }
    }
    for (Slot list : layout.withParts) {
      if (list.shape() instanceof Shape.Many) {
        String prefix = list.env + "_";
        for (Slot slot : layout.slots) {
          if (slot != list
              && slot.isLeaf()
              && slot.env.startsWith(prefix)
              && Names.indexEnd(slot.env, prefix.length()) > 0) {
            collide(
                layout,
                list,
                slot,
                "the environment variable " + slot.env + " (also an element of " + list.path + ")");
          }
        }
      }
    }
    for (Map.Entry<String, Slot> former : layout.formerPaths.entrySet()) {
      Slot taken = layout.byPath.get(former.getKey());
      if (taken != null) {
        collide(layout, former.getValue(), taken, "the former path " + former.getKey());
      }
    }
    for (Map.Entry<String, Slot> former : layout.formerEnvs.entrySet()) {
      Slot taken = layout.byEnv.get(former.getKey());
      if (taken != null) {
        collide(
            layout, former.getValue(), taken, "the former environment variable " + former.getKey());
      }
    }
  }

  private static void meets(Layout layout, Slot slot, String env, String what) {
    Slot other = layout.byEnv.get(env);
    if (other != null) {
      collide(
          layout, slot, other, "the environment variable " + env + " (" + what + slot.path + ")");
    }
  }

  private static void collide(Layout layout, Slot one, Slot other, String what) {
    layout.problems.add(new Problem(
        Problem.Code.SCHEMA,
        one.path,
        Layout.named(one) + " and " + Layout.named(other) + " would share " + what
            + "; rename one with @Key",
        List.of(),
        ""));
  }
}
