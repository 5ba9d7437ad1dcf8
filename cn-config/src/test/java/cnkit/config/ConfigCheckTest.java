package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCheckTest {
  private static final String APP = "cnkit.config.CaseSchema$App";
  private static final String SOUND =
      "APP_NAME=svc\nAPP_DB_URL=postgres://h/d\nAPP_DB_PASSWORD_FILE=/run/secrets/not-here\n";

  @TempDir
  Path work;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int check(String... args) {
    out.reset();
    err.reset();
    return new ConfigCheck(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(args);
  }

  private String file(String content) throws Exception {
    return Files.writeString(work.resolve("rendered.env"), content).toString();
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatStartUpAcceptsIsSoundAlsoWithoutItsSecretFiles() throws Exception {
    assertEquals(0, check(APP, "--prefix", "APP", "--env-file", file(SOUND)), this::said);
    assertEquals(
        0,
        check("cnkit.config.CaseSchema.App", "--prefix", "APP", "--env-file", file(SOUND)),
        this::said);
  }

  @Test
  void whatStartUpRefusesIsRefusedInTheSameWords() throws Exception {
    var variables = CaseSchema.env("APP_PORT", "80x80", "APP_TIMEOUT", "30", "APP_TIMEOT", "5s");
    var text = new StringBuilder("# rendered\n");
    variables.forEach(
        (name, value) -> text.append(name).append('=').append(value).append('\n'));
    assertEquals(78, check(APP, "--prefix", "APP", "--env-file", file(text.toString())));
    ConfigException refusal = org.junit.jupiter.api.Assertions.assertThrows(
        ConfigException.class, () -> CaseSchema.app().environment(variables).load());
    assertEquals(refusal.getMessage(), err.toString(StandardCharsets.UTF_8));
    assertEquals(78, check(APP, "--prefix", "APP", "--json", "--env-file", file(text.toString())));
    assertTrue(said().startsWith("[{\"code\":\"MISSING\",\"path\":\"db.password\""), this::said);
  }

  @Test
  void aFileOfVariablesThatIsMalformedIsRefusedWithItsLine() throws Exception {
    assertEquals(78, check(APP, "--prefix", "APP", "--env-file", file(SOUND + "oops\n")));
    assertTrue(said().contains("rendered.env:4:1"), this::said);
  }

  @Test
  void flagsAndFilesOfTheApplicationAreReadToo() throws Exception {
    Path json = Files.writeString(work.resolve("app.json"), "{\"port\": \"x\"}");
    String[] command = {
      APP,
      "--prefix",
      "APP",
      "--env-file",
      file(SOUND),
      "--file",
      json.toString(),
      "--",
      "--debug=maybe"
    };
    assertEquals(78, check(command));
    assertTrue(
        said().contains("app.json:1:10") && said().contains("--debug (argument 1)"), this::said);
  }

  static final class Money {}

  record Custom(
      @Default("5 EUR") Money price,
      Money other,
      Optional<Money> more,
      @Default("1") int x) {}

  @Test
  void whatNeedsTheApplicationsConvertersCountsAsRight() throws Exception {
    String name = Custom.class.getName();
    assertEquals(
        0, check(name, "--prefix", "A", "--env-file", file("A_OTHER=1 EUR\n")), this::said);
    assertEquals(78, check(name, "--prefix", "A", "--env-file", file("A_X=y\n")));
    assertTrue(said().contains("2 problems"), this::said);
  }

  @Test
  void theReferenceIsWhatHelpPrints() {
    assertEquals(0, check(APP, "--prefix", "APP", "--reference"));
    assertEquals(CaseSchema.app().help(), out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void aCommandThatMakesNoSenseIsToldFromARefusal() throws Exception {
    assertEquals(64, check());
    assertEquals(64, check("no.such.Class"));
    assertEquals(64, check("java.lang.String"));
    assertEquals(64, check(APP, "--wrong"));
    assertEquals(64, check(APP, "--env-file"));
    assertEquals(64, check(APP, "--env-file", work.resolve("none.env").toString()));
    assertEquals(64, check(APP, "--prefix", "app"));
    assertTrue(said().contains("--env-file FILE"), this::said);
    assertEquals(0, check("--help"));
  }

  @Test
  @Tag("full")
  void theProcessExitsWithTheSameCode() throws Exception {
    for (int expected : new int[] {0, 78}) {
      Process process = new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
              "cnkit.config.ConfigCheck",
              APP,
              "--prefix",
              "APP",
              "--env-file",
              file(expected == 0 ? SOUND : "APP_PORT=x\n"))
          .redirectErrorStream(true)
          .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      assertEquals(expected, process.exitValue(), text);
    }
  }
}
