package cnkit.config.testing;

import static java.util.Objects.requireNonNull;

import cnkit.config.Reference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Checks that files generated from the schema of the settings are up to date.
 *
 * <pre>
 * &#64;Test
 * void theDocumentsAreCurrent() {
 *   Reference reference = Config.builder(Settings.class, lookup()).noPrefix().reference();
 *   GeneratedFiles.assertCurrent(Path.of("docs/settings.md"), reference.markdown());
 * }
 * </pre>
 *
 * <p>If the system property {@value #UPDATE} is true, the files are written instead:
 * {@code mvn test -Dcn.config.update=true}, if the build passes the property on to its tests.
 *
 * @see Reference
 */
public final class GeneratedFiles {
  /** The name of the system property that makes {@link #assertCurrent} write. */
  public static final String UPDATE = "cn.config.update";

  private GeneratedFiles() {}

  /**
   * Checks that a file has exactly this text; {@code \r\n} counts as {@code \n}.
   *
   * @param file the copy that is kept under version control
   * @param text the expected text
   * @throws AssertionError naming the first line that differs, and how to update
   * @throws UncheckedIOException if the file cannot be read, or written when updating
   */
  public static void assertCurrent(Path file, String text) {
    requireNonNull(text, "text");
    Optional<String> copy = read(file);
    if (copy.isPresent() && text.equals(copy.get())) {
      return;
    }
    if (Boolean.getBoolean(UPDATE)) {
      write(file, text);
      return;
    }
    String how = "; write it with -D" + UPDATE + "=true";
    if (copy.isEmpty()) {
      throw new AssertionError(file + " is missing" + how);
    }
    String[] expected = text.split("\n", -1);
    String[] found = copy.get().split("\n", -1);
    int line = 0;
    while (line < expected.length && line < found.length && expected[line].equals(found[line])) {
      line++;
    }
    throw new AssertionError(file + ":" + (line + 1) + " is not current" + how + "\n  expected: "
        + (line < expected.length ? expected[line] : "(the end)") + "\n  found:    "
        + (line < found.length ? found[line] : "(the end)"));
  }

  private static Optional<String> read(Path file) {
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file, StandardCharsets.UTF_8).replace("\r\n", "\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Path parent = file.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written", e);
    }
  }
}
