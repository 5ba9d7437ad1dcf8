package cnkit.lifecycle;

import cnkit.core.internal.Pure;
import cnkit.core.internal.SafeText;
import cnkit.lifecycle.Report.PhaseRun;
import cnkit.lifecycle.Report.Result;
import cnkit.lifecycle.machine.Blueprint;
import cnkit.lifecycle.machine.Blueprint.Unit;
import cnkit.lifecycle.machine.PhaseState;
import cnkit.lifecycle.machine.ShutdownState;
import cnkit.lifecycle.machine.ShutdownState.Flag;
import cnkit.lifecycle.machine.ShutdownState.Shutdown;
import cnkit.lifecycle.machine.UnitState;
import cnkit.lifecycle.machine.UnitState.Span;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a state of the machine means to a user.
 *
 * @param now nanoseconds since the lifecycle was built
 * @param startErrors what starts have thrown, by unit
 * @param stopErrors what stops and callbacks have thrown, by unit
 */
@Pure
record ReportOf(
    Blueprint blueprint,
    ShutdownState state,
    long now,
    Map<Integer, Throwable> startErrors,
    Map<Integer, Throwable> stopErrors) {

  static LifecycleState lifecycleState(ShutdownState state) {
    if (state.isNew()) {
      return LifecycleState.NEW;
    }
    if (state.isStarting()) {
      return LifecycleState.STARTING;
    }
    if (state.isRunning()) {
      return LifecycleState.RUNNING;
    }
    return state.isStopped() ? LifecycleState.STOPPED : LifecycleState.STOPPING;
  }

  static ShutdownOutcome outcome(ShutdownState state) {
    ShutdownOutcome outcome = ShutdownOutcome.STOPPED;
    for (Flag flag : state.flags()) {
      outcome = outcome.or(
          switch (flag) {
            case ERRORS -> ShutdownOutcome.STOPPED_WITH_ERRORS;
            case START_FAILED -> ShutdownOutcome.START_FAILED;
            case CUT, STOP_GIVEN_UP -> ShutdownOutcome.DRAIN_TIMEOUT;
            case FORCED -> ShutdownOutcome.FORCED;
            case BRIEF, ROLLBACK, DRAINED -> ShutdownOutcome.STOPPED;
          });
    }
    return outcome;
  }

  Report report(List<Trigger> triggers, List<WorkCounts> counts, List<Unfinished> unfinished) {
    var runs = new ArrayList<PhaseRun>();
    state.startAt().ifPresent(at -> runs.add(startRun(at)));
    for (int i = 0; i < state.phases().size(); i++) {
      if (!(state.phases().get(i) instanceof PhaseState.Waiting)) {
        runs.add(phaseRun(i));
      }
    }
    return new Report(
        lifecycleState(state),
        outcome(state),
        triggers,
        Duration.ofNanos(startTook()),
        Duration.ofNanos(stopTook()),
        runs,
        counts,
        unfinished);
  }

  private long startTook() {
    if (state.startAt().isEmpty()) {
      return 0;
    }
    long startAt = state.startAt().getAsLong();
    return state.units().stream()
            .flatMap(unit -> unit.start().stream())
            .mapToLong(span -> span.to().orElse(startAt))
            .reduce(startAt, Math::max)
        - startAt;
  }

  private long stopTook() {
    if (state.shutdown().isEmpty()) {
      return 0;
    }
    long since = state.shutdown().get().since();
    long end = state.isStopped() ? since : now;
    for (PhaseState phase : state.phases()) {
      end = Math.max(end, phase instanceof PhaseState.Over over ? over.to() : end);
    }
    return end - since;
  }

  private PhaseRun startRun(long startAt) {
    var steps = new ArrayList<Report.Step>();
    for (int i = 0; i < state.units().size(); i++) {
      Optional<Span> start = state.units().get(i).start();
      if (start.isPresent()) {
        steps.add(step(i, start.get(), startAt, startResult(state.units().get(i)), startErrors));
      }
    }
    Result result = state.isStarting()
        ? Result.RUNNING
        : state.has(Flag.START_FAILED)
            ? Result.FAILED
            : state.has(Flag.ROLLBACK) ? Result.CANCELLED : Result.DONE;
    return new PhaseRun(
        "start",
        Duration.ZERO,
        Duration.ofNanos(startTook()),
        Duration.ofNanos(blueprint.startDeadline()),
        result,
        steps);
  }

  private Report.Step step(
      int unit, Span span, long origin, Result result, Map<Integer, Throwable> errors) {
    return new Report.Step(
        blueprint.units().get(unit).name(),
        Duration.ofNanos(span.from() - origin),
        Duration.ofNanos(span.took()),
        result,
        Optional.ofNullable(errors.get(unit)).map(thrown -> SafeText.line(thrown, 500)));
  }

  private Result startResult(UnitState unit) {
    if (unit instanceof UnitState.Starting) {
      return Result.RUNNING;
    }
    if (unit instanceof UnitState.NotStarted) {
      return state.has(Flag.START_FAILED) ? Result.FAILED : Result.CANCELLED;
    }
    return unit instanceof UnitState.StartGivenUp ? Result.TIMED_OUT : Result.DONE;
  }

  /** A phase that has begun. */
  PhaseRun phaseRun(int phase) {
    long since = state.shutdown().map(Shutdown::since).orElse(now);
    var steps = new ArrayList<Report.Step>();
    for (int i = 0; i < state.units().size(); i++) {
      Unit unit = blueprint.units().get(i);
      UnitState ran = state.units().get(i);
      if (unit.phase() == phase && ran.stop().isPresent()) {
        steps.add(step(i, ran.stop().get(), since, stopResult(ran), stopErrors));
      }
    }
    steps.sort(Comparator.comparing(Report.Step::at));
    String name = blueprint.budget().slots().get(phase).name();
    if (state.phases().get(phase) instanceof PhaseState.Over over) {
      return run(name, over.from() - since, over.to() - over.from(), over.allowance(), over, steps);
    }
    var running = (PhaseState.Running) state.phases().get(phase);
    return run(
        name, running.from() - since, now - running.from(), running.allowance(), running, steps);
  }

  private static PhaseRun run(
      String name, long at, long took, long allowance, PhaseState phase, List<Report.Step> steps) {
    return new PhaseRun(
        name,
        Duration.ofNanos(at),
        Duration.ofNanos(took),
        Duration.ofNanos(allowance),
        phaseResult(phase),
        steps);
  }

  private static Result stopResult(UnitState unit) {
    if (!(unit instanceof UnitState.Stopped stopped)) {
      return Result.RUNNING;
    }
    return switch (stopped.result()) {
      case DONE -> Result.DONE;
      case FAILED -> Result.FAILED;
      case GIVEN_UP -> Result.TIMED_OUT;
    };
  }

  private static Result phaseResult(PhaseState phase) {
    if (!(phase instanceof PhaseState.Over over)) {
      return Result.RUNNING;
    }
    return switch (over.result()) {
      case DONE -> Result.DONE;
      case SKIPPED -> Result.SKIPPED;
      case TIMED_OUT -> Result.TIMED_OUT;
      case ABANDONED -> Result.ABANDONED;
    };
  }

  /** The component whose start failed first, else one that was too slow. */
  Optional<String> failedStart() {
    Optional<Integer> first = Optional.empty();
    for (int i = 0; i < state.units().size(); i++) {
      UnitState unit = state.units().get(i);
      boolean failed =
          unit instanceof UnitState.NotStarted || unit instanceof UnitState.StartGivenUp;
      if (failed && (first.isEmpty() || startEnd(i) < startEnd(first.get()))) {
        first = Optional.of(i);
      }
    }
    return first.map(unit -> blueprint.units().get(unit).name());
  }

  private long startEnd(int unit) {
    return end(state.units().get(unit).start());
  }

  private static long end(Optional<Span> span) {
    return span.map(s -> s.to().orElse(Long.MAX_VALUE)).orElse(Long.MAX_VALUE);
  }

  /** What the starts threw, first one first. */
  List<Throwable> startErrorsInOrder() {
    return inOrder(startErrors, Comparator.comparingLong(this::startEnd));
  }

  /** What the stops threw, first one first. */
  List<Throwable> stopErrorsInOrder() {
    return inOrder(
        stopErrors, Comparator.comparingLong(unit -> end(state.units().get(unit).stop())));
  }

  private static List<Throwable> inOrder(
      Map<Integer, Throwable> errors, Comparator<Integer> byTime) {
    return Map.copyOf(errors).entrySet().stream()
        .sorted(Map.Entry.comparingByKey(byTime))
        .map(Map.Entry::getValue)
        .toList();
  }
}
