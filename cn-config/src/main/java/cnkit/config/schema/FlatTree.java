package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.core.internal.Pure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Grows a tree from dotted names. A name that is also the beginning of another one keeps its value
 * under the empty key, so that nothing is lost before somebody knows what the setting is.
 */
@Pure
public final class FlatTree {
  private final Map<String, Node> members = new LinkedHashMap<>();
  private final Origin origin;

  public FlatTree(Origin origin) {
    this.origin = origin;
  }

  /** Adds a value, unless the very name is taken: then the tree stays and the earlier value is returned. */
  @Nullable
  public Node put(String path, Node value) {
    Map<String, Node> at = members;
    int from = 0;
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
      at = below(at, path.substring(from, dot), value.origin());
      from = dot + 1;
    }
    String last = path.substring(from);
    Node present = at.get(last);
    if (present instanceof Node.Obj object) {
      return object.members().putIfAbsent("", value);
    }
    return at.putIfAbsent(last, value);
  }

  /** Replaces a value that is there. */
  public void replace(String path, Node value) {
    Map<String, Node> at = members;
    int from = 0;
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', from)) {
      at = below(at, path.substring(from, dot), value.origin());
      from = dot + 1;
    }
    String last = path.substring(from);
    if (at.get(last) instanceof Node.Obj object) {
      object.members().put("", value);
    } else {
      at.put(last, value);
    }
  }

  private static Map<String, Node> below(Map<String, Node> at, String key, Origin origin) {
    Node present = at.get(key);
    if (present instanceof Node.Obj object) {
      return object.members();
    }
    var created = new LinkedHashMap<String, Node>();
    if (present != null) {
      created.put("", present);
    }
    at.put(key, new Node.Obj(created, origin, false, true));
    return created;
  }

  public Node.Obj tree() {
    return new Node.Obj(members, origin, false, true);
  }

  public boolean isEmpty() {
    return members.isEmpty();
  }
}
