package cnkit.config.schema;

import cnkit.config.text.Names;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names that meet, also where no two are equal: file variables, list elements, negated flags, former names. */
public final class Collisions {
  private static final String FILE = "_FILE";

  private final Layout layout;
  private final List<Finding> findings = new ArrayList<>(0);

  private Collisions(Layout layout) {
    this.layout = layout;
  }

  static List<Finding> of(Layout layout) {
    var collisions = new Collisions(layout);
    collisions.equal();
    collisions.derived();
    collisions.formerAmongThemselves();
    collisions.former();
    return collisions.findings;
  }

  private void equal() {
    for (Slot slot : layout.slots) {
      Slot owner = layout.byPath.get(slot.path);
      Slot reader = slot.isLeaf() ? layout.byEnv.get(slot.env) : null;
      if (owner != null && owner != slot) {
        twice(slot, owner, "path " + slot.path);
      } else if (reader != null && reader != slot) {
        twice(slot, reader, "environment variable " + slot.env);
      }
    }
  }

  private void twice(Slot slot, Slot other, String what) {
    String path = slot.path.compareTo(other.path) < 0 ? slot.path : other.path;
    findings.add(
        new Finding(Finding.problem(path, shared(other, slot, "the " + what)), slot, other));
  }

  private void derived() {
    for (Slot slot : layout.slots) {
      Slot reader = slot.isLeaf() ? layout.byEnv.get(slot.env + FILE) : null;
      if (reader != null) {
        collide(
            slot, reader, variable(slot.env + FILE) + " (the file variable of " + slot.path + ")");
      }
      Slot negated = slot.isBoolean() ? layout.byPath.get("no-" + slot.path) : null;
      if (negated != null) {
        collide(slot, negated, "the flag --no-" + slot.path);
      }
    }
    for (Slot list : layout.withParts) {
      for (Slot slot : layout.slots) {
        if (slot != list && slot.isLeaf() && isElement(slot.env, list)) {
          collide(list, slot, variable(slot.env) + " (also an element of " + list.path + ")");
        }
      }
    }
  }

  /** Whether a variable reads as an element of the list, or as a part of one. */
  private static boolean isElement(String env, Slot list) {
    String prefix = list.env + "_";
    if (!(list.shape() instanceof Shape.Many many) || !env.startsWith(prefix)) {
      return false;
    }
    int end = Names.indexEnd(env, prefix.length());
    boolean hasParts = !(many.element() instanceof Shape.Scalar);
    return end > 0 && (end == env.length() || (hasParts && env.charAt(end) == '_'));
  }

  private void formerAmongThemselves() {
    Map<String, Slot> paths = new HashMap<>();
    Map<String, Slot> variables = new HashMap<>();
    for (Slot slot : layout.slots) {
      if (!slot.field.rules().formerly().isEmpty()) {
        String old = layout.formerPath(slot);
        Slot heir = paths.put(old, slot);
        Slot other = variables.put(layout.formerVariable(slot), slot);
        if (heir != null || other != null) {
          collide(heir == null ? other : heir, slot, "the former name " + old);
        }
      }
    }
  }

  private void former() {
    for (Map.Entry<String, Slot> former : layout.formerPaths.entrySet()) {
      Slot taken = layout.byPath.get(former.getKey());
      if (taken != null) {
        collide(former.getValue(), taken, "the former path " + former.getKey());
      }
    }
    for (Map.Entry<String, Slot> former : layout.formerEnvs.entrySet()) {
      formerVariable(former.getKey(), former.getValue());
    }
  }

  private void formerVariable(String name, Slot heir) {
    Slot taken = layout.byEnv.get(name);
    if (taken != null) {
      collide(heir, taken, "the former environment variable " + name);
    }
    Slot owner = name.endsWith(FILE)
        ? layout.byEnv.get(name.substring(0, name.length() - FILE.length()))
        : null;
    if (owner != null) {
      collide(heir, owner, variable(name) + " (a former name, and the file of " + owner.path + ")");
    }
    for (Slot list : layout.withParts) {
      if (isElement(name, list)) {
        collide(
            heir, list, variable(name) + " (a former name, and an element of " + list.path + ")");
      }
    }
  }

  private static String variable(String name) {
    return "the environment variable " + name;
  }

  private void collide(Slot one, Slot other, String what) {
    findings.add(new Finding(Finding.problem(one.path, shared(one, other, what)), one, other));
  }

  private static String shared(Slot one, Slot other, String what) {
    return named(one) + " and " + named(other) + " would share " + what + "; rename one with @Key";
  }

  /** The path and, since two paths may read alike, the component. */
  private static String named(Slot slot) {
    return slot.field.component().isEmpty()
        ? slot.path
        : slot.path + " (component " + slot.field.component() + ")";
  }
}
