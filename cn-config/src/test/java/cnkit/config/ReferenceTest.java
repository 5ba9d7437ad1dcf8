package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.testing.ConfigLint;
import cnkit.config.testing.GeneratedFiles;
import cnkit.config.text.Names;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReferenceTest {
  @TempDir
  Path work;

  @Doc("All of it.")
  @ExactlyOneOf({"one", "two"})
  record Everything(
      @Doc("port | to listen on\nor not") @Default("8080") @Range("0..65535")
      int port,

      String name,
      @Default("a b \"c\" $d #e") String odd,
      @Default("") @AllowBlank String blank,
      Db db,
      Optional<Tls> tls,
      Optional<String> one,
      Optional<String> two,
      List<Server> servers,
      Map<String, Server> byName,

      @Formerly(value = "grace", until = "2030-01-01") @Default("5s")
      Duration shutdownGrace,

      @RestartOnly @Default("false") boolean debug) {}

  record Db(Secret<String> password, Optional<Secret<String>> token) {}

  record Tls(Path key, @RequiredWith("ca") Optional<Path> crl, Optional<Path> ca) {}

  record Server(String host, @Default("80") int port) {}

  private static Reference reference() {
    return CaseSchema.under(Everything.class).reference();
  }

  @Test
  void everySettingIsInEveryFormWithItsFacts() {
    Reference reference = reference();
    List<String> paths = List.of(
        "port",
        "name",
        "db.password",
        "tls.key",
        "one",
        "servers",
        "servers.0.host",
        "by-name.key.port",
        "shutdown-grace",
        "debug");
    for (String path : paths) {
      String variable = "APP_" + Names.env(path.replace(".key.", "__key_"));
      assertTrue(reference.markdown().contains("| `" + path + "` | `"), path);
      assertTrue(reference.help().contains("--" + path), path);
      assertTrue(
          reference.envExample().contains("\n" + variable + "=")
              || reference.envExample().contains("\n#" + variable + "="),
          variable);
    }
    String row = reference
        .markdown()
        .lines()
        .filter(l -> l.startsWith("| `port`"))
        .findFirst()
        .get();
    assertEquals(
        "| `port` | `APP_PORT` | `--port` | int | `8080` | 0..65535 | port \\| to listen on<br>or not |",
        row);
    for (String form : List.of(reference.markdown(), reference.help(), reference.envExample())) {
      for (String fact : List.of(
          "exactly one of one, two",
          "required with ca",
          "formerly grace until 2030-01-01",
          "may be empty",
          "changes with a restart only",
          "required in its record")) {
        assertTrue(form.contains(fact), () -> fact + "\n" + form);
      }
    }
  }

  @Test
  void theExampleWithItsRequiredLinesFilledInIsAnEnvironmentThatBinds() {
    var variables = new java.util.HashMap<String, String>();
    var open = new ArrayList<String>();
    for (String line : reference().envExample().lines().toList()) {
      if (!line.startsWith("#") && !line.isEmpty()) {
        open.add(line);
        variables.put(line.substring(0, line.indexOf('=')), "x");
      }
    }
    assertEquals(List.of("APP_NAME=", "APP_DB_PASSWORD="), open);
    variables.put("APP_ONE", "1");
    Everything bound =
        CaseSchema.under(Everything.class).environment(variables).load().value();
    assertEquals(8080, bound.port());
    assertTrue(reference().envExample().contains("#APP_ODD=\"a b \\\"c\\\" \\$d #e\"\n"));
  }

  @Test
  void secretsAreInTheSecretAndNowhereElse() {
    Reference reference = reference();
    String map = reference.configMap("orders");
    String secret = reference.secret("orders-secret");
    assertFalse(map.contains("password"), map);
    assertTrue(
        secret.contains("\n  db.password: \"\"\n") && secret.contains("\n  #db.token: \"\"\n"),
        secret);
    assertFalse(secret.contains("port:"), secret);
    assertTrue(map.contains("\n  name: \"\"\n") && map.contains("\n  #port: \"8080\"\n"), map);
    assertTrue(map.contains("#odd: \"a b \\\"c\\\" $d #e\""), map);
    String env = reference.containerEnv("orders", "orders-secret");
    String entry = """
          - name: APP_DB_PASSWORD
            valueFrom:
              secretKeyRef:
                name: "orders-secret"
                key: db.password
          - name: APP_DB_TOKEN
        """;
    assertTrue(env.contains(entry), env);
    assertTrue(env.contains("key: port\n        optional: true\n"), env);
  }

  @Test
  void theSameSchemaGivesTheSameText() {
    assertEquals(reference().markdown(), reference().markdown());
    assertEquals(reference().secret("a"), reference().secret("a"));
  }

  @Test
  void variablesNeedADecisionAboutThePrefix() {
    Reference undecided =
        Config.builder(Everything.class, MethodHandles.lookup()).reference();
    assertThrows(IllegalStateException.class, undecided::envExample);
    assertThrows(IllegalStateException.class, () -> undecided.containerEnv("a", "b"));
    assertFalse(undecided.markdown().contains("variable |"));
  }

  @Test
  void aCopyThatIsNotCurrentFailsAtItsFirstLineThatDiffers() throws Exception {
    Path file = work.resolve("docs/settings.md");
    AssertionError missing =
        assertThrows(AssertionError.class, () -> GeneratedFiles.assertCurrent(file, "a\nb\n"));
    assertTrue(missing.toString().contains("is missing; write it with -Dcn.config.update=true"));
    System.setProperty(GeneratedFiles.UPDATE, "true");
    try {
      GeneratedFiles.assertCurrent(file, "a\nb\n");
    } finally {
      System.clearProperty(GeneratedFiles.UPDATE);
    }
    GeneratedFiles.assertCurrent(file, "a\nb\n");
    Files.writeString(file, "a\r\nb\r\n");
    GeneratedFiles.assertCurrent(file, "a\nb\n");
    AssertionError stale =
        assertThrows(AssertionError.class, () -> GeneratedFiles.assertCurrent(file, "a\nc\n"));
    assertTrue(stale.toString().contains("settings.md:2 is not current"), stale.toString());
    assertTrue(stale.toString().contains("expected: c"), stale.toString());
  }

  record Doubtful(String password, @Default("1") int port) {}

  record Wrong(@Default("x") int port, String token) {}

  @Test
  void lintFailsATestUnlessItsWarningsAreAccepted() {
    ConfigLint.assertClean(Everything.class);
    AssertionError doubtful =
        assertThrows(AssertionError.class, () -> ConfigLint.assertClean(Doubtful.class));
    assertTrue(doubtful.toString().contains("DOUBTFUL  password"), doubtful.toString());
    ConfigLint.assertClean(Doubtful.class, "password");
    assertThrows(
        AssertionError.class, () -> ConfigLint.assertClean(Doubtful.class, "password", "port"));
    AssertionError wrong = assertThrows(
        AssertionError.class, () -> ConfigLint.assertClean(Wrong.class, "token", "port"));
    assertTrue(wrong.toString().contains("SCHEMA  port  @Default"), wrong.toString());
    assertFalse(wrong.toString().contains("DOUBTFUL"), wrong.toString());
  }
}
