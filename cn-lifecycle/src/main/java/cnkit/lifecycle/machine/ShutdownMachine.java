package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;
import cnkit.lifecycle.machine.Blueprint.Role;
import cnkit.lifecycle.machine.Blueprint.Unit;
import cnkit.lifecycle.machine.ShutdownState.Flag;
import cnkit.lifecycle.machine.ShutdownState.Shutdown;
import cnkit.lifecycle.machine.ShutdownState.Stage;
import cnkit.lifecycle.machine.UnitState.StopResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;

/**
 * All decisions of a lifecycle: {@code next(state, event, now) -> state, effects}. Times are nanoseconds since the lifecycle
 * was built, so they neither wrap nor go back.
 *
 * <p>Invariants, for every history of events:
 *
 * <ul>
 *   <li>a unit starts when all it needs has started, and at most once;
 *   <li>what has started is stopped exactly once, after everything that needs it has ended or was given up;
 *   <li>a phase never takes longer than its allowance, and the flush gets its whole budget;
 *   <li>nothing starts once the shutdown was asked for.
 * </ul>
 */
@Pure
public final class ShutdownMachine {
  private static final long LATE_START_NANOS = 50_000_000L;

  private final Blueprint blueprint;

  public ShutdownMachine(Blueprint blueprint) {
    this.blueprint = blueprint;
  }

  /** What happened. */
  public sealed interface Event {
    /** The user asked for the start. */
    record Start() implements Event {}

    /** The start, the stop or the callback of a unit has returned or thrown. */
    record Ended(int unit, boolean failed) implements Event {}

    /** A stop has returned, but something of it still runs and will not end. */
    record Survived(int unit) implements Event {}

    /** The shutdown was asked for; at a terminal nobody waits for load balancers. */
    record Trigger(boolean signal, boolean atTerminal) implements Event {}

    /** Nothing is in flight any more, and nothing can come. */
    record Drained() implements Event {}

    /** Nothing has arrived for a while: load balancers send nothing any more. */
    record Quiet() implements Event {}

    /** Time has passed. */
    record Tick() implements Event {}
  }

  /** What is to be done, in this order. */
  public sealed interface Effect {
    void perform(Performer performer);

