package cnkit.config.testing;

import cnkit.config.Config;
import cnkit.config.ConfigBuilder;
import cnkit.config.ConfigException;
import cnkit.config.Explanation;
import cnkit.config.Origin;
import cnkit.config.Problem;
import java.util.ArrayList;
import java.util.List;

/**
 * Assertions for the tests of a service's settings. All sources are given to the builder, so no test depends on the
 * machine it runs on. The assertions throw {@link AssertionError} and need no test framework.
 *
 * <pre>{@code
 * ConfigBuilder<Settings> builder =
 *     Config.builder(Settings.class, MethodHandles.lookup()).prefix("APP").environment(Map.of("APP_PORT", "x"));
 * ConfigAssertions.assertRefused(builder, "db.password MISSING", "port TYPE");
 * ConfigAssertions.assertMessage(builder, "port", "expected a whole number 0..65535");
 * }</pre>
 */
public final class ConfigAssertions {
  private ConfigAssertions() {}

  /**
   * Asserts that a setting which no source sets has this default.
   *
   * @param config a configuration whose sources do not set it
   * @param path the setting
   * @param text the default as the schema writes it
   */
  public static void assertDefault(Config<?> config, String path, String text) {
    Explanation explanation = config.explain(path);
    if (explanation.candidates().isEmpty()) {
      throw new AssertionError(path + " has no default, expected " + text);
    }
    Explanation.Candidate winner = explanation.candidates().get(0);
    if (winner.origin().channel() != Origin.Channel.DEFAULT) {
      throw new AssertionError("a source sets it: " + explanation);
    }
    if (!winner.value().equals(text)) {
      throw new AssertionError(path + " has the default " + winner.value() + ", expected " + text);
    }
  }

  /**
   * Asserts that a setting was bound under its former name, with exactly one warning about it.
   *
   * @param config a configuration whose sources use the former name
   * @param former the former name as the source spells it: a path or a variable
   * @param path the setting's present path
   */
  public static void assertRenamed(Config<?> config, String former, String path) {
    int found = 0;
    for (Problem warning : config.warnings()) {
      boolean names = warning.message().contains("former name " + former);
      if (warning.code() == Problem.Code.RENAMED && warning.path().equals(path) && names) {
        found++;
      }
    }
    if (found != 1) {
      throw new AssertionError("expected one warning that " + path + " is set as " + former
          + ", got " + config.warnings());
    }
    if (config.explain(path).candidates().isEmpty()) {
      throw new AssertionError(path + " is not set");
    }
  }

  /**
   * Asserts that loading is rejected with exactly these problems.
   *
   * @param builder sources that are wrong
   * @param expected the path and the code of each problem in the order of the report, such as
   *     {@code "port RANGE"}; the code alone where there is no path
   * @return the problems, for further assertions
   */
  public static List<Problem> assertRefused(ConfigBuilder<?> builder, String... expected) {
    List<Problem> problems = problems(builder);
    var found = new ArrayList<String>();
    for (Problem problem : problems) {
      found.add(
          problem.path().isEmpty() ? problem.code().name() : problem.path() + " " + problem.code());
    }
    if (!found.equals(List.of(expected))) {
      throw new AssertionError(
          "expected " + List.of(expected) + ", got " + found + "\n" + problems);
    }
    return problems;
  }

  /**
   * Asserts that loading is rejected, and that a problem of this setting contains this text.
   *
   * @param builder sources that are wrong
   * @param path the setting; empty for problems that concern no setting
   * @param text a part of the problem's line in the report
   */
  public static void assertMessage(ConfigBuilder<?> builder, String path, String text) {
    List<Problem> problems = problems(builder);
    for (Problem problem : problems) {
      if (problem.path().equals(path) && problem.toString().contains(text)) {
        return;
      }
    }
    throw new AssertionError("no problem of " + path + " says \"" + text + "\": " + problems);
  }

  private static List<Problem> problems(ConfigBuilder<?> builder) {
    Config<?> config;
    try {
      config = builder.load();
    } catch (ConfigException refusal) {
      return refusal.problems();
    }
    throw new AssertionError("expected to be refused, got\n" + config.dump());
  }
}
