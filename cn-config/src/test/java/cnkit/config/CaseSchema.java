package cnkit.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The schema of the case table, its minimal input, and the check that every refusal gets. */
final class CaseSchema {
  static final String CANARY = "s3cr3t-CANARY";

  enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  record Db(URI url, @Default("10") int maxPoolSize, Secret<String> password) {}

  record App(
      String name,
      @Default("8080") @Range("1..65535") int port,
      @Default("5s") Duration timeout,
      Db db,
      List<String> hosts,
      Map<String, String> labels,
      Optional<Integer> workers,
      @Default("INFO") LogLevel logLevel,
      @Default("false") boolean debug) {}

  private CaseSchema() {}

  /** Names and values in turn. */
  static Map<String, String> env(String... namesAndValues) {
    var variables = new LinkedHashMap<String, String>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      variables.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return variables;
  }

  /** The minimal valid input and more. */
  static Map<String, String> min(String... namesAndValues) {
    Map<String, String> variables =
        env("APP_NAME", "svc", "APP_DB_URL", "postgres://h/d", "APP_DB_PASSWORD", CANARY);
    variables.putAll(env(namesAndValues));
    return variables;
  }

  static ConfigBuilder<App> app() {
    return under(App.class);
  }

  static <T> ConfigBuilder<T> under(Class<T> type) {
    return Config.builder(type, MethodHandles.lookup()).prefix("APP");
  }

  static App bind(Map<String, String> variables) {
    return app().environment(variables).load().value();
  }

  /** All problems of a refusal, which tells no canary anywhere and gives every problem a place or a remedy. */
  static List<Problem> refused(ConfigBuilder<?> builder) {
    ConfigException refusal = assertThrows(ConfigException.class, builder::load);
    var everything = new StringWriter();
    refusal.printStackTrace(new PrintWriter(everything));
    for (Problem problem : refusal.problems()) {
      everything.append(problem.toString()).append(problem.toJson());
      assertFalse(
          problem.origins().isEmpty()
              && problem.remedy().isEmpty()
              && problem.code() != Problem.Code.SCHEMA,
          () -> "no place and no remedy: " + problem);
      assertTrue(
          !problem.path().isEmpty() || !problem.origins().isEmpty(),
          () -> "no path and no place: " + problem);
    }
    assertFalse(everything.toString().contains("CANARY"), everything::toString);
    ConfigException again = assertThrows(ConfigException.class, builder::load);
    assertEquals(refusal.getMessage(), again.getMessage(), "the same input gives the same report");
    return refusal.problems();
  }

  static Problem refusedOnce(ConfigBuilder<?> builder) {
    List<Problem> problems = refused(builder);
    assertEquals(1, problems.size(), problems::toString);
    return problems.get(0);
  }

  /** The one problem of the minimal input plus these variables. */
  static Problem refusedOnce(String... namesAndValues) {
    return refusedOnce(app().environment(min(namesAndValues)));
  }
}
