package cnkit.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What happened from the first start to the last stop. A snapshot: complete when {@link #status()} is {@link
 * Status#STOPPED}.
 *
 * @param status where the lifecycle was when this was written
 * @param outcome how it ended, or how it would end as it stands
 * @param reason the first trigger's detail; empty while nothing has asked for the end
 * @param triggers all that asked for the end, first one first
 * @param start how long the start took; zero if it never began
 * @param stop how long the shutdown has taken; zero while nothing has asked for the end
 * @param phases the start and the phases of the shutdown, as they ran
 * @param ledger what became of all work in flight, by kind; empty when none is tracked
 * @param unfinished work and components that did not end in time
 */
public record Report(
    Status status,
    Outcome outcome,
    Optional<String> reason,
    List<Trigger> triggers,
    Duration start,
    Duration stop,
    List<PhaseRun> phases,
    List<Ledger> ledger,
    List<Unfinished> unfinished) {

  /** Copies the lists. */
  public Report {
    triggers = List.copyOf(triggers);
    phases = List.copyOf(phases);
    ledger = List.copyOf(ledger);
    unfinished = List.copyOf(unfinished);
  }

  /** How a phase or a component's step went. */
  public enum Result {
    /** Still going on. */
    RUNNING,
    /** As planned. */
    DONE,
    /** Not waited for, on purpose. */
    SKIPPED,
    /** It threw. */
    FAILED,
    /** The end was asked for before it was done. */
    CANCELLED,
    /** Its time was over first. */
    TIMED_OUT,
    /** A second signal ended it. */
    ABANDONED
  }

  /**
   * One phase.
   *
   * @param name its name; {@code start} for the start
   * @param at when it began, from the beginning of the start or of the shutdown
   * @param took how long it took, or has taken
   * @param allowance the most it could have taken
   * @param result how it went
   * @param steps what ran in it
   */
  public record PhaseRun(
      String name,
      Duration at,
      Duration took,
      Duration allowance,
      Result result,
      List<Step> steps) {
    /** Copies the list. */
    public PhaseRun {
      steps = List.copyOf(steps);
    }
  }

  /**
   * One start, stop or callback.
   *
   * @param name the component's name
   * @param at when it began, from the beginning of the start or of the shutdown
   * @param took how long it took; zero if it did not return
   * @param result how it went
   * @param error what it threw, as text
   */
  public record Step(
      String name, Duration at, Duration took, Result result, Optional<String> error) {}

  /** The same with what only the last resort knows. */
  Report hung(List<Unfinished> suspects) {
    var all = new ArrayList<>(unfinished);
    all.addAll(suspects);
    return new Report(status, Outcome.HUNG, reason, triggers, start, stop, phases, ledger, all);
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
   * All of it as nested maps, lists, texts and numbers, in a fixed order: fit for a structured log line.
   *
   * @return a map of its own; durations are whole milliseconds
   */
  public Map<String, Object> attributes() {
    var all = new LinkedHashMap<String, Object>();
    all.put("status", lower(status));
    all.put("outcome", lower(outcome));
    all.put("exit_code", exitCode());
    reason.ifPresent(text -> all.put("reason", text));
    all.put("start_ms", start.toMillis());
    all.put("stop_ms", stop.toMillis());
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
    for (Ledger line : ledger) {
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
    all.put("ledger", kinds);
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

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /**
   * {@link #attributes()} as one line of JSON.
   *
   * @return a JSON object
   */
  public String toJson() {
    return Json.write(attributes());
  }

  /**
   * One line for people, such as {@code stopped in 3.2s after SIGTERM: 12 completed, 0 rejected, 0 cut; exit code 0}.
   *
   * @return a sentence without a full stop
   */
  public String summary() {
    var text = new StringBuilder(lower(outcome).replace('_', ' '));
    text.append(" in ").append(ShutdownPlan.text(stop));
    reason.ifPresent(why -> text.append(" after ").append(why));
    if (!ledger.isEmpty()) {
      long completed = 0;
      long rejected = 0;
      long cut = 0;
      for (Ledger line : ledger) {
        completed += line.completed();
        rejected += line.rejected();
        cut += line.cut();
      }
      text.append(": ").append(completed).append(" completed, ");
      text.append(rejected).append(" rejected, ").append(cut).append(" cut");
    }
    for (Unfinished work : unfinished) {
      text.append("; ").append(work.what()).append(" of ").append(work.name());
      text.append(" did not end in ").append(ShutdownPlan.text(work.age()));
    }
    return text.append("; exit code ").append(exitCode()).toString();
  }
}
