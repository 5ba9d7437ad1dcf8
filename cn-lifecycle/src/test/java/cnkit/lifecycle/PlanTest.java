package cnkit.lifecycle;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.lifecycle.machine.Budget.Kind;
import cnkit.lifecycle.machine.Budget.Slot;
import cnkit.lifecycle.machine.QuietWatch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is data about a shutdown, and what is printed of it, to the letter. */
class PlanTest {
  private static final ShutdownPlan PLAN = ShutdownPlan.of(ofSeconds(25), ofSeconds(5));

  @Test
  void theTableHasALineForEachBudget() {
    assertEquals(
        """
        shutdown budget
          grace                25s
          - propagation         5s  keeps serving while load balancers learn
          - close            1.25s  shared by stop-intake, close and infrastructure
          - flush            250ms  protected
          - leave-the-ring      3s
          = drain            15.5s""",
        PLAN.withCloseBudget(ofMillis(1250))
            .withFlushBudget(ofMillis(250))
            .withPhase(Phase.named("leave-the-ring", ofSeconds(3)))
            .table());
    assertTrue(ShutdownPlan.of(ofSeconds(4), ofSeconds(5))
        .table()
        .endsWith("\n  = drain          -1.666s  must be above zero"));
  }

  @Test
  void aNameThatIsTooLongForItsColumnStillStandsApart() {
    String table = PLAN.withPhase(Phase.named("a-phase-with-a-very-long-name", ofSeconds(1)))
        .table();
    assertTrue(table.contains("  - a-phase-with-a-very-long-name 1s\n"), table);
  }

  @Test
  void evenAPlanOfAllTimeIsPrinted() {
    Duration all = ofSeconds(Long.MAX_VALUE);
    assertTrue(ShutdownPlan.of(all, ZERO).table().contains("9223372036.854s"));
    assertTrue(ShutdownPlan.of(ZERO, all).table().contains("-9223372036.854s"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "1000, 0.001ms",
    "999999, 0.999ms",
    "83333333, 83.333ms",
    "120000000, 120ms",
    "999999999, 999.999ms",
    "1000000000, 1s",
    "2500000000, 2.5s",
    "61010000000, 61.01s",
    "-1500000000, -1.5s",
    "-1000000000, -1s"
  })
  void aDurationIsWrittenInSecondsOrBelowOneInMilliseconds(long nanos, String text) {
    assertEquals(text, ShutdownPlan.text(ofNanos(nanos)));
  }

  @ParameterizedTest
  @CsvSource({"25000, 0, 27", "25000, 5000, 32", "25001, 0, 28", "24999, 1, 27"})
  void thePlatformGivesWholeSecondsAndTwoMore(long grace, long preStop, long seconds) {
    ShutdownPlan plan = ShutdownPlan.of(ofMillis(grace), ZERO);
    assertEquals(seconds, plan.terminationGracePeriodSeconds(ofMillis(preStop)));
  }

  @Test
  void theLongestAndTheShortestGraceAreAccepted() {
    assertEquals(List.of(), ShutdownPlan.of(ofHours(24), ZERO).problems());
    assertEquals(List.of(), ShutdownPlan.of(ofMillis(1), ZERO).problems());
    assertEquals(1, ShutdownPlan.of(ofHours(24).plusNanos(1), ZERO).problems().size());
    assertEquals(1, ShutdownPlan.of(ofMillis(1).minusNanos(1), ZERO).problems().size());
    ShutdownPlan nothingLeft = PLAN.withCloseBudget(ofSeconds(18));
    assertEquals(ZERO, nothingLeft.drainBudget());
    assertEquals(
        "nothing is left to drain requests: propagation 5s + close 18s + flush 2s = 25s of a grace of"
            + " 25s; raise grace or lower propagation",
        nothingLeft.problems().get(0).message());
    assertTrue(nothingLeft
        .withPhase(Phase.named("ring", ofMillis(1500)))
        .problems()
        .get(0)
        .message()
        .contains(" + ring 1.5s = 26.5s"));
  }

  @Test
  void eachPhaseHasItsBudgetAndWhatEarlierOnesLeaveIt() {
    ShutdownPlan plan = PLAN.withCloseBudget(ofNanos(8)).withPhase(Phase.named("ring", ofNanos(5)));
    assertEquals(
        List.of(
            new Slot(Phase.ANNOUNCE, Kind.ANNOUNCE, 2, 0),
            new Slot(Phase.PROPAGATE, Kind.PROPAGATE, 5_000_000_000L, 0),
            new Slot(Phase.STOP_INTAKE, Kind.STOP_INTAKE, 8, 0),
            new Slot(Phase.DRAIN, Kind.DRAIN, 17_999_999_987L, 0),
            new Slot("ring", Kind.ADDED, 5, 5),
            new Slot(Phase.CLOSE, Kind.CLOSE, 8, 4),
            new Slot(Phase.FLUSH, Kind.FLUSH, 2_000_000_000L, 2_000_000_000L),
            new Slot(Phase.INFRASTRUCTURE, Kind.INFRASTRUCTURE, 8, 2)),
        PhaseOrder.of(plan.phases()).budget(plan).slots());
  }

  @Test
  void theStanzaIsYamlToTheLetter() {
    assertEquals(
        """
        terminationGracePeriodSeconds: 32 # 5s preStop + 25s grace + 2s margin
        containers:
          - name: app
            lifecycle:
              preStop:
                sleep:
                  seconds: 5
            startupProbe:
              httpGet:
                path: /startupz
                port: 8081
              periodSeconds: 2
              timeoutSeconds: 1
              failureThreshold: 31
            livenessProbe:
              httpGet:
                path: /livez
                port: 8081
              periodSeconds: 10
              timeoutSeconds: 1
              failureThreshold: 3
            readinessProbe:
              httpGet:
                path: /readyz
                port: 8081
              periodSeconds: 2
              timeoutSeconds: 1
              failureThreshold: 2
        """,
        PodStanza.of(PLAN)
            .withPreStop(ofSeconds(5))
            .withProbePort(8081)
            .withStartDeadline(ofSeconds(60))
            .toYaml());
    String plain = PodStanza.of(PLAN).toYaml();
    assertTrue(plain.startsWith("terminationGracePeriodSeconds: 27 # 25s grace + 2s margin\n"));
    assertFalse(plain.contains("preStop"), plain);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "3, 1", "4, 2", "20, 10", "60, 10"})
  void twoFailedProbesFitIntoThePropagation(long propagation, long period) {
    ShutdownPlan plan = ShutdownPlan.of(ofSeconds(120), ofSeconds(propagation));
    String yaml = PodStanza.of(plan).toYaml();
    String readiness = yaml.substring(yaml.indexOf("readinessProbe:"));
    assertTrue(readiness.contains("\n      periodSeconds: " + period + "\n"), readiness);
  }

