package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.text.Names;
import cnkit.config.text.Nearest;
import cnkit.config.text.Text;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What to say of a name that no setting has: another spelling, the wrong place, a typing error, or nothing known. */
@Pure
public final class Hints {
  private Hints() {}

  /** A key of a file, mount or flag that has no place among its siblings. */
  static Problem unknownKey(
      Layout layout, Slot[] siblings, String path, String key, Origin origin) {
    Slot same = anotherSpelling(layout, siblings, path, key);
    if (same != null && layout.byPath.get(path) == same && key.indexOf('.') >= 0) {
      return problem(
          Problem.Code.SPELLING,
          path,
          "a dotted key where objects nest",
          origin,
          "nest it: " + nested(key));
    }
    if (same != null) {
      String remedy = "write " + spelled(same, origin);
      return problem(Problem.Code.SPELLING, path, "no such setting", origin, remedy);
    }
    List<String> elsewhere = elsewhere(layout, key, origin);
    if (!elsewhere.isEmpty() && elsewhere.size() <= 3) {
      String remedy = "did you mean " + String.join(" or ", elsewhere) + "?";
      return problem(Problem.Code.MISPLACED, path, "no such setting here", origin, remedy);
    }
    Slot meant = nearest(layout, siblings, path, key);
    String remedy = meant == null ? "" : "did you mean " + spelled(meant, origin) + "?";
    return problem(Problem.Code.UNKNOWN, path, "no such setting", origin, remedy);
  }

  /** The setting that this names in another form: a sibling's, a dotted one, or another channel's; null for none. */
  private static @Nullable Slot anotherSpelling(
      Layout layout, Slot[] siblings, String path, String key) {
    String squashed = Names.squash(key);
    for (Slot sibling : siblings) {
      if (Names.squash(sibling.field.key()).equals(squashed)) {
        return sibling;
      }
    }
    Slot dotted = key.indexOf('.') >= 0 ? layout.byPath.get(path) : null;
    if (dotted != null) {
      return dotted;
    }
    String whole = Names.squash(path);
    for (Slot slot : layout.slots) {
      if (slot.isLeaf() && (slot.env.equals(key) || Names.squash(slot.path).equals(whole))) {
        return slot;
      }
    }
    return null;
  }

  private static List<String> elsewhere(Layout layout, String key, Origin origin) {
    var elsewhere = new ArrayList<String>();
    for (Slot slot : layout.slots) {
      if (slot.field.key().equals(key)) {
        elsewhere.add(spelled(slot, origin));
      }
    }
    return elsewhere;
  }

  private static @Nullable Slot nearest(Layout layout, Slot[] siblings, String path, String key) {
    var names = new ArrayList<String>();
    for (Slot sibling : siblings) {
      names.add(sibling.field.key());
    }
    Slot meant = Slot.named(siblings, Nearest.of(key, names));
    if (meant != null) {
      return meant;
    }
    var paths = new ArrayList<
        String>(); // in the order of the schema, since the first of equally near ones wins
    for (Slot slot : layout.slots) {
      paths.add(slot.path);
    }
    return layout.byPath.get(Nearest.of(path, paths));
  }

  /** A variable below our prefix, or below a record's, that no setting has. */
  public static Problem unknownVariable(Layout layout, String name, Origin origin) {
    String what =
        origin.name().equals(name) ? "no such setting" : "no such setting: " + Text.shown(name);
    String squashed = Names.squash(name);
    var names = new ArrayList<String>();
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        if (Names.squash(slot.env).equals(squashed)) {
          return problem(Problem.Code.UNKNOWN, "", what, origin, "set " + slot.env);
        }
        names.add(slot.env);
      }
    }
    String file = name.endsWith("_FILE") ? "_FILE" : "";
    String nearest = Nearest.of(name.substring(0, name.length() - file.length()), names);
    return problem(
        Problem.Code.UNKNOWN,
        "",
        what,
        origin,
        nearest.isEmpty() ? "" : "did you mean " + nearest + file + "?");
  }

  private static Problem problem(
      Problem.Code code, String path, String message, Origin origin, String remedy) {
    return new Problem(code, path, message, List.of(origin), remedy);
  }

  /** A slot's name in the channel that the wrong one came from. */
  private static String spelled(Slot slot, Origin origin) {
    return switch (origin.channel()) {
      case FLAG -> "--" + slot.path;
      case ENVIRONMENT, ENVIRONMENT_FILE -> slot.env;
      default -> slot.path;
    };
  }

  private static String nested(String dotted) {
    var text = new StringBuilder();
    int depth = 0;
    int from = 0;
    for (int dot = dotted.indexOf('.'); dot >= 0; dot = dotted.indexOf('.', from)) {
      text.append("{\"").append(dotted, from, dot).append("\": ");
      from = dot + 1;
      depth++;
    }
    text.append("{\"").append(dotted, from, dotted.length()).append("\": …}");
    return text.append("}".repeat(depth)).toString();
  }
}
