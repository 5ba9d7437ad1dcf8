package cnkit.config;

import static cnkit.config.CaseSchema.CANARY;
import static cnkit.config.CaseSchema.app;
import static cnkit.config.CaseSchema.env;
import static cnkit.config.CaseSchema.min;
import static cnkit.config.CaseSchema.refused;
import static cnkit.config.CaseSchema.refusedOnce;
import static cnkit.config.CaseSchema.under;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.testing.SimulatedVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceCasesTest {
  @TempDir
  private Path temporary;

  private Path written(String name, String content) throws IOException {
    return Files.writeString(temporary.resolve(name), content);
  }

  private static Map<String, byte[]> mounted(String... namesAndTexts) {
    var files = new java.util.TreeMap<String, byte[]>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(UTF_8));
    }
    return files;
  }

  @Test // case C7
  void theHighestSourceWinsAndExplainListsTheRestInOrder() throws IOException {
    Path file = written("app.json", "{\"port\": 1}");
    Path mount = Files.createDirectory(temporary.resolve("mount"));
    Files.writeString(mount.resolve("port"), "2\n");
    List<String> places = List.of(
        "--port (argument 1)",
        "env APP_PORT",
        mount.resolve("port").toString(),
        file + ":1:10",
        "default");
    List<String> values = List.of("4", "3", "2", "1", "8080");
    for (int removed = 0; removed < 5; removed++) {
      ConfigBuilder<CaseSchema.App> builder = app();
      builder.environment(removed < 2 ? min("APP_PORT", "3") : min());
      if (removed < 4) {
        builder.files(file);
      }
      if (removed < 3) {
        builder.mounts(mount);
      }
      if (removed < 1) {
        builder.args("--port=4");
      }
      Config<CaseSchema.App> config = builder.load();
      assertEquals(Integer.parseInt(values.get(removed)), config.value().port());
      var expected = new ArrayList<String>();
      for (int i = removed; i < 5; i++) {
        if (i != 1 || removed < 2) {
          expected.add(values.get(i) + "  " + places.get(i));
        }
      }
      assertEquals(
          expected,
          config.explain("port").candidates().stream().map(Object::toString).toList());
    }
  }

  @Test // case C10, the mounted file
  void theDefaultLocaleChangesNoFilesName() {
    record Turkish(String clientId) {}
    Locale before = Locale.getDefault();
    Locale.setDefault(new Locale("tr", "TR"));
    try {
      assertEquals(
          "x",
          under(Turkish.class)
              .mount("/m", mounted("client-id", "x"))
              .load()
              .value()
              .clientId());
      Problem wrong = refused(under(Turkish.class).mount("/m", mounted("CLIENT_ID", "x"))).stream()
          .filter(problem -> problem.code() == Problem.Code.SPELLING)
          .findFirst()
          .orElseThrow();
      assertEquals("write client-id", wrong.remedy());
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test // case C22
  void anEmptyVariableOverridesWithNone() {
    Config<CaseSchema.App> config = app()
        .file("app.json", "{\"workers\": 4}")
        .environment(min("APP_WORKERS", ""))
        .load();
    assertEquals(Optional.empty(), config.value().workers());
    assertEquals(
        "env APP_WORKERS",
        config.explain("workers").candidates().get(0).origin().toString());
    assertEquals(2, config.explain("workers").candidates().size());
  }

  @Test // case C23
  void nullIsAProblemUnlessTheSettingIsOptional() {
    ConfigBuilder<CaseSchema.App> builder = app()
        .file("low.json", "{\"port\": 1}")
        .file("high.json", "{\"port\": null}")
        .environment(min());
    Problem problem = refusedOnce(builder);
    assertEquals(Problem.Code.NULL, problem.code());
    assertEquals("high.json:1:10", problem.origins().get(0).toString());
    assertEquals(
        Optional.empty(),
        app()
            .file("low.json", "{\"workers\": 1}")
            .file("high.json", "{\"workers\": null}")
            .environment(min())
            .load()
            .value()
            .workers());
    for (String key : List.of("hosts", "labels", "name", "db")) {
      Problem found = refusedOnce(app()
          .file("a.json", "{\"" + key + "\": null}")
          .environment(
              key.equals("name")
                  ? env("APP_DB_URL", "x://y", "APP_DB_PASSWORD", "p")
                  : key.equals("db") ? env("APP_NAME", "x") : min()));
      assertEquals(Problem.Code.NULL, found.code(), key);
    }
  }

  @Test // case C35
  void aJsonNumberIsNotTruncatedAndTextMayHoldOne() {
    Problem problem = refusedOnce(app().file("a.json", "{\"port\": 8080.9}").environment(min()));
    assertEquals(Problem.Code.TYPE, problem.code());
    assertEquals("a.json:1:10", problem.origins().get(0).toString());
    assertEquals(
        8080,
        app()
            .file("a.json", "{\"port\": \"8080\"}")
            .environment(min())
            .load()
            .value()
            .port());
  }

  @Test // case C40
  void aListReplacesTheLowerOneAsAWhole() {
    Config<CaseSchema.App> config = app()
        .file(
            "a.json",
            "{\"hosts\": [\"a\", \"b\", \"c\"], \"labels\": {\"k\": \"low\", \"l\": \"x\"}}")
        .file("b.json", "{\"labels\": {\"k\": \"high\"}}")
        .environment(min("APP_HOSTS", "x"))
        .load();
    assertEquals(List.of("x"), config.value().hosts());
    assertEquals(Map.of("k", "high", "l", "x"), config.value().labels());
    assertEquals(
        List.of("z"),
        app()
            .file("a.json", "{\"hosts\": [\"a\", \"b\", \"c\"]}")
            .environment(min("APP_HOSTS_0", "z"))
            .load()
            .value()
            .hosts());
    assertEquals(
        List.of(),
        app()
            .file("a.json", "{\"hosts\": [\"a\"]}")
            .environment(min("APP_HOSTS", ""))
            .load()
            .value()
            .hosts());
  }

  @Test // case C47, with a file
  void aVariableReachesAKeyThatAFileDeclares() {
    assertEquals(
        Map.of("team-name", "z"),
        app()
            .file("a.json", "{\"labels\": {\"team-name\": \"x\"}}")
            .environment(min("APP_LABELS__TEAM_NAME", "z"))
            .load()
            .value()
            .labels());
  }

  record Limits(@Range("1..10") int least, @Range("1..10") int most) {
    Limits {
      if (least > most) {
        throw new IllegalArgumentException("least must not exceed most");
      }
    }
  }

  record Inner(Duration pause, CaseSchema.LogLevel level, Limits limits, List<Integer> steps) {}

  record Outer(String name, int count, Inner inner, Limits limits, Optional<Integer> some) {}

  @Test // case C49
  void twelveFaultsAreTwelveProblemsWithTheirPlacesInOneOrder() {
    var builder = under(Outer.class).environment(env()).file("app.json", """
        {
          "count": "many",
          "some": 1.5,
          "nonsense": true,
          "inner": {
            "pause": 30,
            "level": "wran",
            "steps": [1, "x", null],
            "extra": 1,
            "limits": {
              "least": 11,
              "most": null
            }
          },
          "limits": {
            "least": 5,
            "most": 4
          }
        }
        """);
    List<Problem> problems = refused(builder);
    assertEquals(
        List.of(
            "count TYPE app.json:2:12",
            "inner.extra UNKNOWN app.json:9:14",
            "inner.level TYPE app.json:7:14",
            "inner.limits.least RANGE app.json:11:16",
            "inner.limits.most NULL app.json:12:15",
            "inner.pause TYPE app.json:6:14",
            "inner.steps.1 TYPE app.json:8:18",
            "inner.steps.2 NULL app.json:8:23",
            "limits REJECTED app.json:16:14",
            "name MISSING app.json:1:1",
            "nonsense UNKNOWN app.json:4:15",
            "some TYPE app.json:3:11"),
        problems.stream()
            .map(p -> p.path() + " " + p.code() + " " + p.origins().get(0))
            .toList());
  }

  @Test // case C55
  void aFilesKeysAreKnownInPlaceAndOnce() {
    Problem unknown = refusedOnce(app().file("a.properties", "dbx.token=1\n").environment(min()));
    assertEquals(Problem.Code.UNKNOWN, unknown.code());
    assertEquals("a.properties:1:11", unknown.origins().get(0).toString());
    Problem nested =
        refusedOnce(app().file("a.json", "{\"db\": {\"port\": 1}}").environment(min()));
    assertEquals(Problem.Code.MISPLACED, nested.code());
    assertEquals("did you mean port?", nested.remedy());
    assertEquals("a.json:1:17", nested.origins().get(0).toString());
    for (Map.Entry<String, String> file : Map.of(
            "a.json", "{\"name\": \"a\",\n\"name\": \"b\"}",
            "a.properties", "name=a\nname=b\n",
            "a.env", "APP_NAME=a\nAPP_NAME=b\n")
        .entrySet()) {
      Problem twice = refusedOnce(app().file(file.getKey(), file.getValue()).environment(min()));
      assertEquals(Problem.Code.DUPLICATE, twice.code());
      assertTrue(
          twice.origins().get(0).toString().startsWith(file.getKey() + ":1"), twice::toString);
      assertTrue(
          twice.origins().get(1).toString().startsWith(file.getKey() + ":2"), twice::toString);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // a setting of bytes
  record Mounted(
      Secret<String> a,
      Secret<String> b,
      Secret<String> c,
      Secret<String> d,
      Secret<String> pem,
      Optional<Secret<String>> none,
      byte[] bytes,
      @AllowBlank String blank) {}

  @Test // case C56
  void oneLineBreakAtTheEndOfAMountedFileIsRemovedAndNothingElse() {
    var files = mounted(
        "a",
        "s\n",
        "b",
        "s\r\n",
        "c",
        "s\n\n",
        "d",
        " s\t",
        "pem",
        "1\n2\n3\n",
        "none",
        "",
        "blank",
        "");
    files.put("bytes", new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    Mounted bound = under(Mounted.class).mount("/m", files).load().value();
    assertEquals("s", bound.a().reveal());
    assertEquals("s", bound.b().reveal());
    assertEquals("s\n", bound.c().reveal());
    assertEquals(" s\t", bound.d().reveal());
    assertEquals("1\n2\n3", bound.pem().reveal());
    assertEquals(Optional.empty(), bound.none());
    assertEquals("", bound.blank());
    assertArrayEquals(files.get("bytes"), bound.bytes());
    files.put("none", "\n".getBytes(UTF_8));
    assertEquals(
        Optional.empty(), under(Mounted.class).mount("/m", files).load().value().none());

    files.put("a", new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    files.put("b", new byte[0]);
    List<Problem> problems = refused(under(Mounted.class).mount("/m", files));
    assertEquals(
        List.of("a ENCODING /m/a", "b EMPTY /m/b"),
        problems.stream()
            .map(p -> p.path() + " " + p.code() + " " + p.origins().get(0))
            .toList(),
        "the other files are still read");
  }

  @Test // case C58
  void aFileOfAVariableIsReadBoundedAndWithoutBlocking() throws Exception {
    Map<String, String> variables = min();
    variables.remove("APP_DB_PASSWORD");
    variables.put("APP_DB_PASSWORD_FILE", written("p", CANARY + "\n").toString());
    Config<CaseSchema.App> config = app().environment(variables).load();
    assertEquals(CANARY, config.value().db().password().reveal());
    assertEquals(
        "env APP_DB_PASSWORD_FILE",
        config.explain("db.password").candidates().get(0).origin().toString());

    variables.put("APP_DB_PASSWORD", "x");
    assertEquals(
        Problem.Code.DUPLICATE, refusedOnce(app().environment(variables)).code());
    variables.remove("APP_DB_PASSWORD");

    Path large = Files.write(temporary.resolve("large"), new byte[2 << 20]);
    Path fifo = temporary.resolve("fifo");
    assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
    Path loop = Files.createSymbolicLink(temporary.resolve("loop"), Path.of("loop"));
    for (Path file :
        List.of(temporary.resolve("missing"), temporary, large, fifo, loop, Path.of("/dev/zero"))) {
      variables.put("APP_DB_PASSWORD_FILE", file.toString());
      Problem problem = assertTimeoutPreemptively(
          Duration.ofSeconds(30), () -> refusedOnce(app().environment(variables)));
      assertEquals(Problem.Code.UNREADABLE, problem.code(), file::toString);
      assertTrue(problem.message().contains(file.toString()), problem::toString);
    }
    variables.put("APP_DB_PASSWORD_FILE", "");
    assertEquals(Problem.Code.EMPTY, refusedOnce(app().environment(variables)).code());
  }

  @Test
  void whatIsNoFileInAMountIsAProblemOfItsOwnAndTheRestIsRead() throws Exception {
    Path mount = Files.createDirectory(temporary.resolve("m"));
    assertEquals(
        0,
        new ProcessBuilder("mkfifo", mount.resolve("name").toString()).start().waitFor());
    Files.createSymbolicLink(mount.resolve("timeout"), Path.of("nowhere"));
    Files.write(mount.resolve("labels"), new byte[(1 << 20) + 1]);
    Files.writeString(mount.resolve("port"), "99999999999");
    Files.createDirectories(mount.resolve("db/max-pool-size"));
    var variables = min();
    variables.remove("APP_NAME");
    List<Problem> problems = assertTimeoutPreemptively(
        Duration.ofSeconds(30), () -> refused(app().mounts(mount).environment(variables)));
    assertEquals(
        List.of("labels UNREADABLE", "name UNREADABLE", "port TYPE", "timeout UNREADABLE"),
        problems.stream().map(p -> p.path() + " " + p.code()).toList());
    assertEquals(
        Problem.Code.UNREADABLE,
        refusedOnce(app().mounts(temporary.resolve("absent")).environment(min()))
            .code());
  }

  @Test
  void aMountedNameIsFlatOrNestedButNotBoth() throws IOException {
    SimulatedVolume volume = SimulatedVolume.at(temporary.resolve("v"));
    volume.publish(Map.of("db.max-pool-size", "3", "labels/team", "x", "labels.zone.a", "y"));
    Config<CaseSchema.App> config =
        app().mounts(volume.directory()).environment(min()).load();
    assertEquals(3, config.value().db().maxPoolSize());
    assertEquals(Map.of("team", "x", "zone.a", "y"), config.value().labels());
    assertEquals(
        volume.directory().resolve("db.max-pool-size").toString(),
        config.explain("db.max-pool-size").candidates().get(0).origin().toString(),
        "the name that a person sees, not the kubelet's");
    volume.publish(Map.of("db/max-pool-size", "4"));
    assertEquals(
        4,
        app().mounts(volume.directory()).environment(min()).load().value().db().maxPoolSize());
    volume.publish(Map.of("db/max-pool-size", "4", "db.max-pool-size", "4"));
    assertEquals(
        Problem.Code.DUPLICATE,
        refusedOnce(app().mounts(volume.directory()).environment(min())).code());
    volume.publish(Map.of("db.max-pool-siz", "4"));
    Problem typo = refusedOnce(app().mounts(volume.directory()).environment(min()));
    assertEquals("did you mean db.max-pool-size?", typo.remedy());
  }

  @Test
  void aVolumeMountedInsideAVolumeIsReadToo() throws IOException {
    SimulatedVolume outer = SimulatedVolume.at(temporary.resolve("v"));
    outer.publish(Map.of("name", "svc", "port", "1"));
    SimulatedVolume inner = SimulatedVolume.at(temporary.resolve("v/db"));
    inner.publish(Map.of("url", "x://y", "password", "p"));
    Path around = temporary.resolve("v/../v");
    CaseSchema.App bound = app().mounts(around).load().value();
    assertEquals("svc p", bound.name() + " " + bound.db().password().reveal());
  }

  @Test
  void aDotenvFileHoldsVariablesBelowTheEnvironment() throws IOException {
    Path file = written(".env", """
        # the usual
        APP_NAME='single $quoted'
        export APP_DB_URL=x://y#z
        APP_DB_PASSWORD="line\\nbreak \\"quoted\\""
        APP_HOSTS_0=a
        OTHER=1

        """);
    Config<CaseSchema.App> config =
        app().files(file).environment(env("APP_PORT", "9")).load();
    assertEquals("single $quoted", config.value().name());
    assertEquals("x://y#z", config.value().db().url().toString());
    assertEquals("line\nbreak \"quoted\"", config.value().db().password().reveal());
    assertEquals(List.of("a"), config.value().hosts());
    assertEquals(
        file + ":2:10", config.explain("name").candidates().get(0).origin().toString());
    for (String bad : List.of(
        "APP_NAME",
        "APP_NAME =x",
        "APP_NAME= x",
        "APP_NAME=x # y",
        "APP_NAME=\"x",
        "APP_NAME='x' y")) {
      Problem problem = refusedOnce(app().file("a.env", bad + "\n").environment(min()));
      assertEquals(Problem.Code.SYNTAX, problem.code(), bad);
    }
    assertEquals(
        "did you mean APP_TIMEOUT?",
        refusedOnce(app().file("a.env", "APP_TIMEOT=1s").environment(min())).remedy());
  }

  @Test
  void aFileThatIsNotWellFormedIsNamedWithoutItsContent() throws IOException {
    for (String bad : List.of(
        "",
        "{",
        "{\"name\": \"a\"",
        "{name: CANARY}",
        "{\"name\": CANARY}",
        "[1]",
        "\"CANARY\"",
        "null",
        "{} {}",
        "{\"name\": \"a\",}",
        "{\"name\": 01}",
        "{\"name\": NaN}",
        "[".repeat(100_000),
        "{\"a\":".repeat(90))) {
      Problem problem = refusedOnce(app().file("a.json", bad).environment(min()));
      assertEquals(Problem.Code.SYNTAX, problem.code(), bad);
      assertTrue(problem.origins().get(0).toString().startsWith("a.json:"), problem::toString);
    }
    Path latin = Files.write(temporary.resolve("a.json"), new byte[] {'{', '"', (byte) 0xfc, '"'});
    assertEquals(
        Problem.Code.ENCODING,
        refusedOnce(app().files(latin).environment(min())).code());
    Path marked = written("b.json", "\uFEFF{\"port\": 7}");
    assertEquals(7, app().files(marked).environment(min()).load().value().port());
    Problem format = refusedOnce(app().file("a.toml", "x").environment(min()));
    assertTrue(format.message().contains("toml"), format::toString);
    assertEquals(
        Problem.Code.UNREADABLE,
        refusedOnce(app().files(temporary.resolve("none.json")).environment(min()))
            .code());
  }

  @Test
  void aHostileFormatIsAProblemOfItsFile() {
    record Name(String name) {}
    List<cnkit.config.format.FileFormat> formats = List.of(
        text -> {
          throw new IllegalStateException(CANARY);
        },
        text -> {
          throw new StackOverflowError(CANARY);
        },
        text -> () -> new cnkit.config.format.FileFormat.Event(
            cnkit.config.format.FileFormat.Kind.LIST, "", 1, 1),
        text -> () -> new cnkit.config.format.FileFormat.Event(
            cnkit.config.format.FileFormat.Kind.CLOSE, "", 1, 1));
    for (var format : formats) {
      List<Problem> problems = refused(under(Name.class).format(format, "x").file("a.x", CANARY));
      assertEquals(Problem.Code.SYNTAX, problems.get(1).code(), problems::toString);
    }
  }

  @Test
  void theOrderOfTheCallsMeansNothing() {
    var one = app()
        .args("--port=4")
        .environment(min("APP_PORT", "3"))
        .mount("/m", mounted("port", "2"))
        .file("a.json", "{\"port\": 1}");
    var other = app()
        .file("a.json", "{\"port\": 1}")
        .mount("/m", mounted("port", "2"))
        .environment(min("APP_PORT", "3"))
        .args("--port=4");
    assertEquals(one.load().dump(), other.load().dump());
    assertEquals(one.load().fingerprint(), other.load().fingerprint());
  }

  @Test
  void aFingerprintTellsSettingsApartButNotSecretsNorPlaces() {
    String plain = app().environment(min("APP_PORT", "8080")).load().fingerprint();
    assertEquals(16, plain.length());
    assertEquals(plain, app().environment(min()).load().fingerprint());
    assertEquals(
        plain, app().environment(min("APP_DB_PASSWORD", "other")).load().fingerprint());
    assertFalse(plain.equals(app().environment(min("APP_PORT", "8081")).load().fingerprint()));
    assertFalse(plain.equals(app().environment(min("APP_HOSTS", "a")).load().fingerprint()));
  }
}
