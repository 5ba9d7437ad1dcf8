package cnkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

class JudgeTest {
  @Suite(
      name = "test-all",
      title = "Every form of goal",
      threads = {1, 2, 64})
  @Goal(of = "kit", to = "limit", ratio = 2.0)
  @Goal(of = "kit", threads = 2, to = "kit", toThreads = 1, ratio = 1.3)
  @Goal(of = "kit", threads = 64, to = "limit", ratio = 1.0)
  @Goal(of = "kit", to = "limit", over = 3)
  @Goal(of = "kit", nanos = 3)
  @Goal(of = "kit", bytes = 0)
  @SuppressWarnings("unused")
  static class AllGoals {
    @Benchmark
    public void peer() {}

    @Benchmark
    public void kit() {}

    @Benchmark
    public void limit() {}

    @Fact(value = "stores", atMost = 2)
    public static long stores() {
      return 3;
    }
  }

  private static final Contest CONTEST = Contest.of(AllGoals.class);

  private static void add(
      Results results, String contender, int threads, Results.Unit unit, double value) {
    for (int round = 0; round < 3; round++) {
      results.add(new Results.Key(CONTEST, contender, threads, unit), new double[] {value, value});
    }
  }

  private static Results results(boolean cpuOnly) {
    Results results = new Results(cpuOnly);
    add(results, "kit", 1, Results.Unit.CPU, 4);
    add(results, "kit", 1, Results.Unit.WALL, 400); // a busy machine: not judged
    add(results, "kit", 1, Results.Unit.BYTES, 0.003);
    add(results, "limit", 1, Results.Unit.CPU, 2);
    add(results, "kit", 2, Results.Unit.WALL, 6);
    add(results, "kit", 2, Results.Unit.CPU, 5);
    add(results, "kit", 64, Results.Unit.WALL, 90);
    add(results, "kit", 64, Results.Unit.CPU, 90);
    add(results, "limit", 64, Results.Unit.WALL, 30);
    add(results, "limit", 64, Results.Unit.CPU, 30);
    return results;
  }

  private static List<Verdict> words(Results results) {
    return new Judge(2)
        .rule(CONTEST, results).stream().map(Judge.Ruling::verdict).toList();
  }

  @Test
  void eachGoalIsJudgedByItsOwnMeasure() {
    assertEquals(
        List.of(
            Verdict.MET, Verdict.MISSED, Verdict.SHOWN, Verdict.MET, Verdict.MISSED, Verdict.MET),
        words(results(false)));
  }

  @Test
  void onABusyMachineCpuTimeMayBeJudgedAtSeveralThreads() {
    assertEquals(Verdict.MET, words(results(true)).get(1));
  }

  @Test
  void whatWasNotMeasuredIsUndecided() {
    assertEquals(
        List.of(
            Verdict.UNDECIDED,
            Verdict.UNDECIDED,
            Verdict.SHOWN,
            Verdict.UNDECIDED,
            Verdict.UNDECIDED,
            Verdict.UNDECIDED),
        words(new Results(false)));
  }

  @Test
  void aCountAboveItsGoalIsMissed() {
    assertEquals(
        new Judge.Ruling("stores: at most 2", "3", Verdict.MISSED),
        Main.rule(CONTEST.facts().get(0)));
  }

  @Test
  void theTableNamesGoalNumberIntervalAndWord() {
    String table = Table.of(
        CONTEST, results(false), new Judge(2).rule(CONTEST, results(false)), List.of(1, 2, 64));
    assertTrue(
        table.contains("| kit, 1 thread: at most 2.00 x limit | 2.00 (2.00–2.00) | **met** |"),
        table);
    assertTrue(table.contains("| kit | 4.00 | 6.00 | 90.0 | 0 |"), table);
    assertTrue(table.contains("| limit | 2.00 | – | 30.0 | – |"), table);
    assertTrue(table.indexOf("| limit |") < table.indexOf("| kit |"), table);
  }

  @Test
  void quickRunsOnlyWhatAGoalNames() {
    assertEquals(List.of("limit", "kit", "peer"), CONTEST.contenders());
    assertEquals(Set.of("kit", "limit"), CONTEST.judged());
  }

  @Suite(name = "test-bad", title = "A goal about nobody")
  @Goal(of = "kit", to = "nobody", threads = 3, ratio = 2.0, bytes = 0)
  static class BadGoal {}

  @Test
  void aGoalThatCannotBeJudgedIsRefusedWithAllThatIsWrongWithIt() {
    String message = assertThrows(IllegalArgumentException.class, () -> Contest.of(BadGoal.class))
        .toString();
    assertTrue(
        message.contains("of = \"kit\"")
            && message.contains("to = \"nobody\"")
            && message.contains("got 2")
            && message.contains("threads = 3"),
        message);
  }
}
