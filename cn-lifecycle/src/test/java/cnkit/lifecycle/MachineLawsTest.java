package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.lifecycle.machine.Blueprint;
import cnkit.lifecycle.machine.Blueprint.Role;
import cnkit.lifecycle.machine.Blueprint.Unit;
import cnkit.lifecycle.machine.PhaseState;
import cnkit.lifecycle.machine.ShutdownMachine;
import cnkit.lifecycle.machine.ShutdownMachine.Effect;
import cnkit.lifecycle.machine.ShutdownMachine.Event;
import cnkit.lifecycle.machine.ShutdownState;
import cnkit.lifecycle.machine.ShutdownState.Flag;
import cnkit.lifecycle.machine.ShutdownState.Shutdown;
import cnkit.lifecycle.machine.ShutdownState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

/** Random lifecycles, failures, hangs and signals in virtual time; after each step the laws are checked. */
class MachineLawsTest {
  private static final long MS = 1_000_000;
  private static final long NEVER = -1;
  private static final List<String> ORDER = List.of(
      Phase.ANNOUNCE,
      Phase.PROPAGATE,
      Phase.STOP_INTAKE,
      Phase.DRAIN,
      "snapshot",
      Phase.CLOSE,
      Phase.FLUSH,
      Phase.INFRASTRUCTURE);

  /** What a component does; a time of -1 is never. */
  record Script(
      int needs,
      boolean snapshot,
      long startMs,
      boolean startFails,
      long stopMs,
      boolean stopFails,
      boolean stopLeavesSurvivors,
      boolean obeysInterrupts) {}

  /** Something from outside. */
  record Outside(int atMs, boolean signal, boolean terminal) {}

  record Settings(int graceMs, int propagationMs, int drainMs, int startDeadlineMs, int flushMs) {}

  @Provide
  Arbitrary<Script> scripts() {
    Arbitrary<Long> times = Arbitraries.frequencyOf(
        Tuple.of(6, Arbitraries.longs().between(0, 300)),
        Tuple.of(2, Arbitraries.longs().between(0, 20_000)),
        Tuple.of(1, Arbitraries.just(NEVER)));
    Arbitrary<Boolean> rarely = Arbitraries.frequency(Tuple.of(8, false), Tuple.of(1, true));
    return Combinators.combine(
            Arbitraries.integers().between(0, 255),
            Arbitraries.of(true, false),
            times,
            rarely,
            times,
            rarely,
            rarely,
            Arbitraries.of(true, false))
        .as(Script::new);
  }

