package cnkit.lifecycle;

import cnkit.lifecycle.Blueprint.Role;
import cnkit.lifecycle.Blueprint.Unit;
import java.util.ArrayList;
import java.util.List;

/**
 * All decisions of a lifecycle: {@code next(state, event, now) -> state, effects}. Times are nanoseconds since the lifecycle
 * was built, so they neither wrap nor go back.
 *
 * <p>Invariants, for every history of events:
 *
 * <ul>
 *   <li>a unit starts when all it needs has started, and at most once;
 *   <li>what has started is stopped exactly once, after everything that needs it has ended or was given up;
 *   <li>a phase never takes longer than its allowance, and the flush gets its whole slice;
 *   <li>nothing starts once the end was asked for.
 * </ul>
 */
@Pure
final class ShutdownMachine {
  /** The pseudo phase before the first: waiting for starts that were cancelled. */
  static final int CANCEL = -1;

  private static final long LATE_START_NANOS = 50_000_000L;

  private final Blueprint blueprint;

  ShutdownMachine(Blueprint blueprint) {
    this.blueprint = blueprint;
  }

  /** Where one unit is. */
  enum Life {
    IDLE,
    STARTING,
    STARTED,
    /** It did not start; there is nothing to stop. */
    NOT_STARTED,
    /** Its start was given up; should it ever return, it is stopped. */
    START_LOST,
    STOPPING,
    STOPPED,
    STOP_FAILED,
    /** Its stop was given up. */
    STOP_LOST;

    boolean live() {
      return this == STARTED || this == STOPPING;
    }
  }

  /** One unit's life with its times; -1 is "not yet". */
  record UnitLife(Life life, long startAt, long startedAt, long stopAt, long stoppedAt) {
    static final UnitLife IDLE = new UnitLife(Life.IDLE, -1, -1, -1, -1);

    UnitLife starting(long now) {
      return new UnitLife(Life.STARTING, now, -1, -1, -1);
    }

    UnitLife startEnded(Life next, long now) {
      return new UnitLife(next, startAt, now, -1, -1);
    }

    UnitLife stopping(long now) {
      return new UnitLife(Life.STOPPING, startAt, startedAt, now, -1);
    }

    UnitLife stopEnded(Life next, long now) {
      return new UnitLife(next, startAt, startedAt, stopAt, now);
    }
  }

  /** How a phase went. */
  enum Passage {
    WAITING,
    RUNNING,
    DONE,
    /** Not waited for: no propagation after a failed start. */
    SKIPPED,
    /** Its allowance was over before its work was. */
    TIMED_OUT,
    /** A second signal ended it. */
    ABANDONED
  }

  record PhaseLife(Passage passage, long beganAt, long endedAt, long allowance) {
    static final PhaseLife WAITING = new PhaseLife(Passage.WAITING, -1, -1, 0);
  }

  /**
   * Everything a lifecycle remembers.
   *
   * @param phase the index of the phase under way, {@link #CANCEL} before the first
   * @param until when the phase under way is over at the latest
   * @param softUntil when a stop that others wait for is given up, so that they get a part of the slice
   * @param since when the end was asked for
   * @param end when the whole shutdown is over at the latest
   * @param brief no propagation: a rollback, or a person at a terminal
   */
  record State(
      LifecycleState status,
      List<UnitLife> units,
      List<PhaseLife> phases,
      int phase,
      long until,
      long softUntil,
      long startAt,
      long since,
      long end,
      int signals,
      boolean brief,
      boolean rollback,
      boolean forced,
      boolean startFailed,
      boolean cut,
      boolean hung,
      boolean errors,
      boolean drained) {

    ShutdownOutcome outcome() {
      ShutdownOutcome outcome = ShutdownOutcome.STOPPED;
      if (errors) {
        outcome = outcome.or(ShutdownOutcome.STOPPED_WITH_ERRORS);
      }
      if (startFailed) {
        outcome = outcome.or(ShutdownOutcome.START_FAILED);
      }
      if (cut || hung) {
        outcome = outcome.or(ShutdownOutcome.DRAIN_TIMEOUT);
      }
      return forced ? outcome.or(ShutdownOutcome.FORCED) : outcome;
    }
  }

  /** What happened. */
  sealed interface Event {
    /** The user asked for the start. */
    record Start() implements Event {}

    /** What a unit was doing has returned or thrown. */
    record Ended(int unit, boolean failed) implements Event {}

    /** A stop has returned, but something of it still runs and will not end. */
    record Survived(int unit) implements Event {}

    /** The end was asked for; at a terminal nobody waits for load balancers. */
    record Trigger(boolean signal, boolean atTerminal) implements Event {}

    /** Nothing is in flight any more, and nothing can come. */
    record Drained() implements Event {}

