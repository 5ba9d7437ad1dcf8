package cnkit.examples.modulepath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("full")
class LinkedImageTest {
  private static final String MAIN = "cnkit.examples.modulepath/cnkit.examples.modulepath.Main";

  @TempDir
  Path work;

  @Test
  void theProgramRunsFromItsModules() throws Exception {
    assertGreets(tool("java"), "--module-path", modulePath(), "--module", MAIN, "--name=modules");
  }

  @Test
  void theProgramRunsInAnImageOfItsModulesAlone() throws Exception {
    Path image = work.resolve("image");
    run(
        tool("jlink"),
        "--module-path",
        modulePath(),
        "--add-modules",
        "cnkit.examples.modulepath",
        "--output",
        image.toString());

    String modules = run(image.resolve("bin/java").toString(), "--list-modules");
    assertTrue(!modules.contains("jdk.unsupported") && !modules.contains("java.compiler"), modules);
    assertGreets(image.resolve("bin/java").toString(), "--module", MAIN, "--name=modules");

    String loaded =
        run(image.resolve("bin/java").toString(), "-verbose:class", "--module", MAIN, "--name=x");
    assertTrue(
        loaded.contains("cnkit.config.schema.SchemaText$Reader "), "the schema was not found");
    assertTrue(!loaded.contains("cnkit.config.schema.SchemaReader "), "the schema did not fit");
  }

  private static void assertGreets(String... command) throws Exception {
    String out = run(command);
    assertTrue(out.contains("hello modules from module cnkit.examples.modulepath"), out);
  }

  /** The modules that the program needs: what is on this test's class path and is a module by its descriptor. */
  private static String modulePath() {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(classPath.split(File.pathSeparator, -1))
        .filter(entry -> entry.endsWith("classes")
            ? !entry.endsWith("test-classes")
            : entry.contains("cn-") || entry.contains("slf4j-api") || entry.contains("jackson"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  private static String run(String... command) throws Exception {
    List<String> line = new ArrayList<>(List.of(command));
    Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> line + " does not end");
    assertEquals(0, process.exitValue(), () -> line + "\n" + out);
    return out;
  }
}
