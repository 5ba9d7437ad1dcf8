package cnkit.config.schema;

import cnkit.config.Conversion;
import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.Rotating;
import cnkit.config.Secret;
import cnkit.config.text.Names;
import cnkit.config.text.ServiceLinks;
import cnkit.config.text.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns what a source holds for one leaf into its value, or into problems. */
public final class Values {
  private final Types types;
  private final List<Problem> problems;

  /** Former names inside the elements of lists and maps have nowhere to be migrated from. */
  private final List<Former> formers = new ArrayList<>(0);

  public Values(Types types, List<Problem> problems) {
    this.types = types;
    this.problems = problems;
  }

  /** The value of a leaf that is set; {@link Types#FAILED} after a problem. */
  Object leaf(Slot slot, Node node) {
    Shape.Field field = slot.field;
    if (field.optional()) {
      if (node instanceof Node.Nil || Node.isEmpty(field.shape(), node)) {
        return Optional.empty();
      }
      Object value = value(slot, field.shape(), node, slot.path);
      return value == Types.FAILED ? value : Optional.of(value);
    }
    return value(slot, field.shape(), node, slot.path);
  }

  /** The value of a leaf without the Optional around it. */
  public Object part(Slot slot, Node node) {
    return value(slot, slot.shape(), node, slot.path);
  }

  private Object value(Slot slot, Shape shape, Node node, String path) {
    if (shape instanceof Shape.Scalar scalar && node instanceof Node.Text text) {
      return scalar(slot, scalar, text.text(), node, path);
    }
    if (node instanceof Node.Faulty) {
      return Types.FAILED;
    }
    if (shape instanceof Shape.Scalar scalar) {
      return scalar(slot, scalar, node, path);
    }
    if (node instanceof Node.Nil) {
      String remedy =
          shape instanceof Shape.Many ? "write []" : shape instanceof Shape.Keyed ? "write {}" : "";
      return bad(Problem.Code.NULL, path, "null: expected " + shape.describe(), node, remedy);
    }
    if (shape instanceof Shape.Many many) {
      return many(slot, many, node, path);
    }
    if (shape instanceof Shape.Keyed keyed) {
      return keyed(slot, keyed, node, path);
    }
    return element(slot, (Shape.Group) shape, node, path);
  }

  private Object scalar(Slot slot, Shape.Scalar scalar, Node node, String path) {
    if (node instanceof Node.Nil) {
      return bad(Problem.Code.NULL, path, "null: expected " + expected(scalar, slot), node, "");
    }
    if (node instanceof Node.Bytes bytes && scalar.kind() == Kind.BYTES) {
      return checked(slot, scalar, bytes.content().clone(), null, node, path);
    }
    String text = Node.text(node);
    if (text == null) {
      return node instanceof Node.Bytes
          ? bad(Problem.Code.ENCODING, path, "expected UTF-8 text, found other bytes", node, "")
          : bad(
              Problem.Code.TYPE,
              path,
              "expected " + expected(scalar, slot) + ", found "
                  + (node instanceof Node.Arr ? "a list" : "an object"),
              node,
              "");
    }
    return scalar(slot, scalar, text, node, path);
  }