  @Test
  void aStanzaRefusesWhatNoPodCanHave() {
    PodStanza stanza = PodStanza.of(PLAN);
    assertEquals(1, stanza.withProbePort(1).probePort());
    assertEquals(65_535, stanza.withProbePort(65_535).probePort());
    for (Runnable wrong : List.<Runnable>of(
        () -> stanza.withProbePort(0),
        () -> stanza.withProbePort(65_536),
        () -> stanza.withPreStop(ofSeconds(-1)),
        () -> stanza.withPreStop(ofMillis(1500)),
        () -> stanza.withStartDeadline(ZERO),
        () -> stanza.withStartDeadline(ofSeconds(-1)))) {
      assertThrows(IllegalArgumentException.class, wrong::run);
    }
  }

  @Test
  void countsOfTwoIntakesAddUp() {
    WorkCounts one = new WorkCounts(WorkKind.JOB, 100, 10, 20, 30, 40);
    WorkCounts other = new WorkCounts(WorkKind.JOB, 1111, 1, 10, 100, 1000);
    assertEquals(new WorkCounts(WorkKind.JOB, 1211, 11, 30, 130, 1040), one.plus(other));
    assertThrows(IllegalArgumentException.class, () -> new WorkCounts(WorkKind.JOB, 2, 1, 0, 0, 0));
  }

  @Test
  void itIsQuietOnceNothingHasArrivedForSoLong() {
    QuietWatch watch = new QuietWatch(80_000_000, 7, 1000);
    assertSame(watch, watch.look(7, 5000));
    assertEquals(new QuietWatch(80_000_000, 8, 5000), watch.look(8, 5000));
    assertFalse(watch.isQuiet(80_000_999));
    assertTrue(watch.isQuiet(80_001_000));
    assertEquals(10_000_000, watch.pause());
    assertEquals(1_000_000, new QuietWatch(4_000_000, 0, 0).pause());
    assertEquals(250_000_000, new QuietWatch(8_000_000_000L, 0, 0).pause());
  }

  @Test
  void theWorseOfTwoOutcomesIsTold() {
    List<ShutdownOutcome> fromBest = List.of(ShutdownOutcome.values());
    for (ShutdownOutcome one : fromBest) {
      for (ShutdownOutcome other : fromBest) {
        int worse = Math.max(fromBest.indexOf(one), fromBest.indexOf(other));
        assertEquals(fromBest.get(worse), one.or(other));
      }
    }
  }
}
