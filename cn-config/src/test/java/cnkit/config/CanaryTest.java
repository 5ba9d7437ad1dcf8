package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import cnkit.config.testing.SimulatedVolume;
import cnkit.config.text.Names;
import cnkit.core.internal.JsonWriter;
import cnkit.core.testing.VirtualTime;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A random canary in every secret leaf in turn, over every channel, into every error; all output is searched for it. */
class CanaryTest {
  enum Color {
    RED,
    GREEN
  }

  record Custom(String text) {}

  record Login(String user, Secret<String> password) {
    Login {
      if (user.equals("refused")) {
        throw new IllegalArgumentException(
            "cannot log in with " + password.reveal(),
            new IllegalStateException(password.reveal()));
      }
    }
  }

  sealed interface Store permits Disk, Cloud {}

  record Disk(Path path) implements Store {}

  record Cloud(Secret<String> key) implements Store {}

  record Vault(
      @Matches("[a-z]{3}") Secret<String> matched,
      @Range("1..5") Secret<Integer> number,
      Secret<URI> uri,
      Secret<Duration> pause,
      @Size("1..3") Secret<byte[]> bytes,
      Secret<Color> color,
      Secret<Custom> custom,
      @Size("2..9") List<Secret<String>> list,
      Set<Secret<Integer>> set,
      Map<String, Secret<Integer>> map,
      Optional<Secret<Long>> optional,
      Rotating<Secret<String>> rotating,
      @Formerly(value = "old", until = "2020-01-01") Secret<String> renamed,
      Login login,
      Store store,
      List<Login> logins) {}

  private static final List<String> LEAVES = List.of(
      "matched",
      "number",
      "uri",
      "pause",
      "bytes",
      "color",
      "custom",
      "list",
      "list.1",
      "set",
      "set.0",
      "map",
      "map.k",
      "optional",
      "rotating",
      "renamed",
      "old",
      "login.password",
      "store.key",
      "logins.0.password");

  private enum Way {
    VARIABLE,
    VARIABLE_FILE,
    MOUNT,
    JSON,
    NESTED_JSON,
    PROPERTIES,
    DOTENV,
    FLAG,
    ALLOWED_FLAG,
    BROKEN_JSON,
    BROKEN_DOTENV,
    UNKNOWN_KEY
  }

  private enum Trouble {
    NONE,
    ALL_ELSE_MISSING,
    CONSTRUCTOR_THROWS,
    CHECK_THROWS,
    CHECK_RETURNS_IT,
    TWICE
  }

  @Provide
  Arbitrary<String> canaries() {
    Arbitrary<String> plain =
        Arbitraries.strings().withChars("QXZJKVW0123456789").ofMinLength(8).ofMaxLength(20);
    return Arbitraries.oneOf(
        plain,
        plain.map(text -> " :" + text),
        plain.map(text -> "http://u:" + text + "@h/?" + text),
        plain.map(text -> text + "," + text + "=" + text),
        plain.map(text -> text + "\n\"" + text));
  }

  @Provide
  Arbitrary<String> leaves() {
    return Arbitraries.of(LEAVES);
  }