  private Object scalar(Slot slot, Shape.Scalar scalar, String text, Node node, String path) {
    if (text.isEmpty() && scalar.kind() != Kind.BYTES) {
      boolean allowed = scalar.kind() == Kind.STRING && slot.field.rules().allowBlank();
      if (!allowed) {
        return bad(
            Problem.Code.EMPTY,
            path,
            "set but empty: expected " + expected(scalar, slot),
            node,
            emptyRemedy(scalar, node));
      }
    } else if (text.indexOf('\uFFFD') >= 0) {
      return bad(
          Problem.Code.ENCODING,
          path,
          "holds U+FFFD: the text was destroyed before it reached us, as by a JVM without a UTF-8 locale",
          node,
          "set LC_ALL=C.UTF-8");
    }
    Conversion<?> conversion = scalar.kind() == Kind.CUSTOM
        ? types.custom(scalar.type(), text)
        : Converters.convert(scalar, text);
    Object value = conversion.value().orElse(null);
    if (value == null) {
      if (!scalar.secret() && isServiceLink(slot, node, text)) {
        return bad(
            Problem.Code.SERVICE_LINK,
            path,
            Text.quoted(text) + " is a Kubernetes service link, expected " + expected(scalar, slot),
            node,
            "set enableServiceLinks: false in the pod, or use another prefix");
      }
      String range = slot.checks.range;
      boolean bounded = !range.isEmpty()
          && scalar.kind() != Kind.HOST_PORT
          && conversion.expected().equals(scalar.kind().expected);
      return bad(
          Problem.Code.TYPE,
          path,
          shown(scalar, text) + ": expected " + conversion.expected()
              + (bounded ? " " + range : ""),
          node,
          scalar.secret() ? "" : conversion.hint());
    }
    boolean isConstant = scalar.kind() == Kind.ENUM
        && !scalar.type().isEmpty(); // a selector has no type, only names
    return checked(
        slot,
        scalar,
        isConstant ? types.constant(scalar.type(), (String) value) : value,
        text,
        node,
        path);
  }

  private Object checked(
      Slot slot, Shape.Scalar scalar, Object value, @Nullable String text, Node node, String path) {
    Checks checks = slot.checks;
    if (checks != Checks.NONE) {
      String given = text == null ? "" : text;
      String expected = checks.outOfRange(scalar.kind(), value);
      if (expected != null) {
        return unexpected(Problem.Code.RANGE, scalar, given, expected, node, path);
      }
      expected = text == null ? null : checks.mismatch(text);
      if (expected != null) {
        return unexpected(Problem.Code.PATTERN, scalar, given, expected, node, path);
      }
      expected = slot.field.shape() instanceof Shape.Scalar ? checks.missized(value) : null;
      if (expected != null) {
        return unexpected(Problem.Code.SIZE, scalar, given, expected, node, path);
      }
    }
    Object made = scalar.secret() ? Secret.of(value) : value;
    if (!scalar.rotating()) {
      return made;
    }
    return node instanceof Node.Bytes bytes ? types.rotating(slot, bytes, made) : Rotating.of(made);
  }

  private Object unexpected(
      Problem.Code code,
      Shape.Scalar scalar,
      String text,
      String expected,
      Node node,
      String path) {
    return bad(code, path, shown(scalar, text) + ": expected " + expected, node, "");
  }

  private static String shown(Shape.Scalar scalar, String text) {
    return scalar.secret() ? "***" : scalar.kind() == Kind.BYTES ? "(bytes)" : Text.quoted(text);
  }

  /** Completes "expected …" for a value of this type under this component's rules. */
  static String expected(Shape.Scalar scalar, Slot slot) {
    if (scalar.kind() == Kind.ENUM) {
      return "one of " + String.join(", ", scalar.constants());
    }
    if (scalar.kind() == Kind.CUSTOM) {
      return "a value";
    }
    String range = slot.checks.range;
    return range.isEmpty() || scalar.kind() == Kind.HOST_PORT
        ? scalar.kind().expected
        : scalar.kind().expected + " " + range;
  }

  private static String emptyRemedy(Shape.Scalar scalar, Node node) {
    if (node.origin().channel() == Origin.Channel.ENVIRONMENT) {
      return "set it, or unset " + node.origin().name();
    }
    return scalar.kind() == Kind.STRING ? "set it, or leave it out" : "";
  }

  private static boolean isServiceLink(Slot slot, Node node, String text) {
    return node.origin().channel() == Origin.Channel.ENVIRONMENT
        && (slot.env.endsWith("_PORT") || slot.env.equals("PORT"))
        && ServiceLinks.isAddress(text);
  }

