package cnkit.config.schema;

import cnkit.config.Conversion;
import cnkit.config.Problem;
import cnkit.config.text.Names;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What makes a schema unusable, found before anything is read: the same at start-up and inside javac. */
public final class Lint {
  private final Layout layout;
  private final List<Finding> findings = new ArrayList<>(0);

  private Lint(Layout layout) {
    this.layout = layout;
  }

  /** What is wrong with a schema, and what deserves a second look. */
  public record Result(List<Finding> errors, List<Finding> warnings) {}

  /**
   * All that can be said of a schema without its prefix and without the application's converters.
   *
   * @param whole whether it is a whole configuration rather than a part of one
   */
  public static Result schema(Shape.Group root, boolean whole) {
    Layout layout = Layout.of(root, "");
    var lint = new Lint(layout);
    lint.structure();
    if (whole) {
      lint.help();
    }
    // what an unusable component would make of its default is not known; the others' are
    var unusable = new HashSet<Slot>();
    for (Finding finding : lint.findings) {
      unusable.addAll(finding.slots());
    }
    for (Finding finding : TriedDefaults.of(layout, Unclassed.TYPES)) {
      if (!unusable.contains(finding.slots().get(0))) {
        lint.findings.add(finding);
      }
    }
    return new Result(lint.findings, Confidential.shown(layout));
  }

  /** What is wrong with a whole configuration under its prefix; its defaults are tried by {@link TriedDefaults}. */
  public static List<Finding> of(Layout layout) {
    var lint = new Lint(layout);
    lint.structure();
    lint.reserved();
    lint.help();
    return lint.findings;
  }

