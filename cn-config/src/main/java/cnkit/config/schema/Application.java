package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.config.Problem;
import cnkit.core.internal.Guarded;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs the checks of the application and gives their problems the names and places of the settings. */
public final class Application {
  private final Layout layout;
  private final Layer merged;

  public Application(Layout layout, Layer merged) {
    this.layout = layout;
    this.merged = merged;
  }

  public void run(
      List<Function<Object, List<Problem>>> checks, Object settings, List<Problem> problems) {
    for (Function<Object, List<Problem>> check : checks) {
      Throwable thrown = Guarded.run(() -> add(check.apply(settings), problems));
      if (thrown instanceof Error error && !isVerdict(error)) {
        throw error; // a reload tries again
      }
      if (thrown != null) {
        String message = Rejection.message(thrown, layout, merged);
        problems.add(new Problem(Problem.Code.REJECTED, "", message, List.of(), ""));
      }
    }
  }

  /** Whether it is about the settings, rather than about a machine in trouble. */
  private static boolean isVerdict(Error thrown) {
    return thrown instanceof AssertionError
        || thrown instanceof LinkageError
        || thrown instanceof StackOverflowError;
  }

  /** Null counts as no problem. */
  private void add(@Nullable List<Problem> found, List<Problem> problems) {
    if (found != null) {
      for (Problem problem : found) {
        problems.add(placed(problem));
      }
    }
  }

  private Problem placed(Problem problem) {
    if (!problem.origins().isEmpty() || problem.path().isEmpty()) {
      return problem;
    }
    var origins = new ArrayList<Origin>();
    for (String path : problem.path().split(", ", -1)) {
      Slot slot = layout.byPath.get(path);
      if (slot != null) {
        Node node = merged.given(slot);
        origins.add(
            node == null
                ? new Origin(Origin.Channel.DEFAULT, layout.spelled(slot), 0, 0)
                : node.origin());
      }
    }
    boolean tells = Rejection.tells(problem.message(), Rejection.secrets(layout, merged));
    String message = tells
        ? "refused with a message that is withheld, since it quotes a secret"
        : problem.message();
    return new Problem(problem.code(), problem.path(), message, origins, problem.remedy());
  }
}
