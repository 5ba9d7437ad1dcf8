package cnkit.config.schema;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.CodeSource;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/*
 * The schema that the annotation processor left beside a record, used only while every class that
 * it was made from is still what it was. It is in META-INF, because a resource in a package of a
 * named module is hidden from us.
 */
public final class SchemaResource {
  private static final String NOT_OF_OURS = "-";

  private SchemaResource() {}

  /** Where a record's schema is, seen from the root of a class path. */
  public static String location(String type) {
    return "META-INF/cn-config/" + type + ".schema";
  }

  /**
   * The schema of a record; null when there is none, or none that fits.
   *
   * @param custom names of the types that have a converter of the application's
   * @param classes receives every class that binding will need, by its binary name
   */
  public static Shape.@Nullable Group read(
      Class<?> type, Set<String> custom, Map<String, Class<?>> classes) {
    byte[] bytes = bytes(type, "/" + location(type.getName()));
    if (bytes == null) {
      return null;
    }
    try {
      var reader = new SchemaText.Reader(new String(bytes, StandardCharsets.UTF_8));
      Map<String, String> parts = reader.parts();
      if (parts == null) {
        return null;
      }
      for (Map.Entry<String, String> part : parts.entrySet()) {
        String name = part.getKey();
        boolean plain = part.getValue().equals(NOT_OF_OURS);
        if (!plain && custom.contains(name)) {
          return null; // a converter makes one text of what the processor took for a record or an
          // enum
        }
        Class<?> present =
            name.equals(type.getName()) ? type : Class.forName(name, false, type.getClassLoader());
        if (!part.getValue().equals(fingerprint(present))) {
          return null;
        }
        classes.put(name, present);
      }
      Shape.Group root = reader.root();
      return root.type().equals(type.getName()) && parts.containsKey(root.type()) ? root : null;
    } catch (ClassNotFoundException | LinkageError | RuntimeException e) {
      classes.clear(); // whatever is wrong with it, reflection knows better
      return null;
    }
  }

  /** Whether one of the classes is none that we can convert by ourselves. */
  static boolean needsConverters(Map<String, Class<?>> classes) {
    for (Class<?> type : classes.values()) {
      if (isPlain(type)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPlain(Class<?> type) {
    return !type.isRecord() && !type.isEnum() && !(type.isInterface() && type.isSealed());
  }

  /** What the processor wrote for a class that is neither record nor enum nor sealed interface. */
  private static String fingerprint(Class<?> type) {
    if (isPlain(type)) {
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

  /**
   * A resource from where the class itself comes from. The class loader is asked only when that is
   * no directory and no jar: it would search the JDK and all that stands before on the class path.
   */
  private static byte @Nullable [] bytes(Class<?> type, String name) {
    String path =
        name.startsWith("/") ? name.substring(1) : type.getName().replace('.', '/') + ".class";
    try {
      CodeSource source = type.getProtectionDomain().getCodeSource();
      URL place = source == null ? null : source.getLocation();
      if (place != null && place.getProtocol().equals("file")) {
        File home = new File(place.getPath());
        if (home.isDirectory()) {
          File file = new File(home, path);
          return file.isFile() ? all(new FileInputStream(file)) : null;
        }
        if (home.isFile()) { // the loader has it open: its index is read already
          try (var jar = new ZipFile(home)) {
            ZipEntry entry = jar.getEntry(path);
            return entry == null ? null : all(jar.getInputStream(entry));
          }
        }
      }
      // also for a path that is escaped in its URL
      InputStream in = type.getResourceAsStream(name);
      return in == null ? null : all(in);
    } catch (IOException | SecurityException e) {
      return null;
    }
  }

  private static byte[] all(InputStream in) throws IOException {
    try (in) {
      return in.readAllBytes();
    }
  }
}
