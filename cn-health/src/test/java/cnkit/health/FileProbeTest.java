package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileProbeTest {
  @TempDir
  Path directory;

  private static String problem(Path file, String age, long nowMillis) {
    return FileProbe.problem(new String[] {file.toString(), age}, nowMillis);
  }

  @Test
  void theFileSaysWhatTheProbeSaysAndItsTimeIsTheSignOfLife() throws IOException {
    Health health = Health.builder().build();
    FileProbe probe = new FileProbe(health, directory.resolve("made/for/it"));
    Path ready = directory.resolve("made/for/it/readyz");
    assertTrue(problem(ready, "10s", 0).contains("does not exist"));
    probe.write();
    long written = Files.getLastModifiedTime(ready).toMillis();
    assertTrue(problem(ready, "10s", written).contains("503 readyz check failed: DOWN"));
    assertEquals("", problem(ready.resolveSibling("livez"), "10s", written));
    health.open();
    probe.write();
    Files.setLastModifiedTime(ready, FileTime.fromMillis(1_000_000));
    assertEquals("", problem(ready, "10s", 1_010_000));
    assertTrue(problem(ready, "10s", 1_010_001).contains("stands still"));
    assertTrue(
        problem(ready, "10s", 989_999).contains("stands still"), "a clock that was set back");
    try (var files = Files.list(ready.getParent())) {
      assertEquals(3, files.count(), "nothing half-written is left");
    }
  }

  /** Writers and readers at once: what is read is always one whole answer. */
  @Test
  void aReaderNeverSeesHalfAnAnswer() throws Exception {
    Health.Builder builder = Health.builder();
    for (int i = 0; i < 300; i++) {
      builder.check(Check.critical("a-check-that-makes-the-answer-long-" + i, Verdict::up));
    }
    Health health = builder.build();
    FileProbe probe = new FileProbe(health, directory);
    probe.write();
    Path ready = directory.resolve("readyz");
    var writer = new Thread(() -> {
      for (int i = 0; i < 500; i++) {
        if (i % 2 == 0) {
          health.outOfRotation("odd");
        } else {
          health.backInRotation();
        }
        probe.run();
      }
    });
    writer.start();
    int read = 0;
    while (writer.isAlive() || read == 0) {
      String answer = Files.readString(ready);
      assertTrue(answer.startsWith("503 readyz check failed: DOWN\n"), answer);
      assertTrue(answer.endsWith(" more\n"), answer);
      read++;
    }
    writer.join();
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsNotThrownAtTheScheduler() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "in the way");
    new FileProbe(Health.builder().build(), file).run();
    assertEquals("in the way", Files.readString(file));
  }

  @Test
  void wrongArgumentsSayHowItIsCalled() {
    for (String age : new String[] {"", "10", "s", "-1s", "10h", "99999999999s"}) {
      assertTrue(problem(directory, age, 0).startsWith("usage: "), age);
    }
    assertTrue(FileProbe.problem(new String[0], 0).startsWith("usage: "));
    assertFalse(problem(directory, "10s", 0).isEmpty(), "a directory is no answer");
  }

  @Test
  @Tag("full")
  void theCheckerStartsFromTheJarAloneAndItsExitCodeIsTheAnswer() throws Exception {
    Health health = Health.builder().build();
    health.open();
    new FileProbe(health, directory).write();
    assertEquals(0, check("readyz", "1m"));
    health.drain();
    new FileProbe(health, directory).write();
    assertEquals(1, check("readyz", "1m"));
    assertEquals(0, check("livez", "1m"));
    assertEquals(1, check("nosuch", "1m"));
  }

  /** Without slf4j on the class path: the checker must not need it. */
  private int check(String probe, String age) throws Exception {
    String classes = Path.of(
            FileProbe.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .toString();
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-cp",
            classes,
            "cnkit.health.FileProbe",
            directory.resolve(probe).toString(),
            age)
        .redirectErrorStream(true)
        .start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    String output = new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertFalse(output.contains("\tat "), output);
    assertEquals(process.exitValue() == 0, output.isEmpty(), output);
    return process.exitValue();
  }
}
