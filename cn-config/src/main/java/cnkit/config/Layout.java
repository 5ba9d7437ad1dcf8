package cnkit.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/*
 * Every name of a schema, computed once from the root and the prefix. Reading goes from names that
 * we know to what a source has, never the other way round, so that no spelling is ever guessed.
 */
final class Layout {
  final Shape.Group root;

  /** In the order of the schema; a record comes before its parts. */
  final Slot[] slots;

  final Slot[] top;
  final Map<String, Slot> byPath = new HashMap<>();
  final Map<String, Slot> byEnv = new HashMap<>();

  /** Former paths, and the slots that took them over. */
  final Map<String, Slot> formerPaths = new LinkedHashMap<>();

  final Map<String, Slot> formerEnvs = new LinkedHashMap<>();

  /** Lists, sets and maps: their parts have names that begin with theirs. */
  final List<Slot> withParts = new ArrayList<>();

  /** What makes the schema unusable. */
  final List<Finding> findings = new ArrayList<>(0);

  final String path;
  final String env;

  /** The channel in whose spelling a remedy names a setting. */
  Origin.Channel naming = Origin.Channel.ENVIRONMENT;

  private final List<Slot> building = new ArrayList<>();

  /** Whether the prefix is known, so that the variables are those of a process. */
  final boolean named;

  /** Whether this is a whole configuration rather than a part of one. */
  final boolean whole;

  /** Whether everything about it is judged; not when that is done already. */
  private final boolean judged;

  private Layout(
      Shape.Group root, String path, String env, boolean named, boolean whole, boolean judged) {
    this.judged = judged;
    this.named = named;
    this.whole = whole;
    this.root = root;
    this.path = path;
    this.env = env;
    this.top = slots(root.fields(), null, path, env);
    if (judged) {
      Lint.group(root, top, path, this);
    }
    this.slots = building.toArray(new Slot[0]);
    index();
  }

  /** The layout of a whole configuration under a prefix, which may be empty. */
  static Layout of(Shape.Group root, String prefix) {
    return new Layout(root, "", prefix, true, true, true);
  }

  /** The layout of a schema that the annotation processor has judged but for its prefix. */
  static Layout ofJudged(Shape.Group root, String prefix) {
    return new Layout(root, "", prefix, true, true, false);
  }

  /** The layout of one element with all that is wrong with it. */
  static Layout judgedElement(Shape.Group group, String path, String env) {
    return new Layout(group, path, env, true, false, true);
  }

  /** The layout of a configuration whose prefix nobody knows yet, as for lint. */
  static Layout unnamed(Shape.Group root, boolean whole) {
    return new Layout(root, "", "", false, whole, true);
  }

  /** The layout of one element of a list or map. */
  static Layout ofElement(Shape.Group group, String path, String env) {
    return new Layout(group, path, env, true, false, false);
  }

  private Slot[] slots(List<Shape.Field> fields, @Nullable Slot parent, String path, String env) {
    var made = new Slot[fields.size()];
    for (int i = 0; i < made.length; i++) {
      made[i] = slot(fields.get(i), parent, path, env);
    }
    return made;
  }

  private Slot slot(Shape.Field field, @Nullable Slot parent, String parentPath, String parentEnv) {
    String path =
        Names.join(parentPath, '.', field.key().isEmpty() ? field.component() : field.key());
    String env = Names.join(parentEnv, '_', Names.env(field.key()));
    var complaints = new ArrayList<String>(0);
    Checks checks = Checks.of(field.shape(), field.rules(), complaints);
    var slot = new Slot(building.size(), parent, field, path, env, checks);
    slot.inElement = named && !whole;
    building.add(slot);
    for (String complaint : complaints) {
      schema(slot, complaint);
    }
    reserved(slot);
    if (judged) {
      Lint.field(slot, this);
    }
    if (field.shape() instanceof Shape.Scalar) {
      return slot;
    }
    if (field.shape() instanceof Shape.Group group) {
      slot.children = slots(group.fields(), slot, path, env);
      if (judged) {
        Lint.group(group, slot.children, path, this);
      }
    } else if (field.shape() instanceof Shape.Choice choice) {
      choice(slot, choice);
    } else if (slot.hasParts()) {
      withParts.add(slot);
      if (judged) {
        Lint.element(slot, field.shape(), path, env, this);
      }
    }
    return slot;
  }

  /** What depends on the prefix, and on whether this is a whole configuration: nobody could judge it before. */
  private void reserved(Slot slot) {
    if (named && slot.isLeaf() && Names.isReserved(slot.env)) {
      schema(
          slot,
          "the environment variable " + slot.env
              + " belongs to the platform; rename it with @Key or use a prefix");
    }
    if (slot.parent == null && whole && slot.field.key().equals("help")) {
      schema(slot, "--help prints the reference; rename it with @Key");
    }
  }

