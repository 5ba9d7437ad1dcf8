package cnkit.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Thrown if a lifecycle cannot be built or started. {@link #problems()} lists everything that is wrong at once.
 *
 * <p>If a component failed, {@link #getCause()} is what it threw. {@link #getSuppressed()} holds the failures of the
 * other components, and of the stops that followed.
 */
public final class LifecycleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What failed. */
  public enum Reason {
    /** The budgets do not fit into the grace. There may be other problems as well. */
    BUDGET,
    /** A setting is out of range, a name is unknown or used twice, or dependencies form a cycle. */
    GRAPH,
    /** A component threw or was too slow. The components that had started were stopped. */
    START_FAILED,
    /** The shutdown was requested while components started. The components that had started were stopped. */
    START_CANCELLED
  }

  /**
   * One thing that is wrong.
   *
   * @param settings the builder's settings or the components concerned, such as {@code grace} and {@code propagation}
   * @param message what is wrong and what to do
   */
  public record Problem(List<String> settings, String message) {
    public Problem {
      settings = List.copyOf(settings);
    }
  }

  private final Reason reason;
  private final transient List<Problem> problems;
  private final String table;

  LifecycleException(Reason reason, String message, List<Problem> problems, String table) {
    super(message);
    this.reason = reason;
    this.problems = List.copyOf(problems);
    this.table = table;
  }

  LifecycleException(
      Reason reason, String message, List<Problem> problems, Optional<Throwable> cause) {
    super(message, cause.orElse(null));
    this.reason = reason;
    this.problems = List.copyOf(problems);
    this.table = "";
  }

  /** All problems in one exception; those of the budget bring its table. */
  static LifecycleException notBuilt(List<Problem> budget, List<Problem> others, String table) {
    var all = new ArrayList<>(budget);
    all.addAll(others);
    var text = new StringBuilder("the lifecycle has ").append(all.size());
    text.append(all.size() == 1 ? " problem" : " problems");
    all.forEach(problem -> text.append("\n  ").append(problem.message()));
    if (budget.isEmpty()) {
      return new LifecycleException(Reason.GRAPH, text.toString(), all, "");
    }
    text.append('\n').append(table);
    return new LifecycleException(Reason.BUDGET, text.toString(), all, table);
  }

  /**
   * What could not be done.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }

  /**
   * Everything that is wrong.
   *
   * @return the problems; empty after deserialization
   */
  public List<Problem> problems() {
    return problems == null ? List.of() : problems;
  }

  /**
   * The budget as a table of text.
   *
   * @return the table for {@link Reason#BUDGET}, else an empty text
   */
  public String table() {
    return table;
  }
}