  private Object many(Slot slot, Shape.Many many, Node node, String path) {
    List<Node> items = items(many, node);
    if (items == null) {
      return bad(
          node instanceof Node.Bytes ? Problem.Code.ENCODING : Problem.Code.TYPE,
          path,
          node instanceof Node.Bytes
              ? "expected UTF-8 text, found other bytes"
              : "expected a " + many.describe() + ", found "
                  + (Node.text(node) == null ? "an object" : "text"),
          node,
          "");
    }
    var values = new ArrayList<Object>(items.size());
    boolean failed = false;
    for (int i = 0; i < items.size(); i++) {
      String at = path + "." + i;
      Object value = value(slot, many.element(), items.get(i), at);
      if (value == Types.FAILED) {
        failed = true;
      } else if (many.distinct() && values.contains(value)) {
        bad(Problem.Code.DUPLICATE, at, "repeats an element before it", items.get(i), "remove it");
        failed = true;
      } else {
        values.add(value);
      }
    }
    if (failed) {
      return Types.FAILED;
    }
    Object result = many.distinct()
        ? Collections.unmodifiableSet(new LinkedHashSet<>(values))
        : Collections.unmodifiableList(values);
    return sized(slot, many, result, node, path);
  }

  private Object sized(Slot slot, Shape shape, Object value, Node node, String path) {
    String expected = slot.field.shape() == shape ? slot.checks.missized(value) : null;
    return expected == null
        ? value
        : bad(Problem.Code.SIZE, path, "expected " + expected, node, "");
  }

  /** The elements of a list node, or of a text with commas; null when it is neither. */
  private static @Nullable List<Node> items(Shape.Many many, Node node) {
    if (node instanceof Node.Arr list) {
      return list.items();
    }
    if (Node.isEmpty(many, node)) {
      return List.of();
    }
    return many.element() instanceof Shape.Scalar && Node.text(node) != null
        ? Node.split(node)
        : null;
  }

  private Object keyed(Slot slot, Shape.Keyed keyed, Node node, String path) {
    if (!(node instanceof Node.Obj object)) {
      return bad(
          Problem.Code.TYPE,
          path,
          "expected a " + keyed.describe() + ", found "
              + (node instanceof Node.Arr ? "a list" : "other data"),
          node,
          "");
    }
    var values = new LinkedHashMap<Object, Object>();
    boolean failed = false;
    for (Map.Entry<String, Node> member : object.members().entrySet()) {
      String at = path + "." + member.getKey();
      Object key = key(keyed.key(), member.getKey(), member.getValue(), at);
      Object value = value(slot, keyed.value(), member.getValue(), at);
      if (key == Types.FAILED || value == Types.FAILED) {
        failed = true;
      } else if (values.put(key, value) != null) {
        bad(
            Problem.Code.DUPLICATE,
            at,
            "the key is there twice in different spellings",
            member.getValue(),
            "remove one");
        failed = true;
      }
    }
    return failed
        ? Types.FAILED
        : sized(slot, keyed, Collections.unmodifiableMap(values), node, path);
  }

  private Object key(Shape.Scalar scalar, String text, Node node, String path) {
    if (text.isEmpty() && scalar.kind() != Kind.STRING) {
      return bad(Problem.Code.EMPTY, path, "the key is empty", node, "");
    }
    Conversion<?> key = Converters.convert(scalar, text);
    Object value = key.value().orElse(null);
    if (value == null) {
      return bad(
          Problem.Code.TYPE,
          path,
          "the key " + Text.quoted(text) + ": expected " + key.expected(),
          node,
          key.hint());
    }
    return scalar.kind() == Kind.ENUM ? types.constant(scalar.type(), (String) value) : value;
  }

  /** A record inside a list or map: a small configuration of its own. */
  private Object element(Slot slot, Shape.Group group, Node node, String path) {
    String env = slot.env + "_" + Names.env(path.substring(slot.path.length() + 1));
    Layout layout = Layout.ofElement(group, path, env, node.origin().channel());
    var layer = new Layer(layout);
    if (!(node instanceof Node.Obj object)) {
      return bad(
          Problem.Code.TYPE,
          path,
          "expected an object, found " + (node instanceof Node.Arr ? "a list" : "text"),
          node,
          "");
    }
    new TreeSource(layout, layer, problems, formers).fill(object);
    Layer effective = Layer.merge(layout, layer, Defaults.of(layout));
    return new Binder(layout, effective, this, types, problems).root();
  }

  private Object bad(Problem.Code code, String path, String message, Node node, String remedy) {
    problems.add(new Problem(code, path, message, List.of(node.origin()), remedy));
    return Types.FAILED;
  }
}