    /** Load balancers are known to have learnt. */
    record Quiet() implements Event {}

    /** Time has passed. */
    record Tick() implements Event {}
  }

  /** What is to be done, in this order. */
  sealed interface Effect {
    record Start(int unit) implements Effect {}

    record Stop(int unit) implements Effect {}

    /** Interrupts it; it is not waited for any more, or must hurry. */
    record Interrupt(int unit, boolean givenUp) implements Effect {}

    record Began(int phase) implements Effect {}

    record Ended(int phase) implements Effect {}

    record Running() implements Effect {}

    /** Nothing may be started in flight from here on. */
    record CloseIntake() implements Effect {}

    /** Whatever is still in flight is told to stop. */
    record Cut() implements Effect {}

    record Stopped() implements Effect {}
  }

  record Step(State state, List<Effect> effects) {}

  State initial() {
    var units = new ArrayList<UnitLife>();
    blueprint.units().forEach(unit -> units.add(UnitLife.IDLE));
    var phases = new ArrayList<PhaseLife>();
    blueprint.budget().slots().forEach(slot -> phases.add(PhaseLife.WAITING));
    return new State(
        LifecycleState.NEW,
        List.copyOf(units),
        List.copyOf(phases),
        CANCEL,
        Long.MAX_VALUE,
        Long.MAX_VALUE,
        -1,
        -1,
        -1,
        0,
        false,
        false,
        false,
        false,
        false,
        false,
        false,
        false);
  }

  Step next(State state, Event event, long now) {
    var draft = new Draft(state, now);
    draft.apply(event);
    draft.settle();
    return draft.finish();
  }

  /** When time alone changes something next; {@link Long#MAX_VALUE} for never. */
  long wakeAt(State state) {
    return switch (state.status()) {
      case STARTING ->
        state.startAt() + blueprint.startDeadline() < 0
            ? Long.MAX_VALUE
            : state.startAt() + blueprint.startDeadline();
      case STOPPING -> Math.min(state.until(), softWake(state));
      default -> Long.MAX_VALUE;
    };
  }

  private long softWake(State state) {
    for (int i = 0; i < blueprint.units().size(); i++) {
      if (blueprint.units().get(i).phase() == state.phase()
          && state.units().get(i).life() == Life.STARTED) {
        return state.softUntil();
      }
    }
    return Long.MAX_VALUE;
  }

  /** A state under construction: lives for one call of {@link #next}. */
  private final class Draft {
    private final long now;
    private final List<Effect> effects = new ArrayList<>();
    private final List<UnitLife> units;
    private final List<PhaseLife> phases;
    private LifecycleState status;
    private int phase;
    private long until;
    private long softUntil;
    private long startAt;
    private long since;
    private long end;
    private int signals;
    private boolean brief;
    private boolean rollback;
    private boolean forced;
    private boolean startFailed;
    private boolean cut;
    private boolean hung;
    private boolean errors;
    private boolean drained;

    Draft(State state, long now) {
      this.now = now;
      units = new ArrayList<>(state.units());
      phases = new ArrayList<>(state.phases());
      status = state.status();
      phase = state.phase();
      until = state.until();
      softUntil = state.softUntil();
      startAt = state.startAt();
      since = state.since();
      end = state.end();
      signals = state.signals();
      brief = state.brief();
      rollback = state.rollback();
      forced = state.forced();
      startFailed = state.startFailed();
      cut = state.cut();
      hung = state.hung();
      errors = state.errors();
      drained = state.drained();
    }

    Step finish() {
      return new Step(
          new State(
              status,
              List.copyOf(units),
              List.copyOf(phases),
              phase,
              until,
              softUntil,
              startAt,
              since,
              end,
              signals,
              brief,
              rollback,
              forced,
              startFailed,
              cut,
              hung,
              errors,
              drained),
          List.copyOf(effects));
    }

    void apply(Event event) {
      if (event instanceof Event.Start) {
        if (status == LifecycleState.NEW) {
          status = LifecycleState.STARTING;
          startAt = now;
        }
      } else if (event instanceof Event.Ended ended) {
        ended(ended.unit(), ended.failed());
      } else if (event instanceof Event.Survived survived) {
        UnitLife was = units.get(survived.unit());
        if (was.life() == Life.STOPPING) {
          units.set(survived.unit(), was.stopEnded(Life.STOP_LOST, now));
          hung |= status != LifecycleState.STOPPED; // the outcome was told by then
        }
      } else if (event instanceof Event.Trigger trigger) {
        trigger(trigger);
      } else if (event instanceof Event.Drained) {
        drained = true;
      } else if (event instanceof Event.Quiet) {
        if (status == LifecycleState.STOPPING && phaseIs(Phase.PROPAGATE)) {
          until = now;
        }
      }
    }