  @Property(tries = 3_000)
  void noOutputHoldsAFragmentOfASecret(
      @ForAll("canaries") String canary,
      @ForAll("leaves") String leaf,
      @ForAll Way way,
      @ForAll Trouble trouble)
      throws IOException {
    var output = new StringWriter();
    var out = new PrintWriter(output);
    Path directory = Files.createTempDirectory("canary");
    Path file = Files.writeString(directory.resolve("content"), canary);
    var logged = new ListAppender<ILoggingEvent>();
    Logger root = (Logger) LoggerFactory.getLogger("cnkit.config");
    root.setLevel(Level.TRACE);
    logged.start();
    root.addAppender(logged);
    try {
      var variables = new LinkedHashMap<String, String>();
      if (trouble != Trouble.ALL_ELSE_MISSING) {
        fill(variables);
      }
      if (trouble == Trouble.CONSTRUCTOR_THROWS) {
        variables.put("APP_LOGIN_USER", "refused");
      }
      ConfigBuilder<Vault> builder = Config.builder(Vault.class, MethodHandles.lookup())
          .prefix("APP")
          .converter(
              Custom.class,
              text -> text.equals("fine") ? Conversion.ok(new Custom(text)) : thrown(text));
      if (trouble == Trouble.CHECK_THROWS) {
        builder.check(vault -> {
          throw new IllegalStateException(
              "refused " + vault.login().password().reveal() + vault.matched().reveal(),
              new Error(canary));
        });
      } else if (trouble == Trouble.CHECK_RETURNS_IT) {
        builder.check(vault -> List.of(
            Problem.of("refused " + vault.login().password().reveal(), "login.password"),
            Problem.of("refused " + vault.rotating().current().reveal(), "rotating")));
      }
      put(builder, variables, way, leaf, canary, file);
      if (trouble == Trouble.TWICE) {
        builder.file(
            "twice.json",
            new JsonWriter()
                .beginObject()
                .field(leaf, canary)
                .field(leaf, canary)
                .endObject()
                .toString());
      }
      builder.environment(variables);
      tell(builder, out);
    } finally {
      root.detachAppender(logged);
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    }
    for (ILoggingEvent event : logged.list) {
      out.println(event.getFormattedMessage());
      if (event.getThrowableProxy() != null) {
        out.println(ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
    }
    out.flush();
    search(output.toString(), canary);
  }

  private static Conversion<Custom> thrown(String text) {
    throw new IllegalArgumentException(text, new IllegalStateException(text));
  }

  private static void search(String everything, String canary) {
    for (int i = 0; i + 6 <= canary.length(); i++) {
      String fragment = canary.substring(i, i + 6);
      boolean telling = true;
      for (int c = 0; c < 6; c++) {
        telling &= "QXZJKVW0123456789".indexOf(fragment.charAt(c)) >= 0;
      }
      if (telling) {
        assertFalse(everything.contains(fragment), () -> fragment + " in " + everything);
      }
    }
  }

  /** All that is needed, with nothing secret about it. */
  private static void fill(Map<String, String> variables) {
    variables.put("APP_MATCHED", "abc");
    variables.put("APP_NUMBER", "3");
    variables.put("APP_URI", "x://y");
    variables.put("APP_PAUSE", "3s");
    variables.put("APP_BYTES", "YWI=");
    variables.put("APP_COLOR", "red");
    variables.put("APP_CUSTOM", "fine");
    variables.put("APP_LIST", "a,b");
    variables.put("APP_ROTATING", "now");
    variables.put("APP_RENAMED", "new");
    variables.put("APP_LOGIN_USER", "u");
    variables.put("APP_LOGIN_PASSWORD", "p");
    variables.put("APP_STORE_TYPE", "cloud");
    variables.put("APP_STORE_KEY", "k");
    variables.put("APP_LOGINS_0_USER", "u");
    variables.put("APP_LOGINS_0_PASSWORD", "p");
  }

  private static void put(
      ConfigBuilder<Vault> builder,
      Map<String, String> variables,
      Way way,
      String leaf,
      String canary,
      Path file) {
    String variable = "APP_" + Names.env(leaf.replace("map.k", "map"));
    if (way != Way.FLAG && way != Way.VARIABLE) {
      variables.remove(variable);
    }
    String json = new JsonWriter().beginObject().field(leaf, canary).endObject().toString();
    switch (way) {
      case VARIABLE -> variables.put(variable, canary);
      case VARIABLE_FILE -> variables.put(variable + "_FILE", file.toString());
      case MOUNT -> builder.mount("/m", Map.of(leaf, canary.getBytes(StandardCharsets.UTF_8)));
      case JSON -> builder.file("a.json", json);
      case NESTED_JSON -> builder.file("a.json", nested(leaf, canary));
      case PROPERTIES ->
        builder.file(
            "a.properties", leaf + "=" + canary.replace("\\", "\\\\").replace("\n", "\\n"));
      case DOTENV -> builder.file("a.env", variable + "='" + canary + "'");
      case FLAG -> builder.args("--" + leaf + "=" + canary);
      case ALLOWED_FLAG -> builder.args("--" + leaf, canary).allowSecretFlags();
      case BROKEN_JSON -> builder.file("a.json", "{\"" + leaf + "\": " + canary + "}");
      case BROKEN_DOTENV -> builder.file("a.env", variable + "= " + canary + " # x");
      case UNKNOWN_KEY -> {
        builder.file(
            "a.json",
            "{\"" + leaf + "x\": {\"y\": \"" + canary.replace("\n", "").replace("\"", "") + "\"}}");
        variables.put(variable + "X", canary);
      }
    }
  }

  private static String nested(String leaf, String canary) {
    var json = new JsonWriter();
    String[] parts = leaf.split("\\.", -1);
    for (String part : parts) {
      json.beginObject().name(part);
    }
    json.value(canary);
    for (int i = 0; i < parts.length; i++) {
      json.endObject();
    }
    return json.toString();
  }

  /** Everything that anybody can get out of it. */
  private static void tell(ConfigBuilder<Vault> builder, PrintWriter out) {
    out.println(builder.help());
    Config<Vault> config;
    try {
      config = builder.load();
    } catch (ConfigException refusal) {
      tell(refusal, out, 0);
      for (Problem problem : refusal.problems()) {
        out.println(problem);
        out.println(problem.toJson());
        out.println(problem.code()
            + problem.path()
            + problem.message()
            + problem.origins()
            + problem.remedy());
      }
      return;
    }
    out.println(config);
    out.println(config.dump());
    out.println(config.toJson());
    out.println(config.fingerprint());
    out.println(config.warnings());
    out.println(config.value());
    for (String leaf : LEAVES) {
      try {
        out.println(config.explain(leaf));
      } catch (IllegalArgumentException notALeaf) {
        out.println(notALeaf);
      }
    }
    var mapper = new ObjectMapper();
    Vault vault = config.value();
    for (Object value : new Object[] {
      vault.matched(),
      vault.number(),
      vault.uri(),
      vault.bytes(),
      vault.list(),
      vault.map(),
      vault.rotating(),
      vault.login(),
      vault.store(),
      vault.logins()
    }) {
      try {
        out.println(mapper.writeValueAsString(value));
      } catch (JsonProcessingException e) {
        out.println(e);
      }
    }
    LoggerFactory.getLogger("cnkit.config.CanaryTest")
        .info("{} {}", vault, vault.login().password());
  }

  private static void tell(Throwable thrown, PrintWriter out, int depth) {
    thrown.printStackTrace(out);
    out.println(thrown);
    for (Throwable suppressed : thrown.getSuppressed()) {
      tell(suppressed, out, depth + 1);
    }
    Throwable cause = thrown.getCause();
    if (cause != null && depth < 9) {
      tell(cause, out, depth + 1);
    }
  }

  record Linked(Secret<Integer> port) {}

  @Test
  void aSecretThatReadsLikeAServiceLinkIsNotQuoted() {
    ConfigException refusal = assertThrows(
        ConfigException.class,
        () -> Config.builder(Linked.class, MethodHandles.lookup())
            .prefix("APP")
            .environment(Map.of("APP_PORT", "tcp://10.98.76.54:8080"))
            .load());
    var output = new StringWriter();
    tell(refusal, new PrintWriter(output, true), 0);
    assertTrue(output.toString().contains("APP_PORT"), output::toString);
    assertFalse(output.toString().contains("98.76"), output::toString);
  }

  record Quoting(List<Secret<String>> list, Map<String, Secret<String>> map) {
    Quoting {
      throw new IllegalArgumentException(
          list.isEmpty() ? map.values().iterator().next().reveal() : list.get(0).reveal());
    }
  }

  @Test
  void aConstructorThatQuotesASecretOfAListOrMapIsWithheld() {
    for (String variable : List.of("APP_LIST=QXZJKVW", "APP_LIST_0=QXZJKVW", "APP_MAP=k=QXZJKVW")) {
      int equals = variable.indexOf('=');
      ConfigException refusal = assertThrows(
          ConfigException.class,
          () -> Config.builder(Quoting.class, MethodHandles.lookup())
              .prefix("APP")
              .environment(Map.of(variable.substring(0, equals), variable.substring(equals + 1)))
              .load());
      var output = new StringWriter();
      tell(refusal, new PrintWriter(output, true), 0);
      assertTrue(output.toString().contains("withheld"), output::toString);
      assertFalse(output.toString().contains("QXZJKVW"), output::toString);
    }
  }

  record Rotated(
      @Matches("[a-z]+") Rotating<Secret<String>> key, Optional<Secret<Integer>> number) {}

  @Property(tries = 50)
  void noReloadAndNoRotationTellsASecret(@ForAll("canaries") String canary) throws IOException {
    Path directory = Files.createTempDirectory("canary");
    var output = new ArrayList<Object>();
    var logged = new ListAppender<ILoggingEvent>();
    Logger root = (Logger) LoggerFactory.getLogger("cnkit.config");
    logged.start();
    root.addAppender(logged);
    SimulatedVolume volume = SimulatedVolume.at(directory.resolve("v"));
    volume.publish(Map.of("key", "fine"));
    var time = new VirtualTime();
    ConfigBuilder<Rotated> builder = Config.builder(Rotated.class, MethodHandles.lookup())
        .mounts(volume.directory())
        .time(time);
    try (Reloadable<Rotated> live = builder.reloadable()) {
      live.subscribe(output::add);
      live.subscribe(event -> {
        throw new IllegalStateException("" + event);
      });
      Rotating<Secret<String>> key = live.value().key();
      for (Map<String, String> files : List.of(
          Map.of("key", canary),
          Map.of("key", "fine", "number", canary),
          Map.of("key", "good", canary.substring(0, 2) + "x", canary))) {
        var clean = new TreeMap<>(files);
        clean.keySet().removeIf(name -> name.startsWith(" ") || name.contains("/"));
        volume.publish(clean);
        time.advance(Duration.ofSeconds(2));
        output.add(live.poll());
        output.add(key.current());
        output.add(key.problem());
      }
    } finally {
      root.detachAppender(logged);
      volume.publish(Map.of());
    }
    for (ILoggingEvent event : logged.list) {
      output.add(event.getFormattedMessage());
      if (event.getThrowableProxy() != null) {
        output.add(ThrowableProxyUtil.asString(event.getThrowableProxy()));
      }
    }
    search(output.toString(), canary);
  }
}
