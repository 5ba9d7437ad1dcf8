package cnkit.examples.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("nightly")
class ReproducibleJarsTest {
  @TempDir
  Path work;

  @Test
  void twoCleanBuildsGiveEqualBytes() throws Exception {
    Map<String, String> first = build(work.resolve("first"));
    Map<String, String> second = build(work.resolve("second"));

    assertTrue(
        first.size() >= 15,
        () -> "five libraries with sources and javadoc, but built " + first.keySet());
    assertEquals(first, second);
  }

  /** Path and digest of each jar that a clean clone builds. */
  private Map<String, String> build(Path clone) throws Exception {
    String root = System.getProperty("cn.root");
    run(work, "git", "clone", "--quiet", root, clone.toString());
    run(clone, "mvn", "--quiet", "--batch-mode", "package", "-DskipTests");
    Map<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(clone)) {
      for (Path jar : files
          .filter(file -> file.toString().endsWith(".jar"))
          .filter(jar -> jar.toString().contains("/target/") && !jar.toString().contains("/lib/"))
          .toList()) {
        digests.put(clone.relativize(jar).toString(), digest(jar));
      }
    }
    return digests;
  }

  private static String digest(Path jar) throws IOException, GeneralSecurityException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar)));
  }

  private static void run(Path directory, String... command) throws Exception {
    Process process = new ProcessBuilder(List.of(command))
        .directory(directory.toFile())
        .inheritIO()
        .start();
    assertTrue(
        process.waitFor(20, TimeUnit.MINUTES), () -> String.join(" ", command) + " did not end");
    assertEquals(0, process.exitValue(), () -> String.join(" ", command));
  }
}
