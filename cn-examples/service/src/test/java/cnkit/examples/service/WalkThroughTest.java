package cnkit.examples.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Runs the README's eight steps in one shell and finds under each what the README says one sees. */
@Tag("full")
class WalkThroughTest {
  private static final Pattern STEP = Pattern.compile(
      "### (\\d)\\. ([^\\n]+)\\n```sh\\n(.*?)\\n```\\n(?:[^`]*?)```text\\n(.*?)\\n```",
      Pattern.DOTALL);

  @Test
  void everyStepShowsWhatThePageSays() throws Exception {
    Machine.needs("bash", "curl");
    List<Matcher> steps = new ArrayList<>();
    Matcher step = STEP.matcher(Files.readString(Path.of("README.md")));
    while (step.find()) {
      steps.add(STEP.matcher(step.group()));
    }
    assertEquals(8, steps.size());
    Path root = Path.of("../..").toRealPath();
    Path scratch = Files.createTempDirectory("walk");
    Files.createSymbolicLink(scratch.resolve("cn-examples"), root.resolve("cn-examples"));
    int port = Component.freePort();
    int management = Component.freePort();
    StringBuilder script =
        new StringBuilder("set -m\nexport PORT=" + port + " MANAGEMENT_PORT=" + management + "\n");
    for (Matcher each : steps) {
      assertTrue(each.matches());
      assertEquals(1, each.group(3).lines().count(), "one command: " + each.group(2));
      script
          .append("echo '=== ")
          .append(each.group(1))
          .append("'\n{ ")
          .append(each.group(3)
              .replace("localhost:8080", "localhost:" + port)
              .replace("localhost:9090", "localhost:" + management))
          .append("\n} 2>&1\n");
    }
    Path out = scratch.resolve("out");
    ProcessBuilder builder = new ProcessBuilder("bash", "-c", script.toString())
        .directory(scratch.toFile())
        .redirectErrorStream(true)
        .redirectOutput(out.toFile());
    builder
        .environment()
        .put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":/usr/bin:/bin");
    Process shell = builder.start();
    boolean ended = shell.waitFor(2, TimeUnit.MINUTES);
    shell.descendants().forEach(ProcessHandle::destroyForcibly);
    shell.destroyForcibly();
    String said = Files.readString(out, StandardCharsets.UTF_8);
    assertTrue(ended, said);
    String[] parts = said.split("=== \\d\\n", -1);
    for (int i = 0; i < steps.size(); i++) {
      String shown = parts[i + 1];
      int from = 0;
      for (String line : steps.get(i).group(4).split("\n", -1)) {
        Matcher seen = Pattern.compile(String.join(
                ".*",
                java.util.Arrays.stream(line.split("…", -1)).map(Pattern::quote).toList()))
            .matcher(shown);
        assertTrue(
            seen.find(from),
            "step " + (i + 1) + " does not show: " + line + "\nbut, in its place:\n"
                + shown.substring(from));
        from = seen.end();
      }
    }
  }
}
