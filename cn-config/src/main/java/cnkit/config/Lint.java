package cnkit.config;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What makes a schema unusable, found before anything is read: the same at start-up and inside javac. */
final class Lint {
  /** The last words of names under which people keep what nobody should see. */
  private static final List<String> CONFIDENTIAL = List.of(
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

  private Lint() {}

  /** What is wrong with a schema, and what deserves a second look. */
  record Result(List<Finding> errors, List<Finding> warnings) {}

  /**
   * All that can be said of a schema without its prefix and without the application's converters.
   *
   * @param whole whether it is a whole configuration rather than a part of one
   */
  static Result schema(Shape.Group root, boolean whole) {
    Layout layout = Layout.unnamed(root, whole);
    var errors = new ArrayList<>(layout.findings);
    if (errors.isEmpty()) {
      errors.addAll(defaults(layout, Unclassed.TYPES));
    } else {
      // what an unusable component would make of its default is not known; the others' are
      var unusable = new HashSet<Slot>();
      for (Finding finding : errors) {
        unusable.addAll(finding.slots());
      }
      for (Finding finding : defaults(layout, Unclassed.TYPES)) {
        if (!unusable.contains(finding.slots().get(0))) {
          errors.add(finding);
        }
      }
    }
    return new Result(errors, warnings(layout));
  }

  /** Types that are nothing to us must have a converter. */
  static void converters(Shape shape, Set<String> known, String path, List<Problem> problems) {
    if (shape instanceof Shape.Scalar scalar) {
      if (scalar.kind() == Kind.CUSTOM && !known.contains(scalar.type())) {
        problems.add(new Problem(
            Problem.Code.SCHEMA,
            path,
            scalar.type() + " cannot be a setting by itself",
            List.of(),
            "register a converter, or make it a record"));
      }
    } else if (shape instanceof Shape.Many many) {
      converters(many.element(), known, path, problems);
    } else if (shape instanceof Shape.Keyed keyed) {
      converters(keyed.value(), known, path, problems);
    } else if (shape instanceof Shape.Group group) {
      for (Shape.Field field : group.fields()) {
        converters(field.shape(), known, Names.join(path, '.', field.key()), problems);
      }
    } else if (shape instanceof Shape.Choice choice) {
      for (Shape.Variant variant : choice.variants()) {
        converters(variant.group(), known, path, problems);
      }
    }
  }

  /** A default must pass the same converters and rules as input, also while something hides it. */
  static List<Finding> defaults(Layout layout, Types types) {
    var findings = new ArrayList<Finding>(0);
    var found = new ArrayList<Problem>(0);
    var layer = new Layer(layout);
    var source = new TreeSource(layout, layer, found, new ArrayList<>(0));
    var values = new Values(types, found);
    for (Slot slot : layout.slots) {
      String text = slot.field.fallback();
      if (text != null && slot.isLeaf()) {
        source.put(slot, new Node.Text(text, Origin.DEFAULTED));
        Node node = layer.nodes[slot.index];
        if (node != null) {
          values.leaf(slot, node);
        }
        for (Problem problem : found) {
          findings.add(new Finding(
              new Problem(
                  Problem.Code.SCHEMA,
                  problem.path(),
                  "@Default: " + problem.message(),
                  List.of(),
                  problem.remedy()),
              slot));
        }
        found.clear();
      }
      // the elements of lists and maps have defaults too
      if (slot.hasParts()) {
        Shape element = slot.shape() instanceof Shape.Many many
            ? many.element()
            : ((Shape.Keyed) slot.shape()).value();
        if (element instanceof Shape.Group group) {
          for (Finding below :
              defaults(Layout.ofElement(group, slot.path + ".0", slot.env + "_0"), types)) {
            findings.add(outside(below, slot, group));
          }
        }
      }
    }
    return findings;
  }

  private static List<Finding> warnings(Layout layout) {
    var warnings = new ArrayList<Finding>(0);
    for (Slot slot : layout.slots) {
      Shape.Scalar text = Checks.innermost(slot.shape());
      if (text != null && text.kind() == Kind.STRING && !text.secret()) {
        for (String word : CONFIDENTIAL) {
          if (slot.field.key().equals(word) || slot.field.key().endsWith("-" + word)) {
            warnings.add(new Finding(
                new Problem(
                    Problem.Code.DOUBTFUL,
                    slot.path,
                    "a " + word + " of type String is shown in dumps, reports and logs",
                    List.of(),
                    "make it Secret<String>"),
                slot));
            break;
          }
        }
      }
    }
    return warnings;
  }

  /** A component by itself. Its default is tried by whoever has the converters. */
  static void field(Slot slot, Layout layout) {
    Shape.Field field = slot.field;
    if (!Names.isKey(field.key())) {
      layout.schema(
          slot,
          field.key().isEmpty()
              ? "the component's name cannot be spelled on every channel; name it with @Key"
              : "the key \"" + field.key()
                  + "\" must be lower-case words joined by hyphens, a letter first");
    }
    unsupported(field.shape(), slot, layout);
    defaults(slot, layout);
    Shape.Rules rules = field.rules();
    Shape.Scalar text = Checks.innermost(field.shape());
    if (rules.allowBlank() && (text == null || text.kind() != Kind.STRING)) {
      layout.schema(slot, "@AllowBlank does not fit " + field.shape().describe());
    }
    if (!rules.until().isEmpty() && !isDate(rules.until())) {
      layout.schema(
          slot, "@Formerly(until = \"" + rules.until() + "\"): expected a date such as 2027-01-31");
    }
    if (!rules.formerly().isEmpty()) {
      for (String part : rules.formerly().split("\\.", -1)) {
        if (!Names.isKey(part)) {
          layout.schema(
              slot,
              "@Formerly(\"" + rules.formerly()
                  + "\"): expected a key or a path such as db.pool-size");
          break;
        }
      }
      if (!slot.isLeaf()) {
        layout.schema(
            slot,
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
      layout.schema(slot, "@Default does not fit a record; give its components theirs");
    } else if (field.optional()) {
      layout.schema(slot, "@Default makes Optional pointless; drop one of them");
    } else if (slot.isSecret()) {
      layout.schema(slot, "a secret must not have a default: it would be in the source");
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

  private static void unsupported(Shape shape, Slot slot, Layout layout) {
    if (shape instanceof Shape.Unsupported unfit) {
      layout.schema(slot, unfit.type() + " cannot be a setting: " + unfit.reason());
    } else if (shape instanceof Shape.Many many) {
      unsupported(many.element(), slot, layout);
    } else if (shape instanceof Shape.Keyed keyed) {
      unsupported(keyed.value(), slot, layout);
    } else if (shape instanceof Shape.Scalar scalar && scalar.kind() == Kind.ENUM) {
      for (int i = 0; i < scalar.constants().size(); i++) {
        for (int j = 0; j < i; j++) {
          if (Converters.sameConstant(
              scalar.constants().get(i), scalar.constants().get(j))) {
            layout.schema(slot, "the constants of " + scalar.type() + " differ by case only");
            return;
          }
        }
      }
    }
  }

  /** The records inside a list, set or map have problems of their own. */
  static void element(Slot slot, Shape shape, String path, String env, Layout layout) {
    Shape element =
        shape instanceof Shape.Many many ? many.element() : ((Shape.Keyed) shape).value();
    if (element instanceof Shape.Group group) {
      for (Finding inner : Layout.judgedElement(group, path + ".0", env + "_0").findings) {
        layout.findings.add(outside(inner, slot, group));
      }
    } else if (element instanceof Shape.Choice) {
      layout.schema(
          slot, "a sealed interface inside a list or map is not supported; wrap it in a record");
    } else if (element instanceof Shape.Many || element instanceof Shape.Keyed) {
      element(slot, element, path + ".0", env + "_0", layout);
    }
  }

  /** What is wrong inside an element of a list or map, as a problem of the list or map. */
  static Finding outside(Finding inner, Slot list, Shape.Group element) {
    var within = new ArrayList<>(inner.within());
    within.add(element.type());
    if (inner.slots().size() == 1) {
      for (Slot at = inner.slots().get(0).parent; at != null; at = at.parent) {
        if (at.shape() instanceof Shape.Group group) {
          within.add(group.type());
        }
      }
    }
    return new Finding(inner.problem(), List.of(list), false, within);
  }

  /** The rules over several components of one record. */
  static void group(Shape.Group group, Slot[] children, String path, Layout layout) {
    if (new HashSet<>(group.exclusive()).size() < group.exclusive().size()) {
      record(children, path, "@ExactlyOneOf names a key twice", layout);
    } else if (group.exclusive().size() == 1) {
      record(children, path, "@ExactlyOneOf needs two keys or more", layout);
    }
    for (String key : group.exclusive()) {
      Slot slot = child(children, key);
      if (slot == null || !slot.field.optional()) {
        record(
            children,
            path,
            "@ExactlyOneOf: \"" + key + "\" is no Optional setting of " + group.describe(),
            layout);
      }
    }
    for (Slot slot : children) {
      Shape.Rules rules = slot.field.rules();
      boolean conditional =
          !rules.requiredWith().isEmpty() || !rules.requiredIfKey().isEmpty();
      if (conditional && !slot.field.optional()) {
        layout.schema(slot, "@RequiredWith and @RequiredIf fit Optional settings only");
      }
      for (String key : rules.requiredWith()) {
        if (child(children, key) == null) {
          layout.schema(
              slot, "@RequiredWith: \"" + key + "\" is no setting of " + group.describe());
        } else if (key.equals(slot.field.key())) {
          layout.schema(slot, "@RequiredWith: \"" + key + "\" is the setting itself");
        }
      }
      if (!rules.requiredIfKey().isEmpty()) {
        Slot other = child(children, rules.requiredIfKey());
        if (other == slot) {
          layout.schema(slot, "@RequiredIf: \"" + slot.field.key() + "\" is the setting itself");
        } else if (other == null || !(other.field.shape() instanceof Shape.Scalar scalar)) {
          layout.schema(
              slot,
              "@RequiredIf: \"" + rules.requiredIfKey() + "\" is no single value of "
                  + group.describe());
        } else if (scalar.kind() != Kind.CUSTOM) {
          Conversion<?> is = Converters.convert(scalar, rules.requiredIfValue());
          if (is.value().isEmpty()) {
            layout.schema(
                slot,
                "@RequiredIf(is = \"" + rules.requiredIfValue() + "\"): " + other.path + " expects "
                    + is.expected());
          }
        }
      }
    }
  }

  private static void record(Slot[] children, String path, String message, Layout layout) {
    layout.findings.add(
        new Finding(Layout.problem(path, message), List.of(children), true, List.of()));
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
        for (Slot slot : layout.slots) {
          if (slot != list && slot.isLeaf() && isElement(slot.env, list)) {
            collide(
                layout,
                list,
                slot,
                "the environment variable " + slot.env + " (also an element of " + list.path + ")");
          }
        }
      }
    }
    former(layout);
  }

  /** Whether a variable reads as an element of the list, or as a part of one. */
  private static boolean isElement(String env, Slot list) {
    String prefix = list.env + "_";
    int end = env.startsWith(prefix) ? Names.indexEnd(env, prefix.length()) : -1;
    boolean hasParts =
        !(list.shape() instanceof Shape.Many many) || !(many.element() instanceof Shape.Scalar);
    return end > 0 && (end == env.length() || (hasParts && env.charAt(end) == '_'));
  }

  private static void former(Layout layout) {
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
      if (former.getKey().endsWith("_FILE")) {
        Slot owner = layout.byEnv.get(
            former.getKey().substring(0, former.getKey().length() - "_FILE".length()));
        if (owner != null) {
          collide(
              layout,
              former.getValue(),
              owner,
              "the environment variable " + former.getKey() + " (a former name, and the file of "
                  + owner.path + ")");
        }
      }
      for (Slot list : layout.withParts) {
        if (list.shape() instanceof Shape.Many && isElement(former.getKey(), list)) {
          collide(
              layout,
              former.getValue(),
              list,
              "the environment variable " + former.getKey() + " (a former name, and an element of "
                  + list.path + ")");
        }
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

  static void collide(Layout layout, Slot one, Slot other, String what) {
    layout.findings.add(new Finding(
        Layout.problem(
            one.path,
            Layout.named(one) + " and " + Layout.named(other) + " would share " + what
                + "; rename one with @Key"),
        one,
        other));
  }
}