  @Provide
  Arbitrary<Outside> outsides() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 40_000),
            Arbitraries.of(true, true, false),
            Arbitraries.of(false, false, true))
        .as(Outside::new);
  }

  @Provide
  Arbitrary<Settings> settings() {
    return Combinators.combine(
            Arbitraries.of(5_000, 12_000, 25_000),
            Arbitraries.of(0, 500, 2_000),
            Arbitraries.of(0, 100, 3_000, 60_000),
            Arbitraries.of(200, 1_000, 300_000),
            Arbitraries.of(0, 50, 60_000))
        .as(Settings::new);
  }

  @Property(tries = 4_000, edgeCases = EdgeCasesMode.NONE)
  void everyHistoryKeepsTheLaws(
      @ForAll("scripts") Script first,
      @ForAll @Size(max = 6) List<@From("scripts") Script> more,
      @ForAll @Size(max = 4) List<@From("outsides") Outside> outside,
      @ForAll("settings") Settings settings) {
    var scripts = new ArrayList<>(more);
    scripts.add(0, first);
    new Simulation(scripts, outside, settings).run();
  }

  /** A discrete simulation of the world around the machine, and an observer that believes nothing. */
  private static final class Simulation {
    record Planned(long at, int order, Event event) implements Comparable<Planned> {
      @Override
      public int compareTo(Planned other) {
        int byTime = Long.compare(at, other.at);
        return byTime != 0 ? byTime : Integer.compare(order, other.order);
      }
    }

    private final List<Script> scripts;
    private final Settings settings;
    private final Blueprint blueprint;
    private final ShutdownMachine machine;
    private final int flushUnit;
    private final PriorityQueue<Planned> queue = new PriorityQueue<>();
    private final Map<Integer, Planned> pending = new HashMap<>();
    private final Set<Integer> startsAsked = new HashSet<>();
    private final Set<Integer> startedOk = new HashSet<>();
    private final List<Integer> stopsAsked = new ArrayList<>();
    private final Set<Integer> givenUp = new HashSet<>();
    private final Set<Integer> stopGivenUp = new HashSet<>();
    private ShutdownState state;
    private long now;
    private int order;
    private int signals;
    private long firstTrigger = -1;
    private long forcedAt = -1;
    private boolean startFailure;
    private boolean stopFailure;
    private boolean hang;
    private boolean cut;
    private boolean intakeClosed;
    private int stoppedTold;

    Simulation(List<Script> scripts, List<Outside> outside, Settings settings) {
      this.scripts = scripts;
      this.settings = settings;
      var plan = ShutdownPlan.of(
              Duration.ofMillis(settings.graceMs()), Duration.ofMillis(settings.propagationMs()))
          .withPhase(Phase.named("snapshot", Duration.ofMillis(300)).after(Phase.DRAIN));
      assertEquals(List.of(), plan.problems());
      PhaseOrder phases = PhaseOrder.of(plan.phases());
      assertEquals(ORDER, phases.names());
      var units = new ArrayList<Unit>();
      for (int i = 0; i < scripts.size(); i++) {
        Script script = scripts.get(i);
        var needs = new ArrayList<Integer>();
        for (int earlier = 0; earlier < i; earlier++) {
          boolean allowed = script.snapshot() || !scripts.get(earlier).snapshot();
          if (allowed && (script.needs() & (1 << earlier)) != 0) {
            needs.add(earlier);
          }
        }
        int phase = ORDER.indexOf(
            i == 0 ? Phase.INFRASTRUCTURE : script.snapshot() ? "snapshot" : Phase.CLOSE);
        needs.removeIf(need -> phaseOf(units, need) < phase);
        units.add(new Unit("c" + i, Role.COMPONENT, phase, needs));
      }
      flushUnit = units.size();
      units.add(new Unit("flush", Role.CALLBACK, ORDER.indexOf(Phase.FLUSH), List.of()));
      units.add(new Unit("announce", Role.CALLBACK, ORDER.indexOf(Phase.ANNOUNCE), List.of()));
      blueprint = new Blueprint(units, phases.budget(plan), settings.startDeadlineMs() * MS);
      machine = new ShutdownMachine(blueprint);
      state = machine.initial();
      plan(0, new Event.Start());
      for (Outside each : outside) {
        plan(each.atMs() * MS, new Event.Trigger(each.signal(), each.terminal()));
      }
      plan(50_000 * MS, new Event.Trigger(false, false)); // an end, if nobody else asks for it
    }

    private static int phaseOf(List<Unit> units, int unit) {
      return units.get(unit).phase();
    }

    private Planned plan(long at, Event event) {
      var planned = new Planned(at, order++, event);
      queue.add(planned);
      return planned;
    }

    void run() {
      int steps = 0;
      while (true) {
        long wake = machine.wakeAt(state);
        Planned next = queue.peek();
        if (next == null && wake == Long.MAX_VALUE) {
          break;
        }
        assertTrue(steps++ < 2_000, () -> "never ends: " + state);
        if (next == null || wake < next.at()) {
          now = Math.max(now, wake);
          step(new Event.Tick());
        } else {
          queue.remove();
          now = next.at();
          step(next.event());
        }
      }
      atTheEnd();
    }

    private void step(Event event) {
      if (event instanceof Event.Trigger trigger) {
        signals += trigger.signal() ? 1 : 0;
        if (firstTrigger < 0) {
          firstTrigger = now;
        }
        if (signals >= 2 && trigger.signal() && state.isStopping() && forcedAt < 0) {
          forcedAt = now;
        }
      } else if (event instanceof Event.Ended ended) {
        boolean stopped = stopsAsked.contains(ended.unit());
        pending.remove(ended.unit());
        if (!stopped && !ended.failed()) {
          startedOk.add(ended.unit());
        }
        if (!stopped && ended.failed() && state.isStarting()) {
          startFailure = true;
        }
        if (stopped && ended.failed() && !givenUp.contains(ended.unit()) && stoppedTold == 0) {
          stopFailure = true;
        }
      }
      if (event instanceof Event.Survived survived) {
        pending.remove(survived.unit());
        // a start that was given up may have its stop waited for all the same
        hang |= !stopGivenUp.contains(survived.unit()) && stoppedTold == 0;
      }
      ShutdownMachine.Step step = machine.next(state, event, now);
      ShutdownState before = state;
      state = step.state();
      assertTrue(
          ReportOf.lifecycleState(before).compareTo(ReportOf.lifecycleState(state)) <= 0,
          "the state went back");
      if (before.isStarting()
          && now >= before.startAt().orElseThrow() + blueprint.startDeadline()
          && state.isStopping()
          && !(event instanceof Event.Trigger)) {
        startFailure = true;
      }
      for (Effect effect : step.effects()) {
        see(effect);
      }
    }

    private void see(Effect effect) {
      if (effect instanceof Effect.Start start) {
        int unit = start.unit();
        assertTrue(startsAsked.add(unit), "started twice");
        assertEquals(-1, firstTrigger, "started after the end was asked for");
        for (int need : blueprint.units().get(unit).needs()) {
          assertTrue(startedOk.contains(need), "started before what it needs");
        }
        Script script = scripts.get(unit);
        if (script.startMs() != NEVER) {
          pending.put(
              unit, plan(now + script.startMs() * MS, new Event.Ended(unit, script.startFails())));
        }
      } else if (effect instanceof Effect.Stop stop) {
        stop(stop.unit());
      } else if (effect instanceof Effect.Interrupt interrupt) {
        interrupt(interrupt);
      } else if (effect instanceof Effect.CloseIntake) {
        intakeClosed = true;
        long drained = Math.max(now, firstTriggerOrNow() + settings.drainMs() * MS);
        plan(drained, new Event.Drained());
      } else if (effect instanceof Effect.Cut) {
        assertTrue(intakeClosed, "cut with an open intake");
        cut = true;
      } else if (effect instanceof Effect.Began began) {
        began(began.phase());
      } else if (effect instanceof Effect.Ended ended) {
        var over = (PhaseState.Over) state.phases().get(ended.phase());
        assertTrue(over.to() - over.from() <= over.allowance(), "longer than allowed");
      } else if (effect instanceof Effect.Stopped) {
        stoppedTold++;
      }
    }

    private long firstTriggerOrNow() {
      return firstTrigger < 0 ? now : firstTrigger;
    }

    private void began(int phase) {
      PhaseState begun = state.phases().get(phase);
      long allowance = begun instanceof PhaseState.Over over
          ? over.allowance()
          : ((PhaseState.Running) begun).allowance();
      String name = ORDER.get(phase);
      if (name.equals(Phase.FLUSH)) {
        assertEquals(blueprint.budget().flush(), allowance, "the flush has its whole budget");
      }
      if (forcedAt < 0 && name.equals(Phase.CLOSE)) {
        assertTrue(allowance >= blueprint.budget().close() / 2, "close keeps a half");
      }
      if (forcedAt < 0 && name.equals(Phase.INFRASTRUCTURE)) {
        assertTrue(allowance >= blueprint.budget().close() / 4, "infrastructure keeps a quarter");
      }
      if (forcedAt < 0 && name.equals("snapshot")) {
        assertEquals(300 * MS, allowance, "an added phase has its budget");
      }
      if (state.has(Flag.ROLLBACK) && name.equals(Phase.PROPAGATE)) {
        assertEquals(0, allowance, "nobody waits for load balancers after a failed start");
      }
    }

    private void stop(int unit) {
      assertTrue(!stopsAsked.contains(unit), "stopped twice");
      boolean component = unit < scripts.size();
      if (component) {
        assertTrue(startedOk.contains(unit), "stopped what had not started");
        for (int other : startedOk) {
          boolean late = givenUp.contains(other) || givenUp.contains(unit);
          if (!late && blueprint.units().get(other).needs().contains(unit)) {
            assertTrue(stopsAsked.contains(other), "stopped before what needs it");
            boolean over = !pending.containsKey(other) || givenUp.contains(other);
            boolean outOfTime = (state.stage() instanceof Stage.InPhase in && now >= in.until())
                || state.isStopped()
                || anyGivenUp();
            assertTrue(over || outOfTime, "stopped while what needs it was stopping");
          }
        }
      }
      stopsAsked.add(unit);
      long ms = component ? scripts.get(unit).stopMs() : unit == flushUnit ? settings.flushMs() : 0;
      boolean fails = component && scripts.get(unit).stopFails();
      boolean survives = component && scripts.get(unit).stopLeavesSurvivors();
      if (ms != NEVER) {
        Event end = survives ? new Event.Survived(unit) : new Event.Ended(unit, fails);
        pending.put(unit, plan(now + ms * MS, end));
      } else {
        pending.put(unit, new Planned(Long.MAX_VALUE, 0, new Event.Tick()));
      }
    }

    private boolean anyGivenUp() {
      return !givenUp.isEmpty();
    }

    private void interrupt(Effect.Interrupt interrupt) {
      int unit = interrupt.unit();
      boolean stopping = stopsAsked.contains(unit);
      if (interrupt.givenUp()) {
        givenUp.add(unit);
        hang |= stopping;
        if (stopping) {
          stopGivenUp.add(unit);
        }
        stopFailure |= !stopping; // a start that was given up is an error, unless worse happened
      }
      boolean obeys = unit < scripts.size() && scripts.get(unit).obeysInterrupts();
      if (obeys) {
        Planned was = pending.get(unit);
        if (was == null || was.at() > now) {
          if (was != null) {
            queue.remove(was);
          }
          pending.put(unit, plan(now + MS, new Event.Ended(unit, true)));
        }
      }
    }

    private void atTheEnd() {
      assertTrue(state.isStopped());
      assertEquals(1, stoppedTold);
      for (int unit : startedOk) {
        assertTrue(stopsAsked.contains(unit), () -> "c" + unit + " was never stopped");
      }
      assertTrue(
          state.startAt().isEmpty() || stopsAsked.contains(flushUnit) || startsAsked.isEmpty());
      long since = state.shutdown().map(Shutdown::since).orElseThrow();
      long ended = since;
      for (PhaseState phase : state.phases()) {
        if (phase instanceof PhaseState.Over over) {
          ended = Math.max(ended, over.to());
        }
      }
      if (state.startAt().isPresent()) {
        assertTrue(ended - since <= blueprint.budget().grace(), "longer than the grace");
      }
      if (forcedAt >= 0) {
        long flush = blueprint.budget().flush();
        assertTrue(ended - forcedAt <= 150 * MS + flush, "forced, but took its time");
      }
      assertEquals(expected(), ReportOf.outcome(state));
    }

    /** The plainest model of the exit code: the worst that was seen. */
    private ShutdownOutcome expected() {
      if (forcedAt >= 0) {
        return ShutdownOutcome.FORCED;
      }
      if (cut || hang) {
        return ShutdownOutcome.DRAIN_TIMEOUT;
      }
      if (startFailure) {
        return ShutdownOutcome.START_FAILED;
      }
      return stopFailure ? ShutdownOutcome.STOPPED_WITH_ERRORS : ShutdownOutcome.STOPPED;
    }
  }
}
