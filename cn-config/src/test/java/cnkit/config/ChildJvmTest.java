package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.schema.Addresses;
import cnkit.config.schema.Hints;
import cnkit.config.schema.Rejection;
import cnkit.config.schema.Rules;
import cnkit.config.show.Effective;
import cnkit.config.source.FileSource;
import cnkit.config.source.MountSource;
import cnkit.config.source.Suspects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a JVM of its own can show: its locale, its environment's bytes, the classes it loads, its exit code. */
@Tag("full")
class ChildJvmTest {
  record Child(String name, Secret<String> password, int port) {}

  /** Prints what it bound, as code points, so that no console's encoding matters. */
  public static final class Main {
    private Main() {}

    public static void main(String[] args) {
      ConfigBuilder<Child> builder = Config.builder(
              Child.class, java.lang.invoke.MethodHandles.lookup())
          .prefix("CHILD")
          .environment()
          .args(args);
      String file = System.getProperty("file", "");
      if (!file.isEmpty()) {
        builder.files(Path.of(file));
      }
      Child child = builder.loadOrExit().value();
      System.out.println("name " + child.name().codePoints().boxed().toList());
    }
  }

  @TempDir
  private Path temporary;

  private record Ended(int code, String output) {}

  private static Ended run(
      List<String> options, Map<String, String> environment, Class<?> main, String... args)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    Path output = java.nio.file.Files.createTempFile("child", ".txt");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the child hangs");
      return new Ended(
          process.exitValue(),
          new String(java.nio.file.Files.readAllBytes(output), StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
      java.nio.file.Files.delete(output);
    }
  }

  /** The variable's bytes come from a shell, since this JVM's own locale may not be able to write them. */
  private static Ended shell(String assignments, List<String> options)
      throws IOException, InterruptedException {
    String command =
        assignments + " exec '" + Path.of(System.getProperty("java.home"), "bin", "java") + "' "
            + String.join(" ", options) + " -cp '" + System.getProperty("java.class.path") + "' '"
            + Main.class.getName() + "'";
    Path script = java.nio.file.Files.createTempFile("child", ".sh");
    Path output = java.nio.file.Files.createTempFile("child", ".txt");
    java.nio.file.Files.writeString(script, command);
    Process process = new ProcessBuilder("sh", script.toString())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
    try {
      assertTrue(process.waitFor(120, TimeUnit.SECONDS), "the child hangs");
      return new Ended(
          process.exitValue(),
          new String(java.nio.file.Files.readAllBytes(output), StandardCharsets.ISO_8859_1));
    } finally {
      process.destroyForcibly();
      java.nio.file.Files.delete(output);
      java.nio.file.Files.delete(script);
    }
  }

  private static final String ZURICH = "name [90, 252, 114, 105, 99, 104]";

  @Test // case C29
  void aVariableIsByteTrueWhateverTheLocale() throws Exception {
    String rest = " CHILD_PASSWORD=p CHILD_PORT=1 CHILD_NAME=Zürich";
    for (String locale : List.of("LC_ALL=C", "LC_ALL=POSIX", "LC_ALL=C.UTF-8", "LC_ALL= LANG=")) {
      for (String options : List.of("-Dx=y", "-Dfile.encoding=ISO-8859-1", "-Duser.language=tr")) {
        Ended ended = shell(locale + rest, List.of(options));
        assertEquals(0, ended.code(), ended::output);
        assertTrue(ended.output().contains(ZURICH), () -> locale + options + ended.output());
      }
    }
    Ended broken = shell(
        "LC_ALL=C CHILD_PASSWORD=p CHILD_PORT=1 CHILD_NAME=\"$(printf 'Z\\374rich')\"", List.of());
    assertEquals(78, broken.code(), broken::output);
    assertTrue(broken.output().contains("LC_ALL"), broken::output);
  }

  @Test // each class costs a start some 0.3 ms
  void whatASourceOrAQuestionNeedsIsLoadedOnlyForThose() throws Exception {
    Map<String, String> variables =
        Map.of("CHILD_NAME", "x", "CHILD_PASSWORD", "p", "CHILD_PORT", "1");
    List<String> logged = List.of("-Xlog:class+load:stdout");
    List<Class<?>> idle = List.of(
        Effective.class,
        Report.class,
        Problem.class,
        Hints.class,
        Suspects.class,
        Rules.class,
        Rejection.class,
        Rotation.class,
        Addresses.class,
        FileSource.class,
        MountSource.class);
    Ended good = run(logged, variables, Main.class);
    assertEquals(0, good.code(), good::output);
    for (Class<?> type : idle) {
      assertFalse(good.output().contains(type.getName() + " "), () -> type + good.output());
    }
    Ended bad = run(logged, Map.of("CHILD_NAME", "x"), Main.class);
    assertEquals(78, bad.code(), bad::output);
    assertTrue(bad.output().contains(Report.class.getName() + " "), "the log shows what is loaded");
  }

  @Test
  void jacksonIsLoadedOnlyWhenAFileIsRead() throws Exception {
    Map<String, String> variables =
        Map.of("CHILD_NAME", "x", "CHILD_PASSWORD", "p", "CHILD_PORT", "1");
    List<String> logged = List.of("-Xlog:class+load:stdout", "-Xshare:auto");
    Ended without = run(logged, variables, Main.class);
    assertEquals(0, without.code(), without::output);
    for (String unwanted : List.of(
        "com.fasterxml.jackson",
        "java.util.regex.Pattern$",
        "java.util.Formatter ",
        "java.util.stream.ReferencePipeline ")) {
      for (String line : without.output().lines().toList()) {
        boolean ours = line.contains(unwanted)
            && !line.contains("shared objects file")
            && !line.contains("jrt:/");
        assertFalse(ours, () -> unwanted + " is loaded: " + line);
      }
    }
    Path file = java.nio.file.Files.writeString(temporary.resolve("a.json"), "{\"port\": 2}");
    Ended with = run(List.of("-Xlog:class+load:stdout", "-Dfile=" + file), variables, Main.class);
    assertTrue(
        with.output().contains("com.fasterxml.jackson.core"), "the log shows what is loaded");
    assertFalse(
        with.output().contains("com.fasterxml.jackson.databind"), "the streaming parser alone");
  }

  @Test
  void aRefusalExitsWith78AndPrintsTheReportAlone() throws Exception {
    Ended ended = run(List.of(), Map.of("CHILD_PORT", "x"), Main.class);
    assertEquals(78, ended.code());
    assertTrue(ended.output().startsWith("configuration has 3 problems"), ended::output);
    assertFalse(ended.output().contains("Exception"), ended::output);
    Ended help = run(List.of(), Map.of(), Main.class, "--help");
    assertEquals(0, help.code());
    assertTrue(help.output().contains("CHILD_PORT"), help::output);
  }

  @Test // case C59, in other locales
  void swapsTearNothingInOtherLocales() throws Exception {
    int n = 0;
    for (Map<String, String> locale : List.of(Map.of("LC_ALL", "C"), Map.<String, String>of())) {
      Ended ended = run(
          List.of("-Duser.language=tr", "-Duser.country=TR"),
          locale,
          Swaps.class,
          temporary.resolve("swaps" + n++).toString(),
          "1000");
      assertEquals(0, ended.code(), ended::output);
      assertTrue(ended.output().contains("tore nothing"), ended::output);
    }
  }
}
