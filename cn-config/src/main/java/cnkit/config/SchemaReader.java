package cnkit.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the schema of a record by reflection. What it cannot use it leaves as {@link Shape.Unsupported}. */
final class SchemaReader {
  private final Set<String> custom;
  private final Map<String, Class<?>> types;
  private final Deque<Class<?>> open = new ArrayDeque<>();

  /**
   * @param custom names of the types that have a converter of the application's
   * @param types receives every class that binding will need, by its binary name
   */
  SchemaReader(Set<String> custom, Map<String, Class<?>> types) {
    this.custom = custom;
    this.types = types;
  }

  Shape.Group group(Class<?> type) {
    types.put(type.getName(), type);
    open.push(type);
    RecordComponent[] components = type.getRecordComponents();
    var fields = new ArrayList<Shape.Field>(components.length);
    for (RecordComponent component : components) {
      fields.add(field(component));
    }
    open.pop();
    Doc doc = type.getAnnotation(Doc.class);
    ExactlyOneOf exclusive = type.getAnnotation(ExactlyOneOf.class);
    return new Shape.Group(
        type.getName(),
        doc == null ? "" : doc.value(),
        fields,
        exclusive == null ? List.of() : List.of(exclusive.value()));
  }

  private Shape.Field field(RecordComponent component) {
    Type type = component.getGenericType();
    boolean optional = false;
    if (type instanceof ParameterizedType generic
        && generic.getRawType() == java.util.Optional.class) {
      optional = true;
      type = generic.getActualTypeArguments()[0];
    }
    String key = null;
    String fallback = null;
    String doc = "";
    String range = "";
    String size = "";
    String matches = "";
    boolean allowBlank = false;
    String formerly = "";
    String until = "";
    List<String> requiredWith = List.of();
    String requiredIfKey = "";
    String requiredIfValue = "";
    boolean restartOnly = false;
    for (Annotation annotation : component.getAnnotations()) {
      if (annotation instanceof Key given) {
        key = given.value();
      } else if (annotation instanceof Default given) {
        fallback = given.value();
      } else if (annotation instanceof Doc given) {
        doc = given.value();
      } else if (annotation instanceof Range given) {
        range = given.value();
      } else if (annotation instanceof Size given) {
        size = given.value();
      } else if (annotation instanceof Matches given) {
        matches = given.value();
      } else if (annotation instanceof AllowBlank) {
        allowBlank = true;
      } else if (annotation instanceof Formerly given) {
        formerly = given.value();
        until = given.until();
      } else if (annotation instanceof RequiredWith given) {
        requiredWith = List.of(given.value());
      } else if (annotation instanceof RequiredIf given) {
        requiredIfKey = given.key();
        requiredIfValue = given.is();
      } else if (annotation instanceof RestartOnly) {
        restartOnly = true;
      }
    }
    return new Shape.Field(
        component.getName(),
        key == null ? Names.key(component.getName()) : key,
        shape(type),
        optional,
        fallback,
        doc,
        new Shape.Rules(
            range,
            size,
            matches,
            allowBlank,
            formerly,
            until,
            requiredWith,
            requiredIfKey,
            requiredIfValue,
            restartOnly));
  }

  private Shape shape(Type type) {
    if (type instanceof Class<?> plain) {
      return plain(plain);
    }
    if (type instanceof ParameterizedType generic) {
      return generic((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
    }
    return new Shape.Unsupported(type.getTypeName(), "expected a concrete type");
  }

  private Shape plain(Class<?> type) {
    if (custom.contains(type.getName())) {
      types.put(type.getName(), type);
      return new Shape.Scalar(Kind.CUSTOM, type.getName(), List.of(), false, false);
    }
    Kind kind = Kind.of(type.getTypeName());
    if (kind != null) {
      return Shape.Scalar.of(kind);
    }
    if (type.isEnum()) {
      types.put(type.getName(), type);
      var constants = new ArrayList<String>();
      for (Object constant : type.getEnumConstants()) {
        constants.add(((Enum<?>) constant).name());
      }
      return new Shape.Scalar(Kind.ENUM, type.getName(), constants, false, false);
    }
    if (type.isRecord()) {
      if (type.getTypeParameters().length > 0) {
        return new Shape.Unsupported(type.getTypeName(), "a generic record cannot be a schema");
      }
      return open.contains(type)
          ? new Shape.Unsupported(type.getTypeName(), "a record cannot contain itself")
          : group(type);
    }
    if (type.isInterface() && type.isSealed()) {
      return choice(type);
    }
    String reason = Unfit.reason(type.getTypeName(), type.isArray(), type.isInterface());
    if (!reason.isEmpty()) {
      return new Shape.Unsupported(type.getTypeName(), reason);
    }
    types.put(type.getName(), type);
    return new Shape.Scalar(Kind.CUSTOM, type.getName(), List.of(), false, false);
  }

  private Shape choice(Class<?> type) {
    var variants = new ArrayList<Shape.Variant>();
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (!permitted.isRecord() || open.contains(permitted)) {
        return new Shape.Unsupported(
            type.getTypeName(), "a sealed interface must permit records only");
      }
      variants.add(
          new Shape.Variant(selector(permitted, permitted.getSimpleName()), group(permitted)));
    }
    Discriminator discriminator = type.getAnnotation(Discriminator.class);
    return new Shape.Choice(
        type.getName(), discriminator == null ? "type" : discriminator.value(), variants);
  }

  private static String selector(AnnotatedElement type, String simpleName) {
    Key key = type.getAnnotation(Key.class);
    return key == null ? Names.key(simpleName) : key.value();
  }

  private Shape generic(Class<?> raw, Type[] arguments) {
    return switch (raw.getName()) {
      case "java.util.List" -> new Shape.Many(Unfit.part(shape(arguments[0])), false);
      case "java.util.Set" -> new Shape.Many(Unfit.part(shape(arguments[0])), true);
      case "java.util.Map" -> Unfit.map(shape(arguments[0]), Unfit.part(shape(arguments[1])));
      case "cnkit.config.Secret" -> Unfit.secret(shape(arguments[0]));
      case "cnkit.config.Rotating" -> Unfit.rotating(shape(arguments[0]));
      case "java.util.Optional" ->
        new Shape.Unsupported(raw.getName(), "Optional must be the component's own type");
      default -> new Shape.Unsupported(raw.getName(), "a generic type cannot be a setting");
    };
  }
}