    private void ended(int unit, boolean failed) {
      UnitLife was = units.get(unit);
      switch (was.life()) {
        case STARTING -> {
          units.set(unit, was.startEnded(failed ? Life.NOT_STARTED : Life.STARTED, now));
          if (failed && status == LifecycleState.STARTING) {
            startFailed = true;
            rollBack();
          }
        }
        case START_LOST -> {
          // nobody waited for it, but what has started is stopped
          units.set(unit, was.startEnded(failed ? Life.NOT_STARTED : Life.STARTED, now));
        }
        case STOPPING -> {
          units.set(unit, was.stopEnded(failed ? Life.STOP_FAILED : Life.STOPPED, now));
          errors |= failed && status != LifecycleState.STOPPED;
        }
        default -> {
          // it was given up, and the report has said so
        }
      }
    }

    private void trigger(Event.Trigger trigger) {
      if (trigger.signal()) {
        signals++;
      }
      switch (status) {
        case NEW -> {
          status = LifecycleState.STOPPED;
          since = now;
          effects.add(new Effect.Stopped());
        }
        case STARTING -> rollBack();
        case RUNNING -> stop(trigger.atTerminal());
        case STOPPING -> {
          if (trigger.signal() && signals >= 2 && !forced) {
            force();
          }
        }
        case STOPPED -> {
          // over
        }
      }
    }

    private void rollBack() {
      rollback = true;
      stop(true);
      for (int i = 0; i < units.size(); i++) {
        if (units.get(i).life() == Life.STARTING) {
          effects.add(new Effect.Interrupt(i, false));
        }
      }
      until = now + blueprint.budget().close() / 2;
    }

    private void stop(boolean withoutPropagation) {
      status = LifecycleState.STOPPING;
      since = now;
      end = now + blueprint.budget().grace();
      brief = withoutPropagation;
      phase = CANCEL;
      until = now;
    }

    private void force() {
      forced = true;
      end = now + blueprint.budget().forcedLeft(end - now);
      if (phase != CANCEL) {
        until = Math.min(until, now + blueprint.budget().allowance(phase, end - now, true));
        softUntil = until;
      } else {
        until = Math.min(until, now);
      }
    }

    /** Goes on until nothing more can happen at this instant. */
    void settle() {
      boolean more = true;
      while (more) {
        more = switch (status) {
          case STARTING -> startMore();
          case STOPPING -> stopMore();
          case STOPPED -> stopLate();
          default -> false;
        };
      }
    }

    private boolean startMore() {
      if (now - startAt >= blueprint.startDeadline()) {
        startFailed = true;
        rollBack();
        // they had their time: a moment to react to the interrupt, no more
        until = Math.min(until, now + LATE_START_NANOS);
        return true;
      }
      boolean all = true;
      for (int i = 0; i < units.size(); i++) {
        Unit unit = blueprint.units().get(i);
        if (unit.starts()) {
          if (units.get(i).life() == Life.IDLE && started(unit.needs())) {
            units.set(i, units.get(i).starting(now));
            effects.add(new Effect.Start(i));
          }
          all &= units.get(i).life() == Life.STARTED;
        }
      }
      if (all) {
        status = LifecycleState.RUNNING;
        effects.add(new Effect.Running());
      }
      return false;
    }

    private boolean started(List<Integer> needs) {
      for (int need : needs) {
        if (units.get(need).life() != Life.STARTED) {
          return false;
        }
      }
      return true;
    }

    private boolean stopMore() {
      if (phase == CANCEL) {
        if (anyStarting() && now < until) {
          return false;
        }
        giveUpStarts();
        begin(0);
        return true;
      }
      stopLate();
      runPhase();
      if (complete()) {
        leave(Passage.DONE);
        return true;
      }
      if (now >= until) {
        expire();
        return true;
      }
      if (now >= softUntil && anyWaiting()) {
        giveUpStops(phase);
        softUntil = now + (until - now) / 2;
        return true;
      }
      return false;
    }

    private boolean anyStarting() {
      for (UnitLife unit : units) {
        if (unit.life() == Life.STARTING) {
          return true;
        }
      }
      return false;
    }

    private void giveUpStarts() {
      for (int i = 0; i < units.size(); i++) {
        if (units.get(i).life() == Life.STARTING) {
          units.set(i, units.get(i).startEnded(Life.START_LOST, -1));
          errors = true;
          effects.add(new Effect.Interrupt(i, true));
        }
      }
    }

    private void begin(int next) {
      phase = next;
      long allowance = allowance();
      until = now + allowance;
      softUntil = now + allowance / 4 * 3;
      phases.set(phase, new PhaseLife(Passage.RUNNING, now, -1, allowance));
      effects.add(new Effect.Began(phase));
      if (phaseIs(Phase.STOP_INTAKE)) {
        effects.add(new Effect.CloseIntake());
      }
    }

