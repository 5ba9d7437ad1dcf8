package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class CheckStateTest {
  private static final long PERIOD = 10;

  /** What can happen to a check. */
  enum Step {
    UP,
    DEGRADED,
    DOWN,
    THREW,
    TIMED_OUT,
    STUCK,
    REJECTED,
    /** Nothing, for longer than a result is believed. */
    SILENCE;

    boolean passes() {
      return this == UP || this == DEGRADED;
    }

    Observation at(long now) {
      return switch (this) {
        case UP -> Observation.of(Verdict.up(), 0, now);
        case DEGRADED -> Observation.of(Verdict.degraded("slow"), 0, now);
        case DOWN -> Observation.of(Verdict.down("refused"), 0, now);
        case THREW -> Observation.threw(new IllegalStateException("x"), "x", 0, now);
        case TIMED_OUT -> Observation.failed(RunOutcome.TIMED_OUT, "", 0, now);
        case STUCK -> Observation.stuck("", List.of(), 0, now);
        case REJECTED -> Observation.failed(RunOutcome.REJECTED, "", 0, now);
        case SILENCE -> throw new AssertionError();
      };
    }
  }

  /** The plainest program that could be right: it keeps the whole history and looks back. */
  private static HealthStatus model(
      List<Step> history, int failureThreshold, int successThreshold) {
    HealthStatus status = HealthStatus.UNKNOWN;
    for (int i = 0; i < history.size(); i++) {
      Step step = history.get(i);
      boolean passing = status == HealthStatus.UP || status == HealthStatus.DEGRADED;
      if (step == Step.SILENCE) {
        status = HealthStatus.UNKNOWN;
      } else if (step.passes() && (passing || row(history, i, true) >= successThreshold)) {
        status = step == Step.UP ? HealthStatus.UP : HealthStatus.DEGRADED;
      } else if (!step.passes() && (!passing || row(history, i, false) >= failureThreshold)) {
        status = HealthStatus.DOWN;
      }
    }
    return status;
  }

  private static int row(List<Step> history, int end, boolean passes) {
    int length = 0;
    for (int i = end;
        i >= 0 && history.get(i) != Step.SILENCE && history.get(i).passes() == passes;
        i--) {
      length++;
    }
    return length;
  }

  private static CheckState play(List<Step> history, CheckRules rules) {
    long now = Long.MAX_VALUE - 3 * PERIOD; // the ticker wraps inside most histories
    CheckState state = CheckState.INITIAL;
    for (Step step : history) {
      now += step == Step.SILENCE ? rules.staleNanos() : 1;
      state = step == Step.SILENCE ? state.asOf(rules, now) : state.next(rules, step.at(now));
    }
    return state;
  }

  @Property
  void everyHistoryEndsWhereTheModelEnds(
      @ForAll @Size(max = 40) List<Step> history,
      @ForAll @IntRange(min = 1, max = 4) int failureThreshold,
      @ForAll @IntRange(min = 1, max = 4) int successThreshold) {
    CheckRules rules = new CheckRules(failureThreshold, successThreshold, 3, PERIOD);
    CheckState state = play(history, rules);
    assertEquals(
        model(history, failureThreshold, successThreshold),
        state.status(),
        () -> "after " + history);
    assertEquals(history.stream().filter(s -> s != Step.SILENCE).count(), state.runs());
    assertEquals(
        history.stream().filter(s -> s != Step.SILENCE && !s.passes()).count(), state.failedRuns());
  }

  /** Every sequence of up to six steps of four kinds under all thresholds up to three: no forbidden move. */
  @Example
  void noSequenceMakesAForbiddenMove() {
    Step[] alphabet = {Step.UP, Step.DEGRADED, Step.DOWN, Step.SILENCE};
    for (int failures = 1; failures <= 3; failures++) {
      for (int successes = 1; successes <= 3; successes++) {
        CheckRules rules = new CheckRules(failures, successes, 3, PERIOD);
        explore(rules, alphabet, CheckState.INITIAL, 0, new ArrayList<>(), 6);
      }
    }
  }

  private void explore(
      CheckRules rules, Step[] alphabet, CheckState state, long now, List<Step> path, int depth) {
    if (depth == 0) {
      return;
    }
    for (Step step : alphabet) {
      long then = now + (step == Step.SILENCE ? rules.staleNanos() : 1);
      CheckState next =
          step == Step.SILENCE ? state.asOf(rules, then) : state.next(rules, step.at(then));
      path.add(step);
      requireLegal(rules, state, step, next, path);
      explore(rules, alphabet, next, then, path, depth - 1);
      path.remove(path.size() - 1);
    }
  }

  private void requireLegal(
      CheckRules rules, CheckState from, Step step, CheckState to, List<Step> path) {
    boolean wasPassing = from.status().passes();
    boolean isPassing = to.status().passes();
    if (!wasPassing && isPassing) {
      assertEquals(
          true, step.passes() && to.successes() >= rules.successThreshold(), path::toString);
    }
    if (wasPassing && to.status() == HealthStatus.DOWN) {
      assertEquals(
          true, !step.passes() && to.failures() >= rules.failureThreshold(), path::toString);
    }
    if (step == Step.SILENCE) {
      assertEquals(HealthStatus.UNKNOWN, to.status(), path::toString);
    } else if (!step.passes()) {
      assertNotEquals(
          HealthStatus.UNKNOWN, to.status(), () -> "a failed run is knowledge: " + path);
    }
    assertEquals(0, Math.min(to.failures(), to.successes()), () -> "two rows at once: " + path);
  }

  @Example // case H1
  void failuresCountOnlyWhenConsecutive() {
    CheckRules rules = new CheckRules(3, 1, 3, PERIOD);
    CheckState state = CheckState.INITIAL.next(rules, Step.UP.at(0));
    long now = 1;
    for (char run : "FSSFSSF".toCharArray()) {
      CheckState next = state.next(rules, (run == 'S' ? Step.UP : Step.DOWN).at(now++));
      assertEquals(HealthStatus.UP, next.status());
      assertEquals(state.sinceNanos(), next.sinceNanos(), "no transition");
      state = next;
    }
  }

  @Example // case H2
  void successesCountOnlyWhenConsecutive() {
    CheckRules rules = new CheckRules(1, 3, 3, PERIOD);
    CheckState state = CheckState.INITIAL.next(rules, Step.DOWN.at(0));
    long now = 1;
    for (char run : "SSFSS".toCharArray()) {
      state = state.next(rules, (run == 'S' ? Step.UP : Step.DOWN).at(now++));
      assertEquals(HealthStatus.DOWN, state.status());
    }
    assertEquals(HealthStatus.UP, state.next(rules, Step.UP.at(now)).status());
  }

  @Property
  void aResultIsBelievedUntilExactlyItsAge(
      @ForAll long at, @ForAll @IntRange(min = 1, max = 30) int age) {
    CheckRules rules = new CheckRules(1, 1, 3, PERIOD);
    CheckState state = CheckState.INITIAL.next(rules, Step.UP.at(at));
    CheckState later = state.asOf(rules, at + age);
    if (age < 30) {
      assertSame(state, later);
    } else {
      assertEquals(HealthStatus.UNKNOWN, later.status());
      assertEquals(at + 30, later.sinceNanos());
    }
  }

  @Property
  void countersSaturateInsteadOfWrapping(@ForAll boolean passed) {
    CheckRules rules = new CheckRules(1000, 1000, 3, Long.MAX_VALUE / 4);
    CheckState full = new CheckState(
        HealthStatus.UP, Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 5, 5, Step.UP.at(0));
    CheckState next = full.next(rules, (passed ? Step.UP : Step.DOWN).at(1));
    assertEquals(Integer.MAX_VALUE, passed ? next.successes() : next.failures());
  }
}
