package cnkit.config.schema;

import cnkit.core.internal.Pure;
import java.util.List;

/** Which types cannot be settings, and why: one answer for reflection and for the annotation processor. */
@Pure
public final class Unfit {
  private Unfit() {}

  /** Why a class that is nothing else to us cannot be converted by anybody; empty when a converter could. */
  public static String reason(String type, boolean array, boolean isInterface) {
    if (array) {
      return "use a List";
    }
    return switch (type) {
      case "java.util.List",
          "java.util.Set",
          "java.util.Map",
          "java.util.Optional",
          "cnkit.config.Secret",
          "cnkit.config.Rotating" -> "give it its type arguments";
      case "java.util.OptionalInt", "java.util.OptionalLong", "java.util.OptionalDouble" ->
        "use Optional<T>";
      case "java.util.Collection", "java.lang.Iterable" -> "use List or Set";
      case "java.net.URL" -> "use URI, which asks no name service";
      case "java.net.InetSocketAddress" -> "use HostPort, which is not resolved";
      case "java.io.File" -> "use Path";
      case "java.lang.Object" -> "expected a concrete type";
      default -> isInterface && type.startsWith("java.util.") ? "use List, Set or Map" : "";
    };
  }

  /** A generic type by its name and arguments. */
  public static Shape generic(String raw, List<Shape> arguments) {
    return switch (raw) {
      case "java.util.List" -> new Shape.Many(part(arguments.get(0)), false);
      case "java.util.Set" -> new Shape.Many(part(arguments.get(0)), true);
      case "java.util.Map" -> map(arguments.get(0), part(arguments.get(1)));
      case "cnkit.config.Secret" -> secret(arguments.get(0));
      case "cnkit.config.Rotating" -> rotating(arguments.get(0));
      case "java.util.Optional" ->
        new Shape.Unsupported(raw, "Optional must be the component's own type");
      default -> new Shape.Unsupported(raw, "a generic type cannot be a setting");
    };
  }

  private static Shape map(Shape key, Shape value) {
    if (key instanceof Shape.Scalar scalar && !scalar.secret()) {
      switch (scalar.kind()) {
        case STRING, INT, LONG, ENUM -> {
          return new Shape.Keyed(scalar, value);
        }
        default -> {}
      }
    }
    return new Shape.Unsupported("java.util.Map", "keys must be String, Integer, Long or an enum");
  }

  private static Shape secret(Shape inner) {
    if (inner instanceof Shape.Scalar scalar && !scalar.secret() && !scalar.rotating()) {
      return new Shape.Scalar(scalar.kind(), scalar.type(), scalar.constants(), true, false);
    }
    return inner instanceof Shape.Unsupported
        ? inner
        : new Shape.Unsupported(
            "cnkit.config.Secret", "a secret holds one value, not a record, list or map");
  }

  private static Shape rotating(Shape inner) {
    if (inner instanceof Shape.Scalar scalar && !scalar.rotating()) {
      return new Shape.Scalar(
          scalar.kind(), scalar.type(), scalar.constants(), scalar.secret(), true);
    }
    return inner instanceof Shape.Unsupported
        ? inner
        : new Shape.Unsupported(
            "cnkit.config.Rotating", "what rotates is one value, not a record, list or map");
  }

  /** An element of a list or map has no file of its own. */
  private static Shape part(Shape shape) {
    return shape instanceof Shape.Scalar scalar && scalar.rotating()
        ? new Shape.Unsupported("cnkit.config.Rotating", "an element has no file that could rotate")
        : shape;
  }
}
