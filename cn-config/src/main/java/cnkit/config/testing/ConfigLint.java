package cnkit.config.testing;

import static java.util.Objects.requireNonNull;

import cnkit.config.Config;
import cnkit.config.Problem;
import java.util.List;
import java.util.Set;

/**
 * Fails a test if the annotation processor would report a problem; for builds that do not run the processor.
 *
 * <pre>
 * &#64;Test
 * void theSettingsAreSound() {
 *   ConfigLint.assertClean(Settings.class);
 * }
 * </pre>
 */
public final class ConfigLint {
  private ConfigLint() {}

  /**
   * Checks that {@link Config#lint} reports nothing.
   *
   * @param type the record of settings
   * @param accepted paths whose warnings ({@link Problem.Code#DOUBTFUL}) are accepted; an error cannot be accepted,
   *     because start-up would reject it
   * @throws AssertionError naming every problem, and every accepted path that has none
   * @throws IllegalArgumentException if the class is no record
   */
  public static void assertClean(Class<?> type, String... accepted) {
    requireNonNull(type, "type");
    Set<String> fine = Set.of(accepted);
    List<Problem> problems = Config.lint(type);
    var text = new StringBuilder();
    for (Problem problem : problems) {
      boolean waived = problem.code() == Problem.Code.DOUBTFUL && fine.contains(problem.path());
      if (!waived) {
        text.append("\n  ").append(problem.code()).append("  ").append(problem);
      }
    }
    for (String path : fine) {
      boolean needed = problems.stream()
          .anyMatch(p -> p.code() == Problem.Code.DOUBTFUL && p.path().equals(path));
      if (!needed) {
        text.append("\n  ").append(path).append("  is accepted, but there is nothing to accept");
      }
    }
    if (!text.isEmpty()) {
      throw new AssertionError("the settings of " + type.getName() + " are not sound" + text);
    }
  }
}
