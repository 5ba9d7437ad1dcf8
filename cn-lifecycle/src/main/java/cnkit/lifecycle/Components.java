package cnkit.lifecycle;

import cnkit.core.internal.Pure;
import cnkit.lifecycle.LifecycleException.Problem;
import cnkit.lifecycle.machine.Graph;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The components that a builder was given, infrastructure first, otherwise as registered. Immutable. */
@Pure
record Components(List<Component> all) {
  Components {
    all = List.copyOf(all);
  }

  /** How a component stops, given the time that its tasks get before they are interrupted. */
  interface Stop {
    void run(Duration taskBudget) throws Exception;
  }

  /**
   * One component.
   *
   * @param phase the phase in which it stops
   * @param needs what must have started before it
   */
  record Component(
      String name,
      boolean infrastructure,
      Action start,
      Stop stop,
      String phase,
      List<String> needs,
      Optional<Action> stopIntake) {
    Component {
      needs = List.copyOf(needs);
    }

    Component withNeeds(List<String> names) {
      return new Component(name, infrastructure, start, stop, phase, names, stopIntake);
    }

    Component withPhase(String other) {
      return new Component(name, infrastructure, start, stop, other, needs, stopIntake);
    }

    Component withStopIntake(Action action) {
      return new Component(name, infrastructure, start, stop, phase, needs, Optional.of(action));
    }
  }

  static Components of(List<Component> registered) {
    var sorted = new ArrayList<Component>();
    registered.stream().filter(Component::infrastructure).forEach(sorted::add);
    registered.stream().filter(each -> !each.infrastructure()).forEach(sorted::add);
    return new Components(sorted);
  }

  /** Names that are missing, used twice or unknown, phases that do not fit, and cycles. */
  List<Problem> problems(PhaseOrder order) {
    var problems = new ArrayList<Problem>();
    Map<String, Component> byName = new HashMap<>();
    for (Component each : all) {
      if (each.name().isBlank()) {
        problems.add(problem("a component has no name", each.name()));
      }
      if (byName.put(each.name(), each) != null) {
        problems.add(problem("two components are named " + each.name(), each.name()));
      }
    }
    var graph = new Graph();
    boolean complete = true;
    for (Component each : all) {
      graph.node(each.name(), each.needs());
      checkPhase(each, order, problems);
      for (String need : each.needs()) {
        Component other = byName.get(need);
        if (other == null) {
          complete = false;
          problems.add(problem(
              each.name() + " depends on " + need + ", which does not exist", each.name(), need));
        } else {
          checkEdge(each, other, order, problems);
        }
      }
    }
    if (complete && graph.order().isEmpty()) {
      List<String> path = graph.cycle();
      problems.add(
          new Problem(path, "components depend on each other: " + String.join(" -> ", path)));
    }
    return problems;
  }

  private static void checkPhase(Component each, PhaseOrder order, List<Problem> problems) {
    boolean last = each.phase().equals(Phase.INFRASTRUCTURE);
    // without an order, an added phase cannot be judged
    boolean known = !order.names().isEmpty() || last || each.phase().equals(Phase.CLOSE);
    if (known && (last != each.infrastructure() || !order.stopsComponents(each.phase()))) {
      problems.add(problem(
          each.name() + " cannot stop in phase " + each.phase()
              + ": expected stop-intake, close or an added phase before flush",
          each.name()));
    }
  }

  private static void checkEdge(
      Component each, Component need, PhaseOrder order, List<Problem> problems) {
    int earlier = order.indexOf(need.phase());
    if (earlier >= 0 && earlier < order.indexOf(each.phase())) {
      problems.add(problem(
          each.name() + " (stops in " + each.phase() + ") depends on " + need.name() + " (stops in "
              + need.phase() + "), which starts later and stops earlier",
          each.name(),
          need.name()));
    }
  }

  private static Problem problem(String message, String... concerned) {
    return new Problem(List.of(concerned), message);
  }
}
