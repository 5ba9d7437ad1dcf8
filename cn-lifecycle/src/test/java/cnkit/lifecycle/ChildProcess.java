package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A JVM of its own with this test's class path; ended with the test, whatever happens. */
final class ChildProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 40;

  private final Process process;
  private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();
  private final Thread reader;

  private ChildProcess(List<String> command) throws IOException {
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    reader = new Thread(() -> {
      try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          lines.add(line);
        }
      } catch (IOException e) {
        lines.add("(" + e + ")");
      }
    });
    reader.setDaemon(true);
    reader.start();
  }

  static List<String> java(List<String> options, String scenario) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Xmx64m"));
    command.addAll(options);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Child.class.getName(), scenario));
    return command;
  }

  static ChildProcess start(String scenario, String... options) throws IOException {
    return new ChildProcess(java(List.of(options), scenario));
  }

  static ChildProcess startCommand(List<String> command) throws IOException {
    return new ChildProcess(command);
  }

  /** Reads until it says this, and gives the whole line. */
  String await(String word) throws InterruptedException {
    while (true) {
      String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) {
        return fail("never said " + word + ", but " + seen);
      }
      seen.add(line);
      if (line.contains(word)) {
        return line;
      }
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertTrue(kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  /** To the only child of this process, such as a command under unshare(1). */
  void signalChild(String name) throws IOException, InterruptedException {
    long child = process.children().findFirst().orElseThrow().pid();
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(child)).start();
    assertTrue(kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  /** On its standard input. */
  void type(char key) throws IOException {
    process.getOutputStream().write(key);
    process.getOutputStream().flush();
  }

  void isAliveOrFail() throws InterruptedException {
    if (process.waitFor(5, TimeUnit.MILLISECONDS)) {
      fail("ended with " + process.exitValue() + ", said " + seen);
    }
  }

  int exitCode() throws InterruptedException {
    assertTrue(
        process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> "still running, said " + seen);
    reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    lines.drainTo(seen);
    return process.exitValue();
  }

  /** Everything it said; complete after {@link #exitCode()}. */
  List<String> said() {
    return seen;
  }

  String json() {
    for (String line : seen) {
      if (line.startsWith("{")) {
        return line;
      }
    }
    return fail(String.format(Locale.ROOT, "no report in %s", seen));
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
