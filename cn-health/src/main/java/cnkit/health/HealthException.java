package cnkit.health;

import java.util.List;

/**
 * Thrown for a registry that cannot be built: for example, two checks have one name, or a remote check is used for
 * liveness. Lists all problems of one {@code build()} or {@code register(…)} at once, each with its remedy.
 */
public final class HealthException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  HealthException(List<String> problems) {
    super(text(problems));
    this.problems = List.copyOf(problems);
  }

  /**
   * The problems, one line each.
   *
   * @return at least one; empty only after Java serialisation, which keeps the message alone
   */
  public List<String> problems() {
    return problems == null ? List.of() : problems;
  }

  private static String text(List<String> problems) {
    var text = new StringBuilder("health has ").append(problems.size());
    text.append(problems.size() == 1 ? " problem" : " problems");
    for (String problem : problems) {
      text.append("\n  ").append(problem);
    }
    return text.toString();
  }
}
