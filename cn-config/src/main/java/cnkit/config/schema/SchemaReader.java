package cnkit.config.schema;

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
public final class SchemaReader {
  private final Set<String> custom;
  private final Map<String, Class<?>> types;
  private final Deque<Class<?>> open = new ArrayDeque<>();

  /**
   * @param custom names of the types that have a converter of the application's
   * @param types receives every class that binding will need, by its binary name
   */
  public SchemaReader(Set<String> custom, Map<String, Class<?>> types) {
    this.custom = custom;
    this.types = types;
  }

  public Shape.Group group(Class<?> type) {
    types.put(type.getName(), type);
    open.push(type);
    RecordComponent[] components = type.getRecordComponents();
    var fields = new ArrayList<Shape.Field>(components.length);
    for (RecordComponent component : components) {
      fields.add(field(component));
    }
    open.pop();
    return Declared.group(type.getName(), fields, type::getAnnotation);
  }

  private Shape.Field field(RecordComponent component) {
    Type type = component.getGenericType();
    boolean optional = false;
    if (type instanceof ParameterizedType generic
        && generic.getRawType() == java.util.Optional.class) {
      optional = true;
      type = generic.getActualTypeArguments()[0];
    }
    return Declared.field(component.getName(), shape(type), optional, component::getAnnotation);
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
      variants.add(new Shape.Variant(
          Declared.selector(permitted.getSimpleName(), permitted::getAnnotation),
          group(permitted)));
    }
    return Declared.choice(type.getName(), variants, type::getAnnotation);
  }

  private Shape generic(Class<?> raw, Type[] arguments) {
    var shapes = new ArrayList<Shape>(arguments.length);
    for (Type argument : arguments) {
      shapes.add(shape(argument));
    }
    return Unfit.generic(raw.getName(), shapes);
  }
}
