package cnkit.lifecycle;

import cnkit.core.internal.Pure;
import cnkit.lifecycle.LifecycleException.Problem;
import cnkit.lifecycle.machine.Budget;
import cnkit.lifecycle.machine.Budget.Slot;
import cnkit.lifecycle.machine.Graph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The order of the built-in phases and of those that the user added.
 *
 * @param names all phases in the order in which they run; empty if there are problems
 * @param problems why there is no order
 */
@Pure
record PhaseOrder(List<String> names, List<Problem> problems) {
  private static final List<String> BUILT_IN = List.of(
      Phase.ANNOUNCE,
      Phase.PROPAGATE,
      Phase.STOP_INTAKE,
      Phase.DRAIN,
      Phase.CLOSE,
      Phase.FLUSH,
      Phase.INFRASTRUCTURE);

  PhaseOrder {
    names = List.copyOf(names);
    problems = List.copyOf(problems);
  }

  static PhaseOrder of(List<Phase> added) {
    var problems = new ArrayList<Problem>();
    Map<String, List<String>> needs = needs(added, problems);
    for (Phase phase : added) {
      addEdges(phase, needs, problems);
    }
    if (!problems.isEmpty()) {
      return new PhaseOrder(List.of(), problems);
    }
    var graph = new Graph();
    needs.forEach(graph::node);
    Optional<List<String>> order = graph.order();
    if (order.isEmpty()) {
      List<String> path = graph.cycle();
      problems.add(new Problem(path, "phases wait for each other: " + String.join(" -> ", path)));
    }
    return new PhaseOrder(order.orElse(List.of()), problems);
  }

  /** What each phase follows; added phases first, so that of two that may run, theirs comes before the built-in one. */
  private static Map<String, List<String>> needs(List<Phase> added, List<Problem> problems) {
    Map<String, List<String>> needs = new LinkedHashMap<>();
    for (Phase phase : added) {
      var follows = new ArrayList<>(phase.follows());
      follows.add(isFree(phase) ? Phase.DRAIN : Phase.ANNOUNCE);
      if (needs.put(phase.name(), follows) != null || BUILT_IN.contains(phase.name())) {
        problems.add(problem(phase, "two phases are named " + phase.name()));
      }
    }
    String before = "";
    for (String phase : BUILT_IN) {
      needs.put(phase, new ArrayList<>(before.isEmpty() ? List.of() : List.of(before)));
      before = phase;
    }
    return needs;
  }

  private static void addEdges(
      Phase phase, Map<String, List<String>> needs, List<Problem> problems) {
    for (String other : phase.follows()) {
      if (!needs.containsKey(other)) {
        problems.add(unknown(phase, other));
      }
    }
    var precedes = new ArrayList<>(phase.precedes());
    precedes.add(isFree(phase) ? Phase.CLOSE : Phase.INFRASTRUCTURE);
    for (String other : precedes) {
      List<String> edges = needs.get(other);
      if (edges == null) {
        problems.add(unknown(phase, other));
      } else {
        edges.add(phase.name());
      }
    }
  }

  private static boolean isFree(Phase phase) {
    return phase.follows().isEmpty() && phase.precedes().isEmpty();
  }

  private static Problem unknown(Phase phase, String other) {
    return problem(
        phase, "phase " + phase.name() + " names a phase " + other + " that does not exist");
  }

  private static Problem problem(Phase phase, String message) {
    return new Problem(List.of(phase.name()), message);
  }

  int indexOf(String phase) {
    return names.indexOf(phase);
  }

  /** Whether components may stop in this phase. */
  boolean stopsComponents(String phase) {
    return switch (phase) {
      case Phase.ANNOUNCE, Phase.PROPAGATE, Phase.DRAIN, Phase.FLUSH -> false;
      case Phase.INFRASTRUCTURE, Phase.STOP_INTAKE, Phase.CLOSE -> true;
      default -> indexOf(phase) >= 0 && indexOf(phase) < indexOf(Phase.FLUSH);
    };
  }

  /** The budget of each phase in this order. */
  Budget budget(ShutdownPlan plan) {
    long close = plan.closeBudget().toNanos();
    long flush = plan.flushBudget().toNanos();
    Map<String, Long> added = new HashMap<>();
    plan.phases().forEach(phase -> added.put(phase.name(), phase.budget().toNanos()));
    var slots = new ArrayList<Slot>();
    for (String name : names) {
      slots.add(
          switch (name) {
            case Phase.ANNOUNCE -> new Slot(name, Budget.Kind.ANNOUNCE, close / 4, 0);
            case Phase.PROPAGATE ->
              new Slot(name, Budget.Kind.PROPAGATE, plan.propagation().toNanos(), 0);
            case Phase.STOP_INTAKE -> new Slot(name, Budget.Kind.STOP_INTAKE, close, 0);
            case Phase.DRAIN ->
              new Slot(name, Budget.Kind.DRAIN, Math.max(0, plan.drainBudget().toNanos()), 0);
            case Phase.CLOSE -> new Slot(name, Budget.Kind.CLOSE, close, close / 2);
            case Phase.FLUSH -> new Slot(name, Budget.Kind.FLUSH, flush, flush);
            case Phase.INFRASTRUCTURE ->
              new Slot(name, Budget.Kind.INFRASTRUCTURE, close, close / 4);
            default -> {
              long own = added.getOrDefault(name, 0L);
              yield new Slot(name, Budget.Kind.ADDED, own, own);
            }
          });
    }
    return new Budget(slots, plan.grace().toNanos(), plan.propagation().toNanos(), close, flush);
  }
}
