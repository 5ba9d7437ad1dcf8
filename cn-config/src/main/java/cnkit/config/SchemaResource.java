package cnkit.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

/*
 * The schema that the annotation processor left beside a record, used only while every class that
 * it was made from is still what it was. It is in META-INF, because a resource in a package of a
 * named module is hidden from us.
 */
final class SchemaResource {
  private static final String NOT_OF_OURS = "-";

  private SchemaResource() {}

  /**
   * The schema of a record; null when there is none, or none that fits.
   *
   * @param custom names of the types that have a converter of the application's
   * @param classes receives every class that binding will need, by its binary name
   */
  static Shape.@Nullable Group read(
      Class<?> type, Set<String> custom, Map<String, Class<?>> classes) {
    byte[] bytes = bytes(type, "/" + SchemaText.location(type.getName()));
    if (bytes == null) {
      return null;
    }
    try {
      var reader = new SchemaText.Reader(new String(bytes, StandardCharsets.UTF_8));
      List<SchemaText.Part> parts = reader.parts();
      if (parts == null || parts.isEmpty() || !parts.get(0).type().equals(type.getName())) {
        return null;
      }
      for (SchemaText.Part part : parts) {
        boolean plain = part.fingerprint().equals(NOT_OF_OURS);
        if (!plain && custom.contains(part.type())) {
          return null; // a converter makes one text of what the processor took for a record or an
          // enum
        }
        Class<?> present = part.type().equals(type.getName())
            ? type
            : Class.forName(part.type(), false, type.getClassLoader());
        if (!part.fingerprint().equals(fingerprint(present))) {
          return null;
        }
        classes.put(part.type(), present);
      }
      return reader.root();
    } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
      classes.clear(); // whatever is wrong with it, reflection knows better
      return null;
    }
  }

  /** What the processor wrote for a class that is neither record nor enum nor sealed interface. */
  private static String fingerprint(Class<?> type) {
    boolean choice = type.isInterface() && type.isSealed();
    if (!type.isRecord() && !type.isEnum() && !choice) {
      return NOT_OF_OURS;
    }
    if (type.isEnum()
        && type.getClassLoader() == null) { // of the JDK, whose class files are far away
      var print = new Fingerprint();
      for (Object constant : type.getEnumConstants()) {
        print.add(((Enum<?>) constant).name());
      }
      return print.toString();
    }
    String name = type.getName();
    byte[] classFile = bytes(type, name.substring(name.lastIndexOf('.') + 1) + ".class");
    return classFile == null ? "" : ClassBytes.fingerprint(classFile);
  }

  private static byte @Nullable [] bytes(Class<?> type, String name) {
    try (InputStream in = type.getResourceAsStream(name)) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      return null;
    }
  }
}