    private long allowance() {
      Budget budget = blueprint.budget();
      long own = budget.allowance(phase, end - now, forced);
      if (phaseIs(Phase.PROPAGATE)) {
        // counted from the announcement on, which itself may have taken a moment
        return brief || forced ? 0 : Math.min(own, Math.max(0, since + budget.propagation() - now));
      }
      if (phaseIs(Phase.DRAIN)) {
        return forced ? 0 : rollback ? Math.min(own, budget.close()) : own;
      }
      return own;
    }

    private boolean phaseIs(String name) {
      return phase >= 0 && blueprint.budget().slots().get(phase).name().equals(name);
    }

    /** Stops every unit of this phase that nothing waits for any more. */
    private void runPhase() {
      for (int i = 0; i < units.size(); i++) {
        Unit unit = blueprint.units().get(i);
        if (unit.phase() == phase && due(i) && !neededByALiveOne(i)) {
          units.set(i, units.get(i).stopping(now));
          effects.add(new Effect.Stop(i));
        }
      }
    }

    private boolean due(int i) {
      Unit unit = blueprint.units().get(i);
      Life life = units.get(i).life();
      return switch (unit.role()) {
        case COMPONENT -> life == Life.STARTED;
        case CALLBACK -> life == Life.IDLE;
        case INTAKE -> life == Life.IDLE && units.get(unit.needs().get(0)).life() == Life.STARTED;
        case STARTED -> false;
      };
    }

    private boolean neededByALiveOne(int i) {
      for (int other = 0; other < units.size(); other++) {
        Unit unit = blueprint.units().get(other);
        if (unit.phase() == phase
            && unit.role() == Role.COMPONENT
            && units.get(other).life().live()
            && unit.needs().contains(i)) {
          return true;
        }
      }
      return false;
    }

    private boolean anyWaiting() {
      for (int i = 0; i < units.size(); i++) {
        if (blueprint.units().get(i).phase() == phase && due(i)) {
          return true;
        }
      }
      return false;
    }

    private boolean complete() {
      if (phaseIs(Phase.PROPAGATE) || phaseIs(Phase.DRAIN)) {
        return phaseIs(Phase.DRAIN) && drained;
      }
      for (int i = 0; i < units.size(); i++) {
        if (blueprint.units().get(i).phase() == phase
            && (due(i) || units.get(i).life() == Life.STOPPING)) {
          return false;
        }
      }
      return true;
    }

    private void expire() {
      if (phaseIs(Phase.PROPAGATE)) {
        leave(forced ? Passage.ABANDONED : brief ? Passage.SKIPPED : Passage.DONE);
        return;
      }
      if (phaseIs(Phase.DRAIN)) {
        cut = true;
        effects.add(new Effect.Cut());
      } else {
        giveUpStops(phase);
        // what never got its turn is stopped all the same; there is only no time left to wait for
        // it
        stopAllDue();
      }
      leave(forced ? Passage.ABANDONED : Passage.TIMED_OUT);
    }

    private void stopAllDue() {
      for (int i = units.size() - 1; i >= 0; i--) {
        if (blueprint.units().get(i).phase() == phase && due(i)) {
          units.set(i, units.get(i).stopping(now));
          effects.add(new Effect.Stop(i));
        }
      }
    }

    private void giveUpStops(int in) {
      for (int i = 0; i < units.size(); i++) {
        if (blueprint.units().get(i).phase() == in && units.get(i).life() == Life.STOPPING) {
          units.set(i, units.get(i).stopEnded(Life.STOP_LOST, -1));
          hung = true;
          effects.add(new Effect.Interrupt(i, true));
        }
      }
    }

    private void leave(Passage passage) {
      PhaseLife life = phases.get(phase);
      phases.set(phase, new PhaseLife(passage, life.beganAt(), now, life.allowance()));
      effects.add(new Effect.Ended(phase));
      if (phase + 1 < phases.size()) {
        begin(phase + 1);
      } else {
        for (int earlier = 0; earlier < phases.size(); earlier++) {
          giveUpStops(earlier);
        }
        status = LifecycleState.STOPPED;
        effects.add(new Effect.Stopped());
      }
    }

    /** A start that was given up and returned after all, when its phase is over. */
    private boolean stopLate() {
      for (int i = 0; i < units.size(); i++) {
        Unit unit = blueprint.units().get(i);
        boolean past = status == LifecycleState.STOPPED || unit.phase() < phase;
        if (past && unit.role() == Role.COMPONENT && units.get(i).life() == Life.STARTED) {
          units.set(i, units.get(i).stopping(now));
          effects.add(new Effect.Stop(i));
        }
      }
      return false;
    }
  }
}
