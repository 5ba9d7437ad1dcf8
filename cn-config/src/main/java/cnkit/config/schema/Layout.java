package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.config.text.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Every name of a schema, computed once from the root and the prefix. Reading goes from names that
 * we know to what a source has, never the other way round, so that no spelling is ever guessed.
 */
public final class Layout {
  public final Shape.Group root;

  /** In the order of the schema; a record comes before its parts. */
  public final Slot[] slots;

  public final Slot[] top;
  public final Map<String, Slot> byPath = new HashMap<>();
  public final Map<String, Slot> byEnv = new HashMap<>();

  /** Former paths, and the slots that took them over. */
  final Map<String, Slot> formerPaths = new LinkedHashMap<>();

  public final Map<String, Slot> formerEnvs = new LinkedHashMap<>();

  /** Lists, sets and maps: their parts have names that begin with theirs. */
  public final List<Slot> withParts = new ArrayList<>();

  final String path;
  public final String env;

  /** The channel in whose spelling a remedy names a setting. */
  private final Origin.Channel naming;

  private final List<Slot> building = new ArrayList<>();

  /** Whether this is an element of a list or map, which may not be there at all. */
  private final boolean element;

  private Layout(
      Shape.Group root, String path, String env, Origin.Channel naming, boolean element) {
    this.naming = naming;
    this.element = element;
    this.root = root;
    this.path = path;
    this.env = env;
    this.top = slots(root.fields(), null, path, env);
    this.slots = building.toArray(new Slot[0]);
    for (Slot slot : slots) {
      index(slot);
    }
  }

  /** The layout of a whole configuration under a prefix, which may be empty. */
  public static Layout of(Shape.Group root, String prefix) {
    return of(root, prefix, Origin.Channel.ENVIRONMENT);
  }

  /** The layout whose remedies name settings in the spelling of this channel. */
  public static Layout of(Shape.Group root, String prefix, Origin.Channel naming) {
    return new Layout(root, "", prefix, naming, false);
  }

  /** The layout of one element of a list or map. */
  public static Layout ofElement(Shape.Group group, String path, String env) {
    return ofElement(group, path, env, Origin.Channel.ENVIRONMENT);
  }

  public static Layout ofElement(
      Shape.Group group, String path, String env, Origin.Channel naming) {
    return new Layout(group, path, env, naming, true);
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
    Checks checks = Checks.of(field.shape(), field.rules());
    var slot = new Slot(building.size(), parent, field, path, env, checks);
    slot.inElement = element;
    building.add(slot);
    if (field.shape() instanceof Shape.Scalar) {
      return slot;
    }
    if (field.shape() instanceof Shape.Group group) {
      slot.children = slots(group.fields(), slot, path, env);
    } else if (field.shape() instanceof Shape.Choice choice) {
      choice(slot, choice);
    } else if (slot.hasParts()) {
      withParts.add(slot);
    }
    return slot;
  }

  /** The discriminator's slot, then every variant's; variants share the slots of what they have in common. */
  private void choice(Slot slot, Shape.Choice choice) {
    var selector = new Shape.Scalar(Kind.ENUM, "", choice.names(), false, false);
    var field = new Shape.Field(
        "", choice.discriminator(), selector, false, null, "selects the kind", Shape.Rules.NONE);
    var byKey = new LinkedHashMap<String, Slot>();
    Slot discriminator = slot(field, slot, slot.path, slot.env);
    slot.variants = new Slot[choice.variants().size()][];
    for (int v = 0; v < slot.variants.length; v++) {
      List<Shape.Field> fields = choice.variants().get(v).group().fields();
      slot.variants[v] = new Slot[fields.size()];
      for (int i = 0; i < fields.size(); i++) {
        Shape.Field component = fields.get(i);
        Slot known = byKey.get(component.key());
        if (known == null) {
          known = slot(component, slot, slot.path, slot.env);
          byKey.put(component.key(), known);
        }
        slot.variants[v][i] = known;
      }
    }
    slot.children = new Slot[byKey.size() + 1];
    slot.children[0] = discriminator;
    int next = 1;
    for (Slot child : byKey.values()) {
      slot.children[next++] = child;
    }
  }

  /** Fills the tables; the first one of equal names has the place, and lint reports the others. */
  private void index(Slot slot) {
    if (byPath.putIfAbsent(slot.path, slot) == null && slot.isLeaf()) {
      byEnv.putIfAbsent(slot.env, slot);
    }
    if (!slot.field.rules().formerly().isEmpty()) {
      formerPaths.put(formerPath(slot), slot);
      formerEnvs.put(formerVariable(slot), slot);
    }
  }

  /** The path that a renamed setting had. */
  String formerPath(Slot slot) {
    String former = slot.field.rules().formerly();
    return former.indexOf('.') >= 0 || slot.parent == null
        ? Names.join(path, '.', former)
        : Names.join(slot.parent.path, '.', former);
  }

  /** The variable that a renamed setting had. */
  String formerVariable(Slot slot) {
    String below = formerPath(slot).substring(path.isEmpty() ? 0 : path.length() + 1);
    return Names.join(env, '_', Names.env(below));
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
  public Shape shapeAt(String name) {
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
