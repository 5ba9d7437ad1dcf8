package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.schema.FlatTree;
import cnkit.config.schema.Former;
import cnkit.config.schema.Hints;
import cnkit.config.schema.Kind;
import cnkit.config.schema.Layer;
import cnkit.config.schema.Layout;
import cnkit.config.schema.Node;
import cnkit.config.schema.Shape;
import cnkit.config.schema.Slot;
import cnkit.config.schema.TreeSource;
import cnkit.config.text.Names;
import cnkit.config.text.ServiceLinks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Environment variables, or a file of such. Known names are looked up; nothing is split to guess a path. */
public final class EnvSource {
  private static final String FILE = "_FILE";

  private final Layout layout;
  private final Layer layer;
  private final Variables reading;
  private final boolean strict;
  private final boolean emptyIsUnset;
  private final List<Problem> problems;
  private final List<Problem> warnings;
  private final List<Former> formers;
  private final Map<Slot, FlatTree> parts = new LinkedHashMap<>(0);
  private final List<Map.Entry<String, String>> strangers = new ArrayList<>(0);
  private final Map<Shape.Group, Layout> elements = new HashMap<>(0);

  EnvSource(
      Layout layout,
      Layer layer,
      Variables reading,
      boolean strict,
      boolean emptyIsUnset,
      List<Problem> problems,
      List<Problem> warnings,
      List<Former> formers) {
    this.layout = layout;
    this.layer = layer;
    this.reading = reading;
    this.strict = strict;
    this.emptyIsUnset = emptyIsUnset;
    this.problems = problems;
    this.warnings = warnings;
    this.formers = formers;
  }

