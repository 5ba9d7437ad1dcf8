package cnkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

class SmokeTest {
  @BeforeAll
  static void otherRunsOnThisMachineDoNotMatter() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  private static Collection<RunResult> runOnce(int threads) throws Exception {
    return new Runner(new OptionsBuilder()
            .forks(0)
            .threads(threads)
            .mode(Mode.AverageTime)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(1))
            .shouldFailOnError(true)
            .shouldDoGC(false)
            .addProfiler(CpuProfiler.class)
            .verbosity(VerboseMode.SILENT)
            .build())
        .run();
  }

  private static int benchmarks() {
    return Contest.all().stream()
        .mapToInt(contest -> contest.contenders().size())
        .sum();
  }

  @Test
  @Tag("full")
  void everyBenchmarkRunsWithoutFailing() throws Exception {
    assertEquals(benchmarks(), runOnce(1).size());
    assertEquals(benchmarks(), runOnce(2).size());
  }

  @Test
  void everySuiteHasANameOfItsOwnAndSomethingToReach() {
    List<String> names = new ArrayList<>();
    for (Contest contest : Contest.all()) {
      String name = contest.suite().name();
      assertFalse(names.contains(name), name);
      assertFalse(contest.goals().isEmpty() && contest.facts().isEmpty(), name);
      names.add(name);
    }
    assertFalse(names.isEmpty());
  }

  @Test
  void noExactFactIsMissed() {
    for (Contest contest : Contest.all()) {
      for (Method fact : contest.facts()) {
        assertNotEquals(Verdict.MISSED, Main.rule(fact).verdict(), fact::toString);
      }
    }
  }
}
