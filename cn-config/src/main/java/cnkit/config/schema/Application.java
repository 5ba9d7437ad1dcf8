package cnkit.config.schema;

import cnkit.config.Origin;
import cnkit.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Runs the checks of the application and gives their problems the names and places of the settings. */
public final class Application {
  private final Layout layout;
  private final Layer merged;

  public Application(Layout layout, Layer merged) {
    this.layout = layout;
    this.merged = merged;
  }

  @SuppressWarnings("NullAway") // a check is hostile by assumption and may give null
  public void run(
      List<Function<Object, List<Problem>>> checks, Object settings, List<Problem> problems) {
    for (Function<Object, List<Problem>> check : checks) {
      try {
        List<Problem> found = check.apply(settings);
        if (found != null) {
          for (Problem problem : found) {
            problems.add(placed(problem));
          }
        }
      } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
        problems.add(new Problem(
            Problem.Code.REJECTED, "", Rejection.message(e, layout, merged), List.of(), ""));
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