    record Start(int unit) implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.start(unit);
      }
    }

    record Stop(int unit) implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.stop(unit);
      }
    }

    /** Interrupts a unit: it is not waited for any more, or must hurry. */
    record Interrupt(int unit, boolean givenUp) implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.interrupt(unit, givenUp);
      }
    }

    record Began(int phase) implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.phaseBegan(phase);
      }
    }

    record Ended(int phase) implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.phaseEnded(phase);
      }
    }

    record Running() implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.allStarted();
      }
    }

    /** From here on, no work may begin. */
    record CloseIntake() implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.closeIntake();
      }
    }

    /** All work still in flight is told to stop. */
    record Cut() implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.cutWork();
      }
    }

    record Stopped() implements Effect {
      @Override
      public void perform(Performer performer) {
        performer.allStopped();
      }
    }
  }

  /** Carries out effects; one method for each. */
  public interface Performer {
    void start(int unit);

    void stop(int unit);

    void interrupt(int unit, boolean givenUp);

    void phaseBegan(int phase);

    void phaseEnded(int phase);

    void allStarted();

    void closeIntake();

    void cutWork();

    void allStopped();
  }

  public record Step(ShutdownState state, List<Effect> effects) {
    public Step {
      effects = List.copyOf(effects);
    }
  }

  public ShutdownState initial() {
    return new ShutdownState(
        new Stage.New(),
        Collections.nCopies(blueprint.units().size(), UnitState.Idle.IDLE),
        Collections.nCopies(blueprint.budget().slots().size(), PhaseState.Waiting.WAITING),
        EnumSet.noneOf(Flag.class));
  }

  public Step next(ShutdownState state, Event event, long now) {
    var draft = new Draft(state, now);
    draft.apply(event);
    draft.settle();
    return draft.finish();
  }

  /** When time alone changes something next; {@link Long#MAX_VALUE} for never. */
  public long wakeAt(ShutdownState state) {
    if (state.stage() instanceof Stage.Starting starting) {
      long deadline = starting.startAt() + blueprint.startDeadline();
      return deadline < 0 ? Long.MAX_VALUE : deadline;
    }
    if (state.stage() instanceof Stage.Cancelling cancelling) {
      return cancelling.until();
    }
    if (state.stage() instanceof Stage.InPhase in) {
      return anyStarted(state, in.phase()) ? Math.min(in.until(), in.giveUpAt()) : in.until();
    }
    return Long.MAX_VALUE;
  }

  private boolean anyStarted(ShutdownState state, int phase) {
    for (int i = 0; i < blueprint.units().size(); i++) {
      if (blueprint.units().get(i).phase() == phase
          && state.units().get(i) instanceof UnitState.Started) {
        return true;
      }
    }
    return false;
  }

  /** A state under construction: lives for one call of {@link #next}. */
  private final class Draft {
    private final long now;
    private final Budget budget = blueprint.budget();
    private final List<Effect> effects = new ArrayList<>();
    private final List<UnitState> units;
    private final List<PhaseState> phases;
    private final EnumSet<Flag> flags;
    private Stage stage;

    Draft(ShutdownState state, long now) {
      this.now = now;
      stage = state.stage();
      units = new ArrayList<>(state.units());
      phases = new ArrayList<>(state.phases());
      flags = state.flagsCopy();
    }

    Step finish() {
      return new Step(new ShutdownState(stage, units, phases, flags), effects);
    }

    void apply(Event event) {
      if (event instanceof Event.Ended ended) {
        ended(ended.unit(), ended.failed());
      } else if (event instanceof Event.Survived survived) {
        survived(survived.unit());
      } else if (event instanceof Event.Trigger trigger) {
        trigger(trigger);
      } else if (event instanceof Event.Start && stage instanceof Stage.New) {
        stage = new Stage.Starting(now);
      } else if (event instanceof Event.Drained) {
        flags.add(Flag.DRAINED);
      } else if (event instanceof Event.Quiet
          && stage instanceof Stage.InPhase in
          && kind(in.phase()) == Budget.Kind.PROPAGATE) {
        stage = new Stage.InPhase(in.shutdown(), in.phase(), now, in.giveUpAt());
      }
    }

    private void ended(int unit, boolean failed) {
      UnitState was = units.get(unit);
      if (was instanceof UnitState.Starting starting) {
        units.set(unit, starting.ended(failed, now));
        if (failed && stage instanceof Stage.Starting at) {
          flags.add(Flag.START_FAILED);
          rollBack(at.startAt(), 0);
        }
      } else if (was instanceof UnitState.StartGivenUp late) {
        // nobody waited for it, but what has started is stopped
        units.set(unit, new UnitState.Starting(late.from()).ended(failed, now));
      } else if (was instanceof UnitState.Stopping stopping) {
        units.set(unit, stopping.ended(failed ? StopResult.FAILED : StopResult.DONE, now));
        flag(failed, Flag.ERRORS);
      }
      // otherwise it was given up before, and the report has said so
    }

    private void survived(int unit) {
      if (units.get(unit) instanceof UnitState.Stopping stopping) {
        units.set(unit, stopping.ended(StopResult.GIVEN_UP, now));
        flag(true, Flag.STOP_GIVEN_UP);
      }
    }

    /** The outcome is fixed once everything has stopped. */
    private void flag(boolean happened, Flag flag) {
      if (happened && !(stage instanceof Stage.Stopped)) {
        flags.add(flag);
      }
    }

    private void trigger(Event.Trigger trigger) {
      int signals = trigger.signal() ? 1 : 0;
      if (stage instanceof Stage.New) {
        stage = new Stage.Stopped(new Shutdown(OptionalLong.empty(), now, now, signals));
        effects.add(new Effect.Stopped());
      } else if (stage instanceof Stage.Starting starting) {
        rollBack(starting.startAt(), signals);
      } else if (stage instanceof Stage.Running running) {
        if (trigger.atTerminal()) {
          flags.add(Flag.BRIEF);
        }
        stage = new Stage.Cancelling(shutdown(running.startAt(), signals), now);
      } else if (trigger.signal() && stage instanceof Stage.Cancelling cancelling) {
        Shutdown shutdown = countSignal(cancelling.shutdown());
        long until = flags.contains(Flag.FORCED) ? now : cancelling.until();
        stage = new Stage.Cancelling(shutdown, Math.min(until, cancelling.until()));
      } else if (trigger.signal() && stage instanceof Stage.InPhase in) {
        boolean before = flags.contains(Flag.FORCED);
        Shutdown shutdown = countSignal(in.shutdown());
        if (before || !flags.contains(Flag.FORCED)) {
          stage = new Stage.InPhase(shutdown, in.phase(), in.until(), in.giveUpAt());
        } else {
          long left = budget.allowance(in.phase(), shutdown.end() - now, true);
          long until = Math.min(in.until(), now + left);
          stage = new Stage.InPhase(shutdown, in.phase(), until, until);
        }
      }
    }

    /** From the second signal on, only little time is left. */
    private Shutdown countSignal(Shutdown before) {
      Shutdown shutdown = before.withSignal();
      if (shutdown.signals() < 2 || !flags.add(Flag.FORCED)) {
        return shutdown;
      }
      return shutdown.withEnd(now + budget.forcedLeft(shutdown.end() - now));
    }

    private Shutdown shutdown(long startAt, int signals) {
      return new Shutdown(OptionalLong.of(startAt), now, now + budget.grace(), signals);
    }

    private void rollBack(long startAt, int signals) {
      flags.add(Flag.ROLLBACK);
      flags.add(Flag.BRIEF);
      for (int i = 0; i < units.size(); i++) {
        if (units.get(i) instanceof UnitState.Starting) {
          effects.add(new Effect.Interrupt(i, false));
        }
      }
      stage = new Stage.Cancelling(shutdown(startAt, signals), now + budget.close() / 2);
    }

    /** Goes on until nothing more can happen at this instant. */
    void settle() {
      boolean more = true;
      while (more) {
        if (stage instanceof Stage.Starting starting) {
          more = startMore(starting);
        } else if (stage instanceof Stage.Cancelling cancelling) {
          more = cancel(cancelling);
        } else if (stage instanceof Stage.InPhase in) {
          more = stopMore(in);
        } else {
          more = false;
        }
      }
      if (stage instanceof Stage.Stopped) {
        stopLate(phases.size());
      }
    }

    private boolean startMore(Stage.Starting starting) {
      if (now - starting.startAt() >= blueprint.startDeadline()) {
        flags.add(Flag.START_FAILED);
        rollBack(starting.startAt(), 0);
        // the starts had their time: they get a moment to react to the interrupt, no more
        var cancelling = (Stage.Cancelling) stage;
        long until = Math.min(cancelling.until(), now + LATE_START_NANOS);
        stage = new Stage.Cancelling(cancelling.shutdown(), until);
        return true;
      }
      boolean all = true;
      for (int i = 0; i < units.size(); i++) {
        Unit unit = blueprint.units().get(i);
        if (unit.starts()) {
          if (units.get(i) instanceof UnitState.Idle && started(unit.needs())) {
            units.set(i, new UnitState.Starting(now));
            effects.add(new Effect.Start(i));
          }
          all &= isStarted(i);
        }
      }
      if (all) {
        stage = new Stage.Running(starting.startAt());
        effects.add(new Effect.Running());
      }
      return false;
    }

    private boolean started(List<Integer> needs) {
      for (int need : needs) {
        if (!isStarted(need)) {
          return false;
        }
      }
      return true;
    }

    private boolean isStarted(int unit) {
      return units.get(unit) instanceof UnitState.Started;
    }

    private boolean cancel(Stage.Cancelling cancelling) {
      boolean starting = units.stream().anyMatch(UnitState.Starting.class::isInstance);
      if (starting && now < cancelling.until()) {
        return false;
      }
      for (int i = 0; i < units.size(); i++) {
        if (units.get(i) instanceof UnitState.Starting start) {
          units.set(i, new UnitState.StartGivenUp(start.from()));
          flags.add(Flag.ERRORS);
          effects.add(new Effect.Interrupt(i, true));
        }
      }
      begin(cancelling.shutdown(), 0);
      return true;
    }

    private void begin(Shutdown shutdown, int phase) {
      long allowance = allowance(shutdown, phase);
      phases.set(phase, new PhaseState.Running(now, allowance));
      stage = new Stage.InPhase(shutdown, phase, now + allowance, now + allowance / 4 * 3);
      effects.add(new Effect.Began(phase));
      if (kind(phase) == Budget.Kind.STOP_INTAKE) {
        effects.add(new Effect.CloseIntake());
      }
    }

    private Budget.Kind kind(int phase) {
      return budget.slots().get(phase).kind();
    }

    private long allowance(Shutdown shutdown, int phase) {
      boolean forced = flags.contains(Flag.FORCED);
      long own = budget.allowance(phase, shutdown.end() - now, forced);
      return switch (kind(phase)) {
        case PROPAGATE ->
          // counted from the announcement on, which itself may have taken a moment
          forced || flags.contains(Flag.BRIEF)
              ? 0
              : Math.min(own, Math.max(0, shutdown.since() + budget.propagation() - now));
        case DRAIN ->
          forced ? 0 : flags.contains(Flag.ROLLBACK) ? Math.min(own, budget.close()) : own;
        default -> own;
      };
    }

    private boolean stopMore(Stage.InPhase in) {
      stopLate(in.phase());
      stopWhatNothingNeeds(in.phase());
      if (complete(in.phase())) {
        leave(in, PhaseState.Result.DONE);
        return true;
      }
      if (now >= in.until()) {
        expire(in);
        return true;
      }
      if (now >= in.giveUpAt() && anyDue(in.phase())) {
        giveUpStops(in.phase());
        long giveUpAt = now + (in.until() - now) / 2;
        stage = new Stage.InPhase(in.shutdown(), in.phase(), in.until(), giveUpAt);
        return true;
      }
      return false;
    }

    private void stopWhatNothingNeeds(int phase) {
      for (int i = 0; i < units.size(); i++) {
        if (due(i, phase) && !neededByALiveOne(i, phase)) {
          stop(i);
        }
      }
    }

    private void stop(int unit) {
      units.set(unit, new UnitState.Stopping(units.get(unit).start(), now));
      effects.add(new Effect.Stop(unit));
    }

    /** Whether this phase must stop or call the unit, and has not yet. */
    private boolean due(int i, int phase) {
      Unit unit = blueprint.units().get(i);
      if (unit.phase() != phase) {
        return false;
      }
      return switch (unit.role()) {
        case COMPONENT -> isStarted(i);
        case CALLBACK -> units.get(i) instanceof UnitState.Idle;
        case INTAKE ->
          units.get(i) instanceof UnitState.Idle && isStarted(unit.needs().get(0));
        case STARTED -> false;
      };
    }

    private boolean neededByALiveOne(int i, int phase) {
      for (int other = 0; other < units.size(); other++) {
        Unit unit = blueprint.units().get(other);
        boolean live = isStarted(other) || units.get(other) instanceof UnitState.Stopping;
        if (live
            && unit.phase() == phase
            && unit.role() == Role.COMPONENT
            && unit.needs().contains(i)) {
          return true;
        }
      }
      return false;
    }

    private boolean anyDue(int phase) {
      for (int i = 0; i < units.size(); i++) {
        if (due(i, phase)) {
          return true;
        }
      }
      return false;
    }

    private boolean complete(int phase) {
      return switch (kind(phase)) {
        case PROPAGATE -> false;
        case DRAIN -> flags.contains(Flag.DRAINED);
        default -> !anyDue(phase) && !anyStopping(phase);
      };
    }

    private boolean anyStopping(int phase) {
      for (int i = 0; i < units.size(); i++) {
        if (blueprint.units().get(i).phase() == phase
            && units.get(i) instanceof UnitState.Stopping) {
          return true;
        }
      }
      return false;
    }

    private void expire(Stage.InPhase in) {
      boolean forced = flags.contains(Flag.FORCED);
      PhaseState.Result result = forced ? PhaseState.Result.ABANDONED : PhaseState.Result.TIMED_OUT;
      switch (kind(in.phase())) {
        case PROPAGATE -> {
          if (!forced) {
            boolean brief = flags.contains(Flag.BRIEF);
            result = brief ? PhaseState.Result.SKIPPED : PhaseState.Result.DONE;
          }
        }
        case DRAIN -> {
          flags.add(Flag.CUT);
          effects.add(new Effect.Cut());
        }
        default -> {
          giveUpStops(in.phase());
          // what never got its turn is stopped all the same, though no time is left to wait for it
          for (int i = units.size() - 1; i >= 0; i--) {
            if (due(i, in.phase())) {
              stop(i);
            }
          }
        }
      }
      leave(in, result);
    }

    private void giveUpStops(int phase) {
      for (int i = 0; i < units.size(); i++) {
        if (blueprint.units().get(i).phase() == phase
            && units.get(i) instanceof UnitState.Stopping stopping) {
          units.set(i, stopping.givenUp());
          flags.add(Flag.STOP_GIVEN_UP);
          effects.add(new Effect.Interrupt(i, true));
        }
      }
    }

    private void leave(Stage.InPhase in, PhaseState.Result result) {
      var running = (PhaseState.Running) phases.get(in.phase());
      phases.set(in.phase(), new PhaseState.Over(running.from(), now, running.allowance(), result));
      effects.add(new Effect.Ended(in.phase()));
      if (in.phase() + 1 < phases.size()) {
        begin(in.shutdown(), in.phase() + 1);
      } else {
        for (int earlier = 0; earlier < phases.size(); earlier++) {
          giveUpStops(earlier);
        }
        stage = new Stage.Stopped(in.shutdown());
        effects.add(new Effect.Stopped());
      }
    }

    /** Stops what has started after its start was given up, if the phase of its stop is over. */
    private void stopLate(int phase) {
      for (int i = 0; i < units.size(); i++) {
        Unit unit = blueprint.units().get(i);
        if (unit.phase() < phase && unit.role() == Role.COMPONENT && isStarted(i)) {
          stop(i);
        }
      }
    }
  }
}
