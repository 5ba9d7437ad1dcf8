package cnkit.lifecycle;

import cnkit.lifecycle.Components.Component;
import cnkit.lifecycle.Engine.Code;
import cnkit.lifecycle.machine.Blueprint;
import cnkit.lifecycle.machine.Blueprint.Role;
import cnkit.lifecycle.machine.Blueprint.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns checked components and callbacks into the units of a blueprint and the code that belongs to each of them. */
final class Assembly {
  private final PhaseOrder order;
  private final ShutdownPlan plan;
  private final List<Unit> units = new ArrayList<>();
  private final List<Code> code = new ArrayList<>();

  Assembly(PhaseOrder order, ShutdownPlan plan) {
    this.order = order;
    this.plan = plan;
  }

  /** Call this first: the units of components come before all others. */
  void components(Components components, List<Action> onStarted) {
    List<Component> all = components.all();
    Map<String, Integer> index = new HashMap<>();
    all.forEach(each -> index.put(each.name(), index.size()));
    List<Integer> infrastructure = all.stream()
        .filter(Component::infrastructure)
        .map(each -> index.get(each.name()))
        .toList();
    Duration taskBudget = Duration.ofNanos(ShutdownPlan.nanos(plan.closeBudget()) / 2);
    for (Component each : all) {
      var needs = new ArrayList<Integer>();
      each.needs().forEach(need -> needs.add(index.get(need)));
      if (!each.infrastructure()) {
        needs.addAll(infrastructure);
      }
      add(
          new Unit(each.name(), Role.COMPONENT, order.indexOf(each.phase()), needs),
          Optional.of(each.start()),
          Optional.of(() -> each.stop().run(taskBudget)));
    }
    var everything = new ArrayList<Integer>(index.values());
    for (Action callback : onStarted) {
      add(
          new Unit("on-started", Role.STARTED, 0, everything),
          Optional.of(callback),
          Optional.empty());
      everything.add(units.size() - 1); // one after the other
    }
    for (Component each : all) {
      each.stopIntake()
          .ifPresent(action -> add(
              new Unit(
                  each.name(),
                  Role.INTAKE,
                  order.indexOf(Phase.STOP_INTAKE),
                  List.of(index.get(each.name()))),
              Optional.empty(),
              Optional.of(action)));
    }
  }

  void callback(String name, String phase, Action action) {
    add(
        new Unit(name, Role.CALLBACK, order.indexOf(phase), List.of()),
        Optional.empty(),
        Optional.of(action));
  }

  private void add(Unit unit, Optional<Action> start, Optional<Action> stop) {
    units.add(unit);
    code.add(new Code(start, stop));
  }

  Blueprint blueprint(Duration startDeadline) {
    return new Blueprint(units, order.budget(plan), ShutdownPlan.nanos(startDeadline));
  }

  List<Code> code() {
    return code;
  }
}
