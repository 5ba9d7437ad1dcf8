package cnkit.lifecycle;

import cnkit.core.internal.JsonWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What happened from the first start to the last stop. It is a snapshot, and is complete when {@link #state()} is
 * {@link LifecycleState#STOPPED}. Immutable and safe for use by many threads.
 *
 * <pre>{@code
 * Report report = lifecycle.shutdown("maintenance");
 * log.info("{}", report.summary()); // stopped in 3.2s after maintenance: 12 completed, 0 rejected, 0 cut; exit code 0
 * }</pre>
 */
public final class Report {
  private final LifecycleState state;
  private final ShutdownOutcome outcome;
  private final List<Trigger> triggers;
  private final Duration startTook;
  private final Duration stopTook;
  private final List<PhaseRun> phases;
  private final List<WorkCounts> workCounts;
  private final List<Unfinished> unfinished;

  Report(
      LifecycleState state,
      ShutdownOutcome outcome,
      List<Trigger> triggers,
      Duration startTook,
      Duration stopTook,
      List<PhaseRun> phases,
      List<WorkCounts> workCounts,
      List<Unfinished> unfinished) {
    this.state = state;
    this.outcome = outcome;
    this.triggers = List.copyOf(triggers);
    this.startTook = startTook;
    this.stopTook = stopTook;
    this.phases = List.copyOf(phases);
    this.workCounts = List.copyOf(workCounts);
    this.unfinished = List.copyOf(unfinished);
  }

  /**
   * The state of the lifecycle when this report was written.
   *
   * @return the state
   */
  public LifecycleState state() {
    return state;
  }

  /**
   * How the lifecycle ended, or how it would end if nothing else went wrong.
   *
   * @return the worst outcome so far
   */
  public ShutdownOutcome outcome() {
    return outcome;
  }

  /**
   * The detail of the first trigger.
   *
   * @return a signal's name, or the text given to {@code shutdown}; empty while nothing has asked for the shutdown
   */
  public Optional<String> reason() {
    return triggers.stream().findFirst().map(Trigger::detail);
  }

  /**
   * Everything that asked for the shutdown.
   *
   * @return the triggers, the first one first
   */
  public List<Trigger> triggers() {
    return triggers;
  }

  /**
   * How long the start took.
   *
   * @return zero if the start never began
   */
  public Duration startTook() {
    return startTook;
  }

  /**
   * How long the shutdown took, or has taken so far.
   *
   * @return zero while nothing has asked for the shutdown
   */
  public Duration stopTook() {
    return stopTook;
  }

  /**
   * The start and the phases of the shutdown, in the order in which they ran.
   *
   * @return the phases that have begun
   */
  public List<PhaseRun> phases() {
    return phases;
  }

  /**
   * The counts of the work in flight, by kind.
   *
   * @return the counts; empty if no work is tracked
   */
  public List<WorkCounts> workCounts() {
    return workCounts;
  }

  /**
   * Work and components that did not end in time.
   *
   * @return each with its thread and stack trace, if they are known
   */
  public List<Unfinished> unfinished() {
    return unfinished;
  }

  /** The result of a phase, or of a step of a component. */
  public enum Result {
    /** It is still running. */
    RUNNING,
    /** It ended as planned. */
    DONE,
    /** It was not waited for, on purpose. */
    SKIPPED,
    /** It threw an exception. */
    FAILED,
    /** The shutdown was requested before it was done. */
    CANCELLED,
    /** It did not end in its time. */
    TIMED_OUT,
    /** A second signal ended it. */
    ABANDONED
  }

  /**
   * One phase.
   *
   * @param name its name; {@code start} for the start
   * @param at when it began, measured from the beginning of the start or of the shutdown
   * @param took how long it took, or has taken so far
   * @param allowance the longest time that it was allowed to take
   * @param result how it ended
   * @param steps what ran in it
   */
  public record PhaseRun(
      String name,
      Duration at,
      Duration took,
      Duration allowance,
      Result result,
      List<Step> steps) {
    // copies the list
    public PhaseRun {
      steps = List.copyOf(steps);
    }
  }

  /**
   * One start, stop or callback.
   *
   * @param name the component's name
   * @param at when it began, measured from the beginning of the start or of the shutdown
   * @param took how long it took; zero if it did not return
   * @param result how it ended
   * @param error what it threw, as text
   */
  public record Step(
      String name, Duration at, Duration took, Result result, Optional<String> error) {}

  /** The same report for a shutdown that hangs, with what was still running. */
  Report hung(List<Unfinished> suspects) {
    var all = new ArrayList<>(unfinished);
    all.addAll(suspects);
    return new Report(
        state, ShutdownOutcome.HUNG, triggers, startTook, stopTook, phases, workCounts, all);
  }

  /**
   * What the process exits with.
   *
   * @return the outcome's exit code
   */
  public int exitCode() {
    return outcome.exitCode();
  }

  /**
   * The whole report as nested maps, lists, texts and numbers, in a fixed order. Suitable for a structured log line.
   *
   * @return a new map; durations are whole milliseconds
   */
  public Map<String, Object> attributes() {
    var all = new LinkedHashMap<String, Object>();
    all.put("state", lower(state));
    all.put("outcome", lower(outcome));
    all.put("exit_code", exitCode());
    reason().ifPresent(text -> all.put("reason", text));
    all.put("start_ms", startTook.toMillis());
    all.put("stop_ms", stopTook.toMillis());
    var causes = new ArrayList<Object>();
    for (Trigger trigger : triggers) {
      var one = new LinkedHashMap<String, Object>();
      one.put("source", lower(trigger.source()));
      one.put("detail", trigger.detail());
      one.put("at_ms", trigger.at().toMillis());
      causes.add(one);
    }
    all.put("triggers", causes);
    var runs = new ArrayList<Object>();
    phases.forEach(phase -> runs.add(attributes(phase)));
    all.put("phases", runs);
    var kinds = new LinkedHashMap<String, Object>();
    for (WorkCounts line : workCounts) {
      var one = new LinkedHashMap<String, Object>();
      one.put("accepted", line.accepted());
      one.put("completed", line.completed());
      one.put("rejected", line.rejected());
      one.put("cut", line.cut());
      if (line.open() > 0) {
        one.put("open", line.open());
      }
      kinds.put(line.kind().label(), one);
    }
    all.put("work_counts", kinds);
    var left = new ArrayList<Object>();
    for (Unfinished work : unfinished) {
      var one = new LinkedHashMap<String, Object>();
      one.put("what", work.what());
      one.put("name", work.name());
      one.put("age_ms", work.age().toMillis());
      one.put("thread", work.thread());
      one.put("stack", work.stack());
      left.add(one);
    }
    all.put("unfinished", left);
    return all;
  }

  private static Map<String, Object> attributes(PhaseRun phase) {
    var one = new LinkedHashMap<String, Object>();
    one.put("name", phase.name());
    one.put("at_ms", phase.at().toMillis());
    one.put("took_ms", phase.took().toMillis());
    one.put("allowance_ms", phase.allowance().toMillis());
    one.put("result", lower(phase.result()));
    var steps = new ArrayList<Object>();
    for (Step step : phase.steps()) {
      var run = new LinkedHashMap<String, Object>();
      run.put("name", step.name());
      run.put("at_ms", step.at().toMillis());
      run.put("took_ms", step.took().toMillis());
      run.put("result", lower(step.result()));
      step.error().ifPresent(text -> run.put("error", text));
      steps.add(run);
    }
    one.put("steps", steps);
    return one;
  }

  /** What did not end, each with the top of its stack. */
  String details() {
    var text = new StringBuilder();
    for (Unfinished work : unfinished) {
      text.append(work.title()).append(": ").append(ShutdownPlan.text(work.age()));
      text.append(work.frames(8, "\n  at ")).append('\n');
    }
    return text.toString();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@link #attributes()} as one line of JSON.
   *
   * @return a JSON object
   */
  public String toJson() {
    return JsonWriter.of(attributes());
  }

  /**
   * One line for people, such as {@code stopped in 3.2s after SIGTERM: 12 completed, 0 rejected, 0 cut; exit code 0}.
   *
   * @return a sentence without a full stop
   */
  public String summary() {
    var text = new StringBuilder(lower(outcome).replace('_', ' '));
    text.append(" in ").append(ShutdownPlan.text(stopTook));
    reason().ifPresent(why -> text.append(" after ").append(why));
    if (!workCounts.isEmpty()) {
      long completed = 0;
      long rejected = 0;
      long cut = 0;
      for (WorkCounts line : workCounts) {
        completed += line.completed();
        rejected += line.rejected();
        cut += line.cut();
      }
      text.append(": ").append(completed).append(" completed, ");
      text.append(rejected).append(" rejected, ").append(cut).append(" cut");
    }
    for (Unfinished work : unfinished) {
      text.append("; ").append(work.title());
      text.append(" did not end in ").append(ShutdownPlan.text(work.age()));
    }
    return text.append("; exit code ").append(exitCode()).toString();
  }

  /** The same as {@link #summary()}. */
  @Override
  public String toString() {
    return summary();
  }
}