  /**
   * Reads all variables.
   *
   * @param lower what lower layers say, for the keys of maps that a variable's name cannot spell
   */
  void fill(Map<String, String> variables, Layer lower) {
    var files = new LinkedHashMap<Slot, String>(0);
    String below = layout.env.isEmpty() ? "" : layout.env + "_";
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith(below)) {
        if (Names.beginsAlike(name, layout.env)) {
          strangers.add(variable);
        }
        continue;
      }
      String value = variable.getValue();
      Slot slot = layout.byEnv.get(name);
      if (slot != null) {
        if (!emptyIsUnset || !value.isEmpty()) {
          Node text = text(slot, name, value);
          if (slot.hasParts()) {
            part(slot, "", text);
          } else {
            layer.set(slot, text);
          }
        }
        continue;
      }
      Slot owner = name.endsWith(FILE)
          ? layout.byEnv.get(name.substring(0, name.length() - FILE.length()))
          : null;
      if (owner != null) {
        if (!emptyIsUnset || !value.isEmpty()) {
          files.put(owner, value);
        }
      } else if (!isPart(name, value, lower) && !isFormer(name, value)) {
        unknown(variable, below);
      }
    }
    if (!parts.isEmpty() || !files.isEmpty()) {
      var source = new TreeSource(layout, layer, problems, formers);
      for (Map.Entry<Slot, FlatTree> part : parts.entrySet()) {
        Node.Obj tree = part.getValue().tree();
        Node whole = tree.members().size() == 1 ? tree.members().get("") : null;
        source.put(part.getKey(), whole == null ? tree : whole);
      }
      files(files, source);
    }
    if (!strangers.isEmpty()) {
      strangers();
    }
  }

  private Node text(Slot slot, String name, String value) {
    return new Node.Text(reading.restored(name, value), reading.origin(slot, name));
  }

  private void part(Slot slot, String path, Node node) {
    FlatTree tree = parts.get(slot);
    if (tree == null) {
      tree = new FlatTree(node.origin());
      parts.put(slot, tree);
    }
    tree.put(path, node);
  }

  private void files(Map<Slot, String> files, TreeSource source) {
    for (Map.Entry<Slot, String> file : files.entrySet()) {
      Slot slot = file.getKey();
      Origin origin = reading.fileOrigin(slot.env + FILE);
      Node present = layer.at(slot);
      if (present != null) {
        problems.add(new Problem(
            Problem.Code.DUPLICATE,
            slot.path,
            slot.env + " and " + slot.env + FILE + " are both set",
            List.of(present.origin(), origin),
            "unset one of them"));
        layer.set(slot, new Node.Faulty(origin));
      } else if (file.getValue().isEmpty()) {
        problems.add(new Problem(
            Problem.Code.EMPTY,
            slot.path,
            "set but empty: expected the path of a file",
            List.of(origin),
            ""));
        layer.set(slot, new Node.Faulty(origin));
      } else {
        source.put(
            slot, reading.file(slot, origin, reading.restored(slot.env + FILE, file.getValue())));
      }
    }
  }

  /** {@code HOSTS_0}, {@code SERVERS_1_URL}, {@code LABELS__KEY}. */
  private boolean isPart(String name, String value, Layer lower) {
    for (Slot slot : layout.withParts) {
      if (name.startsWith(slot.env)
          && name.length() > slot.env.length()
          && name.charAt(slot.env.length()) == '_') {
        String rest = name.substring(slot.env.length());
        String path;
        if (slot.shape() instanceof Shape.Keyed keyed) {
          if (!rest.startsWith("__")) {
            continue;
          }
          path = keyed(keyed, rest, lower.at(slot));
          if (path == null) {
            Origin origin = reading.origin(slot, name);
            problems.add(new Problem(
                Problem.Code.UNKNOWN,
                slot.path,
                "cannot recover the key from the name " + name,
                List.of(origin),
                "use the inline form " + slot.env + "=key=value"));
            return true;
          }
        } else {
          path = below(slot.shape(), rest);
        }
        if (path != null) {
          if (!emptyIsUnset || !value.isEmpty()) {
            part(
                slot,
                path,
                new Node.Text(reading.restored(name, value), reading.origin(slot, name)));
          }
          return true;
        }
      }
    }
    return false;
  }

  /** The path below a map for {@code __KEY} or {@code __KEY__LEAF}; null when the key stays unknown. */
  private @Nullable String keyed(Shape.Keyed keyed, String rest, @Nullable Node lower) {
    int end = rest.indexOf("__", 2);
    String written = end < 0 ? rest.substring(2) : rest.substring(2, end);
    String tail = end < 0 ? "" : rest.substring(end + 1);
    String key = null;
    if (keyed.key().kind() == Kind.INT || keyed.key().kind() == Kind.LONG) {
      key = Names.indexEnd(written, 0) == written.length() ? written : null;
    } else if (keyed.key().kind() == Kind.ENUM) {
      for (String constant : keyed.key().constants()) {
        key = Names.env(constant).equals(written) ? keyed.canonical(constant) : key;
      }
    } else if (lower instanceof Node.Obj declared) {
      for (String known : declared.members().keySet()) {
        if (Names.env(known).equals(written)) {
          if (key != null) {
            return null; // two keys read alike as variables
          }
          key = known;
        }
      }
    }
    String below = key == null ? null : below(keyed.value(), tail);
    return below == null
        ? null
        : Names.join(key == null ? "" : key, '.', below).replaceFirst("\\.$", "");
  }

  /** The path below a value of this shape that the rest of a variable's name spells; null for none. */
  private @Nullable String below(Shape shape, String rest) {
    if (rest.isEmpty()) {
      return shape instanceof Shape.Group ? null : "";
    }
    if (shape instanceof Shape.Many many) {
      int end = Names.indexEnd(rest, 1);
      String path = end < 0 ? null : below(many.element(), rest.substring(end));
      return path == null
          ? null
          : path.isEmpty() ? rest.substring(1, end) : rest.substring(1, end) + "." + path;
    }
    if (shape instanceof Shape.Keyed keyed && rest.startsWith("__")) {
      return keyed(keyed, rest, null);
    }
    if (!(shape instanceof Shape.Group group) || rest.length() < 2) {
      return null;
    }
    Layout inner = elements.computeIfAbsent(group, g -> Layout.ofElement(g, "", ""));
    String name = rest.substring(1);
    Slot leaf = inner.byEnv.get(name);
    if (leaf != null) {
      return leaf.path;
    }
    for (Slot slot : inner.withParts) {
      if (name.startsWith(slot.env + "_")) {
        String path = below(slot.shape(), name.substring(slot.env.length()));
        if (path != null) {
          return slot.path + "." + path;
        }
      }
    }
    return null;
  }

  private boolean isFormer(String name, String value) {
    Slot heir = layout.formerEnvs.get(name);
    if (heir == null) {
      return false;
    }
    formers.add(new Former(heir, name, text(heir, name, value), layer));
    return true;
  }

  private void unknown(Map.Entry<String, String> variable, String below) {
    boolean ours = !below.isEmpty() || belongsToRecord(variable.getKey());
    if (!ours) {
      strangers.add(variable);
    } else if (!ServiceLinks.isLink(variable.getKey(), variable.getValue())) {
      problems.add(Hints.unknownVariable(
          layout, variable.getKey(), reading.origin(null, variable.getKey())));
    }
  }

  private boolean belongsToRecord(String name) {
    for (Slot slot : layout.top) {
      if (!slot.isLeaf()
          && name.length() > slot.env.length()
          && name.charAt(slot.env.length()) == '_'
          && name.startsWith(slot.env)) {
        return true;
      }
    }
    return false;
  }

  /** Variables that are not ours but look as if they were meant to be. */
  private void strangers() {
    var suspects = new Suspects(layout);
    Set<String> set = new HashSet<>();
    for (Slot slot : layout.slots) {
      if (layer.at(slot) != null) {
        set.add(slot.env);
      }
    }
    for (Map.Entry<String, String> stranger : strangers) {
      String name = stranger.getKey();
      if (!suspects.worthALook(name)) {
        continue;
      }
      Slot meant = suspects.spelling(name);
      boolean misspelled = meant != null;
      if (meant == null && layout.env.isEmpty()) {
        meant = suspects.nearUnset(name, set);
      }
      if (meant != null && !ServiceLinks.isLink(name, stranger.getValue())) {
        boolean error = strict || !layout.env.isEmpty();
        (error ? problems : warnings)
            .add(new Problem(
                misspelled ? Problem.Code.SPELLING : Problem.Code.UNKNOWN,
                meant.path,
                "not a setting",
                List.of(reading.origin(meant, name)),
                misspelled ? "set " + meant.env : "did you mean " + meant.env + "?"));
      }
    }
  }
}
