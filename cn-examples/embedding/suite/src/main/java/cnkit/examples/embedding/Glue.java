package cnkit.examples.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The one file of a leaf that a reader copies. */
final class Glue {
  private Glue() {}

  static Path file() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      List<Path> glue =
          files.filter(file -> file.toString().endsWith("Glue.java")).toList();
      if (glue.size() != 1) {
        throw new IllegalStateException("expected one glue file, found " + glue);
      }
      return glue.get(0);
    }
  }

  /** All lines but blank ones, comments, the package and the imports. */
  static long linesOfCode(List<String> lines) {
    boolean inComment = false;
    long count = 0;
    for (String each : lines) {
      String line = each.strip();
      if (!inComment && line.startsWith("/*")) {
        inComment = true;
      }
      boolean code = !inComment
          && !line.isEmpty()
          && !line.startsWith("//")
          && !line.startsWith("package ")
          && !line.startsWith("import ");
      count += code ? 1 : 0;
      if (inComment && line.endsWith("*/")) {
        inComment = false;
      }
    }
    return count;
  }
}
