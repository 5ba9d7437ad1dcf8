package cnkit.config;

/** Which types cannot be settings, and why: one answer for reflection and for the annotation processor. */
@Pure
final class Unfit {
  private Unfit() {}

  /** Why a class that is nothing else to us cannot be converted by anybody; empty when a converter could. */
  static String reason(String type, boolean array, boolean isInterface) {
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

  static Shape map(Shape key, Shape value) {
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

  static Shape secret(Shape inner) {
    if (inner instanceof Shape.Scalar scalar && !scalar.secret() && !scalar.rotating()) {
      return new Shape.Scalar(scalar.kind(), scalar.type(), scalar.constants(), true, false);
    }
    return inner instanceof Shape.Unsupported
        ? inner
        : new Shape.Unsupported(
            "cnkit.config.Secret", "a secret holds one value, not a record, list or map");
  }

  static Shape rotating(Shape inner) {
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
  static Shape part(Shape shape) {
    return shape instanceof Shape.Scalar scalar && scalar.rotating()
        ? new Shape.Unsupported("cnkit.config.Rotating", "an element has no file that could rotate")
        : shape;
  }
}