  private void choice(Slot slot, Shape.Choice choice) {
    var names = new ArrayList<String>();
    for (Shape.Variant variant : choice.variants()) {
      if (!Names.isKey(variant.name()) || names.contains(variant.name())) {
        schema(
            slot,
            "the name \"" + variant.name()
                + "\" does not select one record; give each its own @Key");
      }
      names.add(variant.name());
    }
    var selector = new Shape.Scalar(Kind.ENUM, "", names, false, false);
    var field = new Shape.Field(
        "", choice.discriminator(), selector, false, null, "selects the kind", Shape.Rules.NONE);
    var children = new ArrayList<Slot>();
    children.add(slot(field, slot, slot.path, slot.env));
    var shared = new HashMap<String, Slot>();
    slot.variants = new Slot[choice.variants().size()][];
    for (int v = 0; v < slot.variants.length; v++) {
      Shape.Group group = choice.variants().get(v).group();
      var own = new Slot[group.fields().size()];
      for (int i = 0; i < own.length; i++) {
        Shape.Field component = group.fields().get(i);
        Slot known = shared.get(component.key());
        if (known == null) {
          known = slot(component, slot, slot.path, slot.env);
          shared.put(component.key(), known);
          children.add(known);
        } else if (!known.field.equals(component)) {
          findings.add(new Finding(
              problem(known.path, "two records of " + choice.type() + " declare it differently"),
              slot));
        }
        own[i] = known;
      }
      if (judged) {
        Lint.group(group, own, slot.path, this);
      }
      slot.variants[v] = own;
    }
    slot.children = children.toArray(new Slot[0]);
  }

  /** The lowest layer: what the schema itself says. */
  Layer defaults() {
    var layer = new Layer(this);
    TreeSource source = null;
    for (Slot slot : slots) {
      String text = slot.field.fallback();
      if (text != null && slot.isLeaf()) {
        var node = new Node.Text(text, Origin.DEFAULTED);
        if (slot.hasParts()) {
          // lint has already tried every default, so what shaping finds here has been reported
          // there
          source = source == null
              ? new TreeSource(this, layer, new ArrayList<>(0), new ArrayList<>(0))
              : source;
          source.put(slot, node);
        } else {
          layer.nodes[slot.index] = node;
        }
      }
    }
    return layer;
  }

  /** Fills the tables and refuses names that meet. */
  private void index() {
    for (Slot slot : slots) {
      if (claim(byPath, slot.path, slot) && slot.isLeaf()) {
        claim(byEnv, slot.env, slot);
      }
      String former = slot.field.rules().formerly();
      if (!former.isEmpty()) {
        String old = former.indexOf('.') >= 0 || slot.parent == null
            ? Names.join(path, '.', former)
            : Names.join(slot.parent.path, '.', former);
        String variable =
            Names.join(env, '_', Names.env(old.substring(path.isEmpty() ? 0 : path.length() + 1)));
        Slot heir = formerPaths.put(old, slot);
        Slot other = formerEnvs.put(variable, slot);
        if (heir != null || other != null) {
          Lint.collide(this, heir == null ? other : heir, slot, "the former name " + old);
        }
      }
    }
    if (judged) {
      Lint.names(this);
    }
  }

  private boolean claim(Map<String, Slot> table, String name, Slot slot) {
    Slot other = table.putIfAbsent(name, slot);
    if (other != null) {
      String what = table == byPath ? "path " : "environment variable ";
      findings.add(new Finding(
          problem(
              slot.path.compareTo(other.path) < 0 ? slot.path : other.path,
              named(other) + " and " + named(slot) + " would share the " + what + name
                  + "; rename one with @Key"),
          slot,
          other));
    }
    return other == null;
  }

  /** The path and, since two paths may read alike, the component. */
  static String named(Slot slot) {
    return slot.field.component().isEmpty()
        ? slot.path
        : slot.path + " (component " + slot.field.component() + ")";
  }

  void schema(Slot slot, String message) {
    findings.add(new Finding(problem(slot.path, message), slot));
  }

  static Problem problem(String path, String message) {
    return new Problem(Problem.Code.SCHEMA, path, message, List.of(), "");
  }

  /** All that makes the schema unusable. */
  List<Problem> problems() {
    var problems = new ArrayList<Problem>(findings.size());
    for (Finding finding : findings) {
      problems.add(finding.problem());
    }
    return problems;
  }

  /** What a person types to set it, as far as its name goes. */
  String spelled(Slot slot) {
    return switch (naming) {
      case ENVIRONMENT, ENVIRONMENT_FILE -> slot.env;
      case FLAG -> "--" + slot.path;
      default -> slot.path;
    };
  }

  /** How to set what is missing. */
  String remedy(Slot slot) {
    boolean byFile = slot.isSecret() && naming == Origin.Channel.ENVIRONMENT;
    return "set " + spelled(slot) + (byFile ? ", or " + slot.env + "_FILE to a file" : "");
  }

  /** The shape at a path, also inside lists, maps and their records; null when no setting is there. */
  @Nullable
  Shape shapeAt(String name) {
    Slot slot = byPath.get(name);
    if (slot != null) {
      return slot.shape();
    }
    for (Slot list : withParts) {
      if (name.startsWith(list.path)
          && name.length() > list.path.length()
          && name.charAt(list.path.length()) == '.') {
        return below(list.shape(), name.substring(list.path.length() + 1));
      }
    }
    return null;
  }

  private static @Nullable Shape below(Shape shape, String rest) {
    int dot = rest.indexOf('.');
    String first = dot < 0 ? rest : rest.substring(0, dot);
    Shape part = null;
    if (shape instanceof Shape.Many many) {
      part = Names.indexEnd(first, 0) == first.length() ? many.element() : null;
    } else if (shape instanceof Shape.Keyed keyed) {
      part = keyed.value();
      if (part instanceof Shape.Scalar) {
        return part; // the dots belong to the key
      }
    } else if (shape instanceof Shape.Group group) {
      for (Shape.Field field : group.fields()) {
        part = field.key().equals(first) ? field.shape() : part;
      }
    }
    return part == null || dot < 0 ? part : below(part, rest.substring(dot + 1));
  }
}
