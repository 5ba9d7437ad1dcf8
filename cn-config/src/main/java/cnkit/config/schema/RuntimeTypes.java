package cnkit.config.schema;

import cnkit.config.Conversion;
import cnkit.config.Converter;
import cnkit.config.Rotating;
import cnkit.core.internal.Guarded;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The classes behind a schema, resolved once for a builder. */
public final class RuntimeTypes implements Types {
  private final MethodHandles.Lookup lookup;
  private final Map<String, Class<?>> classes;
  private final Map<String, Converter<?>> converters;

  private final Rotations rotations;
  /** A {@code Constructor} where reflection may call it, a {@code MethodHandle} of the lookup elsewhere. */
  private final Map<String, Object> constructors = new HashMap<>();

  RuntimeTypes(Schema.Application application, Map<String, Class<?>> classes) {
    this.lookup = application.lookup();
    this.converters = application.converters();
    this.rotations = application.rotations();
    this.classes = classes;
  }

  @Override
  public Conversion<?> custom(String type, String text) {
    Converter<?> converter = converters.get(type);
    if (converter == null) {
      return Conversion.bad("a type with a converter");
    }
    String simpleName = type.substring(Math.max(type.lastIndexOf('.'), type.lastIndexOf('$')) + 1);
    return Guarded.<Conversion<?>>get(() -> converter.convert(text))
        .or(Conversion.bad("a valid " + simpleName));
  }

  @Override
  @SuppressWarnings({"unchecked", "rawtypes"})
  public Object constant(String type, String name) {
    return Enum.valueOf((Class) type(type), name);
  }

  private Class<?> type(String name) {
    Class<?> known = classes.get(name);
    if (known == null) {
      throw new IllegalStateException("no class for " + name);
    }
    return known;
  }

  @Override
  public Object construct(Shape.Group group, Object[] arguments) throws InvocationTargetException {
    Object constructor = constructors.get(group.type());
    if (constructor == null) {
      constructor = constructor(group);
      constructors.put(group.type(), constructor);
    }
    try {
      return constructor instanceof Constructor<?> reflective
          ? reflective.newInstance(arguments)
          : ((MethodHandle) constructor).invokeWithArguments(arguments);
    } catch (InvocationTargetException e) {
      throw e;
    } catch (Throwable e) { // the record's own constructor, called through a handle
      throw new InvocationTargetException(e);
    }
  }

  @Override
  public Object rotating(Slot slot, Node.Bytes first, Object value) {
    return first.file().isEmpty()
        ? Rotating.of(value)
        : rotations.following(slot, first, value, this);
  }

  /** The canonical constructor, by its components; a record has exactly one with these types. */
  private Object constructor(Shape.Group group) {
    Class<?> type = type(group.type());
    Constructor<?>[] all = type.getDeclaredConstructors();
    Constructor<?> canonical = all[0];
    if (all.length > 1) {
      var components = type.getRecordComponents();
      var parameters = new Class<?>[components.length];
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] = components[i].getType();
      }
      for (Constructor<?> candidate : all) {
        if (List.of(candidate.getParameterTypes()).equals(List.of(parameters))) {
          canonical = candidate;
        }
      }
    }
    if (canonical.trySetAccessible()) {
      return canonical;
    }
    try {
      return lookup.unreflectConstructor(canonical);
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(
          "the lookup cannot call the constructor of " + group.type()
              + "; pass MethodHandles.lookup() of its module",
          e);
    }
  }
}
