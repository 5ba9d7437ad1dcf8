package cnkit.config.source;

import cnkit.config.Problem;
import cnkit.config.schema.Origins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/*
 * What the kernel says of this process's mounts. A file of a volume that is mounted by itself, as subPath does, is
 * bound to the version of the start: the kubelet's next version is another file, which never arrives.
 */
public final class MountInfo {
  /** Where the kernel's text comes from. */
  @FunctionalInterface
  public interface Reader {
    /** The text of {@code /proc/self/mountinfo}; empty when there is none. */
    String read();
  }

  /** Nobody watches, so nobody needs to know. */
  static final Reader NONE =
      new Reader() { // no lambda: the first one of a process costs its start some 20 ms
        @Override
        public String read() {
          return "";
        }
      };

  private MountInfo() {}

  public static String ofThisProcess() {
    try {
      return new String(
          Files.readAllBytes(Path.of("/proc/self/mountinfo")), StandardCharsets.UTF_8);
    } catch (IOException | SecurityException e) {
      return "";
    }
  }

  /** Mount points, and what part of its file system each one shows. */
  static Map<String, String> roots(String mountInfo) {
    var roots = new HashMap<String, String>();
    for (String line : mountInfo.split("\n", -1)) {
      String[] fields = line.split(" ", -1);
      if (fields.length > 5) {
        roots.put(
            unescaped(fields[4]), unescaped(fields[3])); // a later mount covers an earlier one
      }
    }
    return roots;
  }

  /** Blanks and backslashes are written as three octal digits. */
  private static String unescaped(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    var plain = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  /** A warning for each of these files and directories that cannot change as its volume does. */
  static List<Problem> unchanging(String mountInfo, Set<Path> paths) {
    var warnings = new ArrayList<Problem>();
    if (mountInfo.isEmpty() || paths.isEmpty()) {
      return warnings;
    }
    Map<String, String> roots = roots(mountInfo);
    for (Path path : paths) {
      String root = roots.get(path.toAbsolutePath().normalize().toString());
      if (root != null && (Files.isRegularFile(path) || root.contains("/.."))) {
        warnings.add(new Problem(
            Problem.Code.UNCHANGING,
            "",
            "mounted by itself (subPath): later versions of its volume never arrive",
            List.of(Origins.mount(path.toString())),
            "mount the whole volume as a directory"));
      }
    }
    return warnings;
  }
}