  /** What the annotation processor could not judge: it did not know the prefix, nor that this is a whole configuration. */
  static List<Finding> ofJudged(Layout layout) {
    var lint = new Lint(layout);
    lint.reserved();
    lint.help();
    return lint.findings;
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

  private void structure() {
    for (Slot slot : layout.slots) {
      field(slot);
      if (slot.shape() instanceof Shape.Group group) {
        group(group, slot.children, slot.path);
      } else if (slot.shape() instanceof Shape.Choice choice) {
        choice(slot, choice);
      } else if (slot.hasParts()) {
        element(slot, slot.shape(), slot.path, slot.env);
      }
    }
    group(layout.root, layout.top, layout.path);
    findings.addAll(Collisions.of(layout));
  }

  private void wrong(Slot slot, String message) {
    findings.add(new Finding(Finding.problem(slot.path, message), slot));
  }

  private void reserved() {
    for (Slot slot : layout.slots) {
      if (slot.isLeaf() && Names.isReserved(slot.env)) {
        wrong(
            slot,
            "the environment variable " + slot.env
                + " belongs to the platform; rename it with @Key or use a prefix");
      }
    }
  }

  private void help() {
    Slot help = Slot.named(layout.top, "help");
    if (help != null) {
      wrong(help, "--help prints the reference; rename it with @Key");
    }
  }

  /** A component by itself. */
  private void field(Slot slot) {
    for (String complaint : slot.checks.complaints) {
      wrong(slot, complaint);
    }
    Shape.Field field = slot.field;
    if (!Names.isKey(field.key())) {
      wrong(
          slot,
          field.key().isEmpty()
              ? "the component's name cannot be spelled on every channel; name it with @Key"
              : "the key \"" + field.key()
                  + "\" must be lower-case words joined by hyphens, a letter first");
    }
    unsupported(field.shape(), slot);
    fallback(slot, field);
    Shape.Scalar text = field.shape().innermost();
    if (field.rules().allowBlank() && (text == null || text.kind() != Kind.STRING)) {
      wrong(slot, "@AllowBlank does not fit " + field.shape().describe());
    }
    if (!field.rules().formerly().isEmpty()) {
      formerly(slot, field.rules());
    }
  }

  private void fallback(Slot slot, Shape.Field field) {
    if (field.fallback() == null) {
      return;
    }
    if (!slot.isLeaf()) {
      wrong(slot, "@Default does not fit a record; give its components theirs");
    } else if (field.optional()) {
      wrong(slot, "@Default makes Optional pointless; drop one of them");
    } else if (slot.isSecret()) {
      wrong(slot, "a secret must not have a default: it would be in the source");
    }
  }

  private void formerly(Slot slot, Shape.Rules rules) {
    if (!rules.until().isEmpty() && !isDate(rules.until())) {
      wrong(
          slot, "@Formerly(until = \"" + rules.until() + "\"): expected a date such as 2027-01-31");
    }
    for (String part : rules.formerly().split("\\.", -1)) {
      if (!Names.isKey(part)) {
        wrong(
            slot,
            "@Formerly(\"" + rules.formerly()
                + "\"): expected a key or a path such as db.pool-size");
        break;
      }
    }
    if (!slot.isLeaf()) {
      wrong(
          slot, "@Formerly does not fit " + slot.shape().describe() + "; put it on its components");
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

  private void unsupported(Shape shape, Slot slot) {
    if (shape instanceof Shape.Unsupported unfit) {
      wrong(slot, unfit.type() + " cannot be a setting: " + unfit.reason());
    } else if (shape instanceof Shape.Many many) {
      unsupported(many.element(), slot);
    } else if (shape instanceof Shape.Keyed keyed) {
      unsupported(keyed.value(), slot);
    } else if (shape instanceof Shape.Scalar scalar && !areDistinct(scalar.constants())) {
      wrong(slot, "the constants of " + scalar.type() + " differ by case only");
    }
  }

  private static boolean areDistinct(List<String> constants) {
    for (int i = 0; i < constants.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (Names.sameConstant(constants.get(i), constants.get(j))) {
          return false;
        }
      }
    }
    return true;
  }

  private void choice(Slot slot, Shape.Choice choice) {
    var names = new HashSet<String>();
    for (String name : choice.names()) {
      if (!Names.isKey(name) || !names.add(name)) {
        wrong(slot, "the name \"" + name + "\" does not select one record; give each its own @Key");
      }
    }
    for (int v = 0; v < slot.variants.length; v++) {
      Shape.Group group = choice.variants().get(v).group();
      Slot[] own = slot.variants[v];
      for (int i = 0; i < own.length; i++) {
        if (!own[i].field.equals(group.fields().get(i))) {
          findings.add(new Finding(
              Finding.problem(
                  own[i].path, "two records of " + choice.type() + " declare it differently"),
              slot));
        }
      }
      group(group, own, slot.path);
    }
  }

  /** The records inside a list, set or map have problems of their own. */
  private void element(Slot slot, Shape shape, String path, String env) {
    Shape element = shape.element();
    if (element instanceof Shape.Group group) {
      var lint = new Lint(Layout.ofElement(group, path + ".0", env + "_0"));
      lint.structure();
      lint.reserved();
      for (Finding inner : lint.findings) {
        findings.add(inner.outside(slot, group));
      }
    } else if (element instanceof Shape.Choice) {
      wrong(slot, "a sealed interface inside a list or map is not supported; wrap it in a record");
    } else if (element instanceof Shape.Many || element instanceof Shape.Keyed) {
      element(slot, element, path + ".0", env + "_0");
    }
  }

  /** The rules over several components of one record. */
  private void group(Shape.Group group, Slot[] children, String path) {
    if (new HashSet<>(group.exclusive()).size() < group.exclusive().size()) {
      record(children, path, "@ExactlyOneOf names a key twice");
    } else if (group.exclusive().size() == 1) {
      record(children, path, "@ExactlyOneOf needs two keys or more");
    }
    for (String key : group.exclusive()) {
      Slot slot = Slot.named(children, key);
      if (slot == null || !slot.field.optional()) {
        record(
            children,
            path,
            "@ExactlyOneOf: \"" + key + "\" is no Optional setting of " + group.describe());
      }
    }
    for (Slot slot : children) {
      Shape.Rules rules = slot.field.rules();
      if (rules.isConditional() && !slot.field.optional()) {
        wrong(slot, "@RequiredWith and @RequiredIf fit Optional settings only");
      }
      for (String key : rules.requiredWith()) {
        requiredWith(group, children, slot, key);
      }
      if (!rules.requiredIfKey().isEmpty()) {
        requiredIf(group, children, slot, rules);
      }
    }
  }

  private void requiredWith(Shape.Group group, Slot[] children, Slot slot, String key) {
    if (Slot.named(children, key) == null) {
      wrong(slot, "@RequiredWith: \"" + key + "\" is no setting of " + group.describe());
    } else if (key.equals(slot.field.key())) {
      wrong(slot, "@RequiredWith: \"" + key + "\" is the setting itself");
    }
  }

  private void requiredIf(Shape.Group group, Slot[] children, Slot slot, Shape.Rules rules) {
    Slot other = Slot.named(children, rules.requiredIfKey());
    if (other == slot) {
      wrong(slot, "@RequiredIf: \"" + slot.field.key() + "\" is the setting itself");
    } else if (other == null || !(other.field.shape() instanceof Shape.Scalar scalar)) {
      wrong(
          slot,
          "@RequiredIf: \"" + rules.requiredIfKey() + "\" is no single value of "
              + group.describe());
    } else if (scalar.kind() != Kind.CUSTOM) {
      Conversion<?> is = Converters.convert(scalar, rules.requiredIfValue());
      if (is.value().isEmpty()) {
        wrong(
            slot,
            "@RequiredIf(is = \"" + rules.requiredIfValue() + "\"): " + other.path + " expects "
                + is.expected());
      }
    }
  }

  private void record(Slot[] children, String path, String message) {
    findings.add(new Finding(Finding.problem(path, message), List.of(children), true, List.of()));
  }
}
