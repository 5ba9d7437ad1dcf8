package cnkit.config.show;

import cnkit.config.Explanation;
import cnkit.config.ReloadEvent;
import cnkit.config.schema.Kind;
import cnkit.config.schema.Layer;
import cnkit.config.schema.Layout;
import cnkit.config.schema.Node;
import cnkit.config.schema.Shape;
import cnkit.config.schema.Slot;
import cnkit.config.text.Text;
import cnkit.core.internal.JsonWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tells what is in effect and where it came from, without what must not be seen. */
public final class Effective {
  private static final String REDACTED = "***";

  private final Layout layout;

  /** Lowest first, defaults included. */
  private final List<Layer> layers;

  private final Layer merged;

  public Effective(Layout layout, List<Layer> layers, Layer merged) {
    this.layout = layout;
    this.layers = layers;
    this.merged = merged;
  }

  /** The winner of a setting and all that it shadows. */
  public Explanation explain(String path) {
    Slot slot = layout.byPath.get(path);
    if (slot == null || !slot.isLeaf()) {
      throw new IllegalArgumentException("no setting has the path " + Text.quoted(path));
    }
    var candidates = new ArrayList<Explanation.Candidate>();
    for (int i = layers.size() - 1; i >= 0; i--) {
      Node node = layers.get(i).at(slot);
      if (node != null) {
        candidates.add(new Explanation.Candidate(shown(slot.shape(), node), node.origin()));
      }
      // an object that is null in a file hides everything below it
      for (Slot parent = slot.parent; node == null && parent != null; parent = parent.parent) {
        node = layers.get(i).at(parent);
        if (node instanceof Node.Nil) {
          candidates.add(new Explanation.Candidate("null", node.origin()));
        } else {
          node = null;
        }
      }
    }
    return new Explanation(path, candidates);
  }

  /** All settings, one a line. */
  public String dump() {
    var text = new StringBuilder();
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        Node node = merged.at(slot);
        text.append(slot.path).append(" = ");
        if (node == null) {
          text.append("(not set)");
        } else {
          text.append(shown(slot.shape(), node))
              .append("  (")
              .append(node.origin())
              .append(')');
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  /** Writes all settings as an array. */
  public void writeTo(JsonWriter json) {
    json.beginArray();
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        Node node = merged.at(slot);
        json.beginObject().field("path", slot.path).field("variable", slot.env).name("value");
        if (node == null || node instanceof Node.Nil) {
          json.raw("null");
        } else {
          json.value(shown(slot.shape(), node));
        }
        json.field("origin", node == null ? "unset" : node.origin().toString());
        json.field("secret", slot.isSecret()).endObject();
      }
    }
    json.endArray();
  }

  /** Equal for equal texts wherever they stand; secrets are left out. */
  public String fingerprint() {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
    for (Slot slot : layout.slots) {
      if (slot.isLeaf()) {
        String line = slot.path + "\0" + value(merged.at(slot), slot.shape(), false) + "\0";
        digest.update(line.getBytes(StandardCharsets.UTF_8));
      }
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  /** What differs between two configurations of one schema. */
  public static List<ReloadEvent.Change> changes(Layout layout, Layer before, Layer after) {
    var changes = new ArrayList<ReloadEvent.Change>();
    for (Slot slot : layout.slots) {
      ReloadEvent.Change change = change(slot, before.at(slot), after.at(slot));
      if (change != null) {
        changes.add(change);
      }
    }
    return changes;
  }

  public static ReloadEvent.@Nullable Change change(
      Slot slot, @Nullable Node before, @Nullable Node after) {
    Node place = after == null ? before : after;
    if (!slot.isLeaf() || place == null || Node.same(before, after)) {
      return null;
    }
    return new ReloadEvent.Change(
        slot.path,
        value(before, slot.shape(), true),
        value(after, slot.shape(), true),
        place.origin());
  }

  private static String value(@Nullable Node node, Shape shape, boolean brief) {
    if (node == null) {
      return "(not set)";
    }
    return brief ? shown(shape, node) : full(shape, node);
  }

  /** A node as text in full, without secrets: not for people. */
  private static String full(Shape shape, Node node) {
    if (shape.isSecret()) {
      return REDACTED;
    }
    if (node instanceof Node.Arr list) {
      var items = new StringBuilder("[");
      for (Node item : list.items()) {
        items
            .append(full(shape instanceof Shape.Many many ? many.element() : shape, item))
            .append('\0');
      }
      return items.append(']').toString();
    }
    if (node instanceof Node.Bytes bytes && Node.text(node) == null) {
      return HexFormat.of().formatHex(bytes.content());
    }
    String text = node instanceof Node.Obj ? null : Node.text(node);
    return text == null ? shown(shape, node) : text;
  }

  /** A node as text, without what must not be seen. */
  private static String shown(Shape shape, Node node) {
    if (node instanceof Node.Nil) {
      return "null";
    }
    if (node instanceof Node.Obj object) {
      var entries = new TreeMap<String, String>();
      for (Map.Entry<String, Node> member : object.members().entrySet()) {
        entries.put(
            Text.shown(member.getKey()), shown(part(shape, member.getKey()), member.getValue()));
      }
      return entries.toString();
    }
    if (shape.isSecret()) {
      return REDACTED;
    }
    if (node instanceof Node.Arr list) {
      var items = new ArrayList<String>();
      for (Node item : list.items()) {
        items.add(shown(shape instanceof Shape.Many many ? many.element() : shape, item));
      }
      return items.toString();
    }
    String text = Node.text(node);
    if (text == null) {
      return node instanceof Node.Bytes bytes ? bytes.content().length + " bytes" : "(refused)";
    }
    return Text.shown(text);
  }

  /** The shape below a key; what the schema does not know there is shown as a secret would be. */
  private static Shape part(Shape shape, String key) {
    if (shape instanceof Shape.Keyed keyed) {
      return keyed.value();
    }
    if (shape instanceof Shape.Group group) {
      for (Shape.Field field : group.fields()) {
        if (field.key().equals(key)) {
          return field.shape();
        }
      }
    }
    return new Shape.Scalar(Kind.STRING, Kind.STRING.type, List.of(), true, false);
  }
}
