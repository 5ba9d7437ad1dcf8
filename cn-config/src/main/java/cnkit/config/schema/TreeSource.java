package cnkit.config.schema;

import cnkit.config.Problem;
import cnkit.config.text.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lays a tree over the slots: finds each key's place, brings lists and maps into shape, names what has no place. */
public final class TreeSource {
  private static final Slot[] NO_SLOTS = {};

  private final Layout layout;
  private final Layer layer;
  private final List<Problem> problems;
  private final List<Former> formers;

  public TreeSource(Layout layout, Layer layer, List<Problem> problems, List<Former> formers) {
    this.layout = layout;
    this.layer = layer;
    this.problems = problems;
    this.formers = formers;
  }

  public void fill(Node.Obj tree) {
    if (!tree.flat()) {
      layer.place(null, tree.origin());
    }
    members(layout.top, layout.path, tree);
  }

  private void members(Slot[] children, String path, Node.Obj object) {
    for (Map.Entry<String, Node> member : object.members().entrySet()) {
      Slot slot = Slot.named(children, member.getKey());
      if (slot != null) {
        put(slot, member.getValue());
      } else {
        unplaced(children, path, member.getKey(), member.getValue());
      }
    }
  }

  /** Gives a slot its value, or each part of a record its own. */
  public void put(Slot slot, Node node) {
    if (slot.isLeaf()) {
      layer.set(slot, shaped(slot.shape(), node, slot.path));
    } else if (node instanceof Node.Obj object) {
      if (!object.flat()) {
        layer.place(slot, object.origin());
      }
      Node text = object.flat() ? object.members().remove("") : null;
      if (text != null) {
        layer.set(slot, text);
      }
      members(slot.children, slot.path, object);
    } else {
      layer.set(slot, node); // null, or something that the binder refuses
    }
  }

  /** Lists as lists and maps as entries, whichever form the source has; the rest as it is. */
  private Node shaped(Shape shape, Node node, String path) {
    if (shape instanceof Shape.Many many) {
      return node instanceof Node.Obj object && object.flat()
          ? list(many, object, path)
          : nested(many.element(), node, path);
    }
    if (shape instanceof Shape.Keyed keyed) {
      return entries(keyed, node, path);
    }
    if (shape instanceof Shape.Scalar && node instanceof Node.Obj object && object.flat()) {
      Node value = object.members().remove("");
      for (Map.Entry<String, Node> below : object.members().entrySet()) {
        problem(
            Problem.Code.UNKNOWN,
            path + "." + below.getKey(),
            "a single value has no parts",
            below.getValue(),
            "");
      }
      return value == null ? new Node.Faulty(object.origin()) : value;
    }
    return node;
  }

  private Node nested(Shape element, Node node, String path) {
    if (!(node instanceof Node.Arr list)
        || element instanceof Shape.Scalar
        || element instanceof Shape.Group) {
      return node;
    }
    var items = new ArrayList<Node>(list.items().size());
    for (int i = 0; i < list.items().size(); i++) {
      items.add(shaped(element, list.items().get(i), path + "." + i));
    }
    return new Node.Arr(items, list.origin());
  }

  /** {@code hosts.0}, {@code hosts.1}: numbered without a gap and without the whole list next to them. */
  private Node list(Shape.Many many, Node.Obj object, String path) {
    var numbered = new TreeMap<Integer, Node>();
    Node whole = null;
    boolean faulty = false;
    for (Map.Entry<String, Node> member : object.members().entrySet()) {
      String key = member.getKey();
      if (key.isEmpty()) {
        whole = member.getValue();
      } else if (Names.indexEnd(key, 0) == key.length()) {
        numbered.put(Integer.parseInt(key), member.getValue());
      } else {
        problem(
            Problem.Code.UNKNOWN,
            path + "." + key,
            "a list has numbered elements",
            member.getValue(),
            "write " + path + ".0");
        faulty = true;
      }
    }
    if (whole != null && !numbered.isEmpty()) {
      problems.add(new Problem(
          Problem.Code.DUPLICATE,
          path,
          "two forms of one list in one source",
          List.of(whole.origin(), numbered.firstEntry().getValue().origin()),
          "keep one of them"));
      faulty = true;
    }
    var items = new ArrayList<Node>(numbered.size());
    for (Map.Entry<Integer, Node> item : numbered.entrySet()) {
      if (item.getKey() != items.size()) {
        problem(
            Problem.Code.TYPE,
            path + "." + item.getKey(),
            "element " + items.size() + " is missing before it",
            item.getValue(),
            "number the elements from 0 without a gap");
        faulty = true;
        break;
      }
      items.add(shaped(many.element(), item.getValue(), path + "." + item.getKey()));
    }
    return faulty
        ? new Node.Faulty(object.origin())
        : whole != null ? whole : new Node.Arr(items, object.origin());
  }

