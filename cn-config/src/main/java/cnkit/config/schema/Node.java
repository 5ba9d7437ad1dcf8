package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.config.text.Utf8;
import cnkit.core.internal.Pure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * What a source holds, with the place of every part. The trees are our own because a JSON library's
 * have no positions.
 */
@Pure
public sealed interface Node {
  Origin origin();

  /** A text, or a number or boolean as it was written. */
  record Text(String text, Origin origin) implements Node {}

  /** The content of a file, decoded only when its setting asks for text; {@code file} is empty when it was given as a value. */
  @SuppressWarnings(
      "ArrayRecordComponent") // never compared, and copied before anybody outside sees it
  record Bytes(byte[] content, String file, Origin origin) implements Node {}

  /** An explicit null. */
  record Nil(Origin origin) implements Node {}

  /** A list. */
  record Arr(List<Node> items, Origin origin) implements Node {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /**
   * An object, or the entries of a map. When {@code sole}, nothing of a lower layer shows through
   * it; when {@code flat}, it grew from dotted names, where a dot may belong to a map's key.
   */
  record Obj(Map<String, Node> members, Origin origin, boolean sole, boolean flat) implements Node {
    public static Obj of(Map<String, Node> members, Origin origin) {
      return new Obj(members, origin, false, false);
    }
  }

  /** Something whose problem is already reported: it counts as set, and nobody complains again. */
  record Faulty(Origin origin) implements Node {}

  /** The higher of two values of one setting; objects merge by key, everything else replaces. */
  static Node merge(Node higher, Node lower) {
    if (higher instanceof Text || !(higher instanceof Obj above) || above.sole()) {
      return higher;
    }
    if (!(lower instanceof Obj below)) {
      return new Obj(above.members(), above.origin(), true, above.flat());
    }
    var merged = new LinkedHashMap<>(above.members());
    for (Map.Entry<String, Node> member : below.members().entrySet()) {
      Node present = merged.get(member.getKey());
      merged.put(
          member.getKey(), present == null ? member.getValue() : merge(present, member.getValue()));
    }
    return new Obj(merged, above.origin(), below.sole(), above.flat());
  }

  /** Whether two values say the same, wherever they stand. */
  static boolean same(@Nullable Node a, @Nullable Node b) {
    if (a == null || b == null) {
      return a == b;
    }
    if (a instanceof Text text && b instanceof Text other) {
      return text.text().equals(other.text());
    }
    if (a instanceof Bytes bytes && b instanceof Bytes other) {
      return Arrays.equals(bytes.content(), other.content());
    }
    if (a instanceof Arr list && b instanceof Arr other) {
      boolean same = list.items().size() == other.items().size();
      for (int i = 0; same && i < list.items().size(); i++) {
        same = same(list.items().get(i), other.items().get(i));
      }
      return same;
    }
    if (a instanceof Obj object && b instanceof Obj other) {
      boolean same = object.members().keySet().equals(other.members().keySet());
      for (Map.Entry<String, Node> member : object.members().entrySet()) {
        same = same && same(member.getValue(), other.members().get(member.getKey()));
      }
      return same;
    }
    return a instanceof Nil && b instanceof Nil;
  }

  static boolean isEmpty(Node node) {
    return (node instanceof Node.Text text && text.text().isEmpty())
        || (node instanceof Node.Bytes bytes && bytes.content().length == 0);
  }

  /** Empty for a value of this shape: a file's line break at the end is not part of a text. */
  static boolean isEmpty(Shape shape, Node node) {
    boolean bytes = shape instanceof Shape.Scalar scalar && scalar.kind() == Kind.BYTES;
    return isEmpty(node) || (!bytes && node instanceof Node.Bytes && "".equals(text(node)));
  }

  /** The text of a node; null when it is none, or bytes that are not UTF-8. */
  static @Nullable String text(Node node) {
    if (node instanceof Node.Text text) {
      return text.text();
    }
    if (node instanceof Node.Bytes bytes) {
      return decode(bytes.content());
    }
    return null;
  }

  /** The text of a file's bytes without one line break at the end; null when they are not UTF-8. */
  static @Nullable String decode(byte[] content) {
    int length = content.length;
    if (length > 0 && content[length - 1] == '\n') {
      length--;
      if (length > 0 && content[length - 1] == '\r') {
        length--;
      }
    }
    for (int i = 0; i < length; i++) {
      if (content[i] == 0) {
        return null; // valid UTF-8, but no text has it, and what reads it next would stop there
      }
    }
    return Utf8.strict(content, 0, length);
  }

  /** The elements of a list node, or of a text with commas; nothing is trimmed. */
  static List<Node> split(Node node) {
    if (node instanceof Node.Arr list) {
      return list.items();
    }
    String text = text(node);
    var items = new ArrayList<Node>();
    int from = 0;
    while (text != null && !text.isEmpty() && from <= text.length()) {
      int comma = text.indexOf(',', from);
      int end = comma < 0 ? text.length() : comma;
      items.add(new Node.Text(text.substring(from, end), node.origin()));
      from = end + 1;
    }
    return items;
  }
}
