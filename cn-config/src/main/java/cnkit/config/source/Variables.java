package cnkit.config.source;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.config.schema.Node;
import cnkit.config.schema.Origins;
import cnkit.config.schema.Slot;
import cnkit.config.text.Text;
import cnkit.config.text.Utf8;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How variables are read: those of this process, or given in their place. A file of them says itself where they stand. */
public class Variables {
  private final boolean process;
  private final boolean offline;
  private final Disk disk;
  private final List<Problem> problems;
  private @Nullable Map<String, String> exact;

  /**
   * @param offline whether a file that is not here may be where the variables are meant for
   */
  Variables(boolean process, boolean offline, Disk disk, List<Problem> problems) {
    this.process = process;
    this.offline = offline;
    this.disk = disk;
    this.problems = problems;
  }

  /** Where a variable stands. */
  Origin origin(@Nullable Slot slot, String name) {
    return slot != null && slot.env.equals(name) ? slot.envOrigin : Origins.env(name);
  }

  /** Where a variable stands that names a file. */
  Origin fileOrigin(String name) {
    return Origins.envFile(name);
  }

  /**
   * The true text of a value that may have been destroyed on its way here.
   *
   * <p>A JVM whose locale is not UTF-8 decodes the environment wrongly and keeps no bytes; on Linux
   * the kernel still has them. What cannot be restored keeps its U+FFFD and is refused later.
   */
  String restored(String name, String value) {
    if (!process || isAscii(value)) {
      return value;
    }
    boolean destroyed = value.indexOf('\uFFFD') >= 0;
    // JDK 17 decodes by file.encoding, later ones by the locale
    boolean trusted = "UTF-8".equals(System.getProperty("sun.jnu.encoding"))
        && Charset.defaultCharset().equals(StandardCharsets.UTF_8);
    if (!destroyed && trusted) {
      return value;
    }
    Map<String, String> known = exact;
    if (known == null) {
      known = read(Path.of("/proc/self/environ"));
      exact = known;
    }
    return known.getOrDefault(name, value);
  }

  private static boolean isAscii(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }

  /** The variables of an environ file whose bytes are UTF-8; none when it cannot be read. */
  static Map<String, String> read(Path environ) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(environ);
    } catch (IOException | SecurityException e) {
      return Map.of();
    }
    var variables = new HashMap<String, String>();
    int from = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == 0) {
        String entry = Utf8.strict(bytes, from, i - from);
        int equals = entry == null ? -1 : entry.indexOf('=');
        if (entry != null && equals > 0) {
          variables.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
        from = i + 1;
      }
    }
    return variables;
  }

  /** The content of the file that an {@code X_FILE} variable names; a problem when there is none to have. */
  Node file(Slot slot, Origin origin, String file) {
    if (offline && !isHere(file)) {
      return new Node.Faulty(origin);
    }
    String refusal;
    try {
      return new Node.Bytes(disk.read(Path.of(file)), file, origin);
    } catch (InvalidPathException e) {
      refusal = "not the path of a file";
    } catch (IOException e) {
      refusal = Disk.reason(e);
    }
    problems.add(new Problem(
        Problem.Code.UNREADABLE,
        slot.path,
        Text.shown(file) + ": " + refusal,
        List.of(origin),
        ""));
    return new Node.Faulty(origin);
  }

  private static boolean isHere(String file) {
    try {
      return Files.exists(Path.of(file));
    } catch (InvalidPathException e) {
      return true; // no such path anywhere: to be reported
    }
  }
}