  private Node entries(Shape.Keyed keyed, Node node, String path) {
    if (node instanceof Node.Obj object) {
      var members = new LinkedHashMap<String, Node>();
      boolean faulty = false;
      if (!object.flat()) {
        for (Map.Entry<String, Node> member : object.members().entrySet()) {
          String key = keyed.canonical(member.getKey());
          faulty |=
              !add(members, key, shaped(keyed.value(), member.getValue(), path + "." + key), path);
        }
        if (faulty) {
          return new Node.Faulty(object.origin());
        }
        return new Node.Obj(members, object.origin(), object.sole() || members.isEmpty(), false);
      }
      for (Map.Entry<String, Node> member : object.members().entrySet()) {
        if (member.getKey().isEmpty()) {
          Node whole = entries(keyed, member.getValue(), path);
          if (whole instanceof Node.Obj inline) {
            for (Map.Entry<String, Node> entry : inline.members().entrySet()) {
              faulty |= !add(members, entry.getKey(), entry.getValue(), path);
            }
          } else {
            faulty = true;
          }
        } else if (keyed.value() instanceof Shape.Scalar) {
          faulty |= !flatten(members, keyed.canonical(member.getKey()), member.getValue(), path);
        } else {
          String key = keyed.canonical(member.getKey());
          faulty |=
              !add(members, key, shaped(keyed.value(), member.getValue(), path + "." + key), path);
        }
      }
      return faulty ? new Node.Faulty(object.origin()) : Node.Obj.of(members, object.origin());
    }
    String text = Node.text(node);
    if (text == null) {
      return node;
    }
    return inline(keyed, text, node, path);
  }

  /** {@code k=v,l=w}; nothing is trimmed. The empty text is the map without entries. */
  private Node inline(Shape.Keyed keyed, String text, Node node, String path) {
    var members = new LinkedHashMap<String, Node>();
    boolean faulty = false;
    int from = 0;
    while (!text.isEmpty() && from <= text.length()) {
      int comma = text.indexOf(',', from);
      int end = comma < 0 ? text.length() : comma;
      int equals = text.indexOf('=', from);
      if (equals < 0 || equals >= end) {
        problem(Problem.Code.TYPE, path, "expected key=value,key=value", node, "");
        return new Node.Faulty(node.origin());
      }
      faulty |= !add(
          members,
          keyed.canonical(text.substring(from, equals)),
          new Node.Text(text.substring(equals + 1, end), node.origin()),
          path);
      from = end + 1;
    }
    return faulty
        ? new Node.Faulty(node.origin())
        : new Node.Obj(members, node.origin(), text.isEmpty(), false);
  }

  private boolean flatten(Map<String, Node> members, String key, Node node, String path) {
    if (!(node instanceof Node.Obj object)) {
      return add(members, key, node, path);
    }
    boolean fine = true;
    for (Map.Entry<String, Node> below : object.members().entrySet()) {
      fine &= flatten(
          members,
          below.getKey().isEmpty() ? key : key + "." + below.getKey(),
          below.getValue(),
          path);
    }
    return fine;
  }

  private boolean add(Map<String, Node> members, String key, Node value, String path) {
    Node present = members.putIfAbsent(key, value);
    if (present == null) {
      return true;
    }
    problems.add(new Problem(
        Problem.Code.DUPLICATE,
        path + "." + key,
        "the same key twice in one source",
        List.of(present.origin(), value.origin()),
        "remove one"));
    return false;
  }

  private void unplaced(Slot[] siblings, String path, String key, Node node) {
    String at = Names.join(path, '.', key);
    Slot heir = layout.formerPaths.get(at);
    if (heir != null) {
      formers.add(new Former(heir, at, shaped(heir.shape(), node, heir.path), layer));
      return;
    }
    if (node instanceof Node.Obj object && leadsToFormer(at + ".")) {
      members(NO_SLOTS, at, object);
      return;
    }
    Node found = first(node);
    problems.add(Hints.unknownKey(layout, siblings, at, key, found.origin()));
  }

  private boolean leadsToFormer(String prefix) {
    for (String former : layout.formerPaths.keySet()) {
      if (former.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }

  /** The place of something: of a text itself, of an object grown from names its first text's. */
  private static Node first(Node node) {
    Node at = node;
    while (at instanceof Node.Obj object && object.flat() && !object.members().isEmpty()) {
      at = object.members().values().iterator().next();
    }
    return at;
  }

  private void problem(Problem.Code code, String path, String message, Node node, String remedy) {
    problems.add(new Problem(code, path, message, List.of(node.origin()), remedy));
  }
}
