package cnkit.lifecycle;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Subscription;
import cnkit.core.testing.VirtualTime;
import cnkit.lifecycle.testing.Scripted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole lifecycles in virtual time: what takes a minute there takes a moment here, and the same moment each time. */
@Timeout(60)
class VirtualLifecycleTest {
  private final VirtualTime time = new VirtualTime();
  private final InFlight inFlight = new InFlight(time);

  @AfterEach
  void end() {
    time.close();
  }

  private LifecycleBuilder builder() {
    return Lifecycle.builder().time(time).grace(ofSeconds(25)).propagation(Duration.ZERO);
  }

  private Scripted scripted(String name) {
    return Scripted.named(name, time);
  }

  private static LifecycleBuilder with(LifecycleBuilder builder, String name, Scripted scripted) {
    return builder.component(name, scripted.start(), scripted.stop());
  }

  private static Report.PhaseRun phase(Report report, String name) {
    return report.phases().stream()
        .filter(phase -> phase.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test // case L2
  void withinOnePhaseADependencyStartsFirstAndStopsLastWhateverTheOrderOfRegistration() {
    LifecycleBuilder builder = builder();
    with(builder, "http", scripted("http")).dependsOn("cache", "db");
    with(builder, "cache", scripted("cache")).dependsOn("db");
    with(builder, "db", scripted("db")).dependsOn();
    Lifecycle lifecycle = builder.build();
    lifecycle.start();
    lifecycle.shutdown("done");
    assertEquals(
        List.of(
            "0s start db",
            "0s start cache",
            "0s start http",
            "0s stop http",
            "0s stop cache",
            "0s stop db"),
        time.journal());
  }

  @Test // case L8
  void aPhaseTakesAsLongAsItsLongestStopAndTheNextBeginsWhenAllAreOver() {
    LifecycleBuilder builder = builder().phase(Phase.named("first", ofSeconds(5)));
    for (String name : List.of("a", "b", "c")) {
      with(builder, name, scripted(name).stopTakes(ofSeconds(1))).dependsOn().stopIn("first");
    }
    with(builder, "last", scripted("last")).dependsOn();
    Lifecycle lifecycle = builder.build();
    lifecycle.start();
    Report report = lifecycle.shutdown("done");
    assertEquals(ofSeconds(1), phase(report, "first").took());
    assertTrue(time.journal().contains("1s stop last"), time.journal()::toString);
    assertEquals(0, report.exitCode());
  }

  @Test // case L28
  void anEarlyPhaseThatOverrunsIsClippedAndLaterOnesGetTheLesserOfTheirOwnAndTheRest() {
    LifecycleBuilder builder = builder()
        .grace(ofSeconds(30))
        .propagation(ofSeconds(5))
        .closeBudget(ofSeconds(4))
        .flushBudget(ofSeconds(3))
        .drain(inFlight)
        .onAnnounce(time::hang)
        .flush("telemetry", () -> {
          time.note("flush");
          time.sleep(ofSeconds(60));
        });
    with(builder, "consumer", scripted("consumer")).stopIntake(() -> time.sleep(ofSeconds(60)));
    with(builder, "stuck", scripted("stuck").stopHangs()).dependsOn();
    inFlight.enter(WorkKind.REQUEST);
    Lifecycle lifecycle = builder.build();
    lifecycle.start();
    Report report = lifecycle.shutdown("done");
    for (Report.PhaseRun run : report.phases()) {
      assertTrue(run.took().compareTo(run.allowance()) <= 0, run::toString);
    }
    assertEquals(ofSeconds(1), phase(report, Phase.ANNOUNCE).took(), "a quarter of close");
    assertEquals(
        ofSeconds(4), phase(report, Phase.PROPAGATE).took(), "counted from the announcement on");
    assertEquals(ofSeconds(4), phase(report, Phase.STOP_INTAKE).took(), "its slice and no more");
    assertTrue(phase(report, Phase.DRAIN).took().compareTo(ofSeconds(18)) <= 0);
    assertEquals(ofSeconds(3), phase(report, Phase.FLUSH).allowance(), "never lent");
    assertEquals(ofSeconds(3), phase(report, Phase.FLUSH).took());
    assertTrue(report.stopTook().compareTo(ofSeconds(30)) <= 0, report.summary());
    assertEquals(81, report.exitCode());
  }

  @Test // case L7
  void aStopThatNeverReturnsIsNamedWithAgeAndStackAndTheProcessIsGoneInItsGrace() {
    LifecycleBuilder builder = builder()
        .grace(ofSeconds(10))
        .closeBudget(ofSeconds(2))
        .flushBudget(ofSeconds(1))
        .flush("telemetry", () -> time.sleep(ofMillis(999)));
    with(builder, "stuck", scripted("stuck").stopHangs());
    Lifecycle lifecycle = builder.build();
    lifecycle.start();
    Report report = lifecycle.shutdown("done");
    assertEquals(ofSeconds(2), phase(report, Phase.CLOSE).took());
    assertEquals(Report.Result.DONE, phase(report, Phase.FLUSH).result());
    Unfinished stuck = report.unfinished().get(0);
    assertEquals(ofSeconds(2), stuck.age());
    assertTrue(
        stuck.stack().stream().anyMatch(frame -> frame.contains("Scripted")), stuck::toString);
    assertEquals(81, report.exitCode());
    assertTrue(report.stopTook().compareTo(ofSeconds(10)) < 0);
  }

  @Test
  void whatHangsIsGivenUpInTimeForWhatItNeedsToBeStopped() {
    LifecycleBuilder builder = builder().closeBudget(ofSeconds(2));
    with(builder, "db", scripted("db"));
    with(builder, "cache", scripted("cache").stopHangs());
    with(builder, "http", scripted("http").stopHangs());
    Lifecycle lifecycle = builder.build();
    lifecycle.start();
    Report report = lifecycle.shutdown("done");
    // three quarters of the slice for the first, half of the rest for each of the next
    assertEquals(
        List.of("0s stop http", "1.5s stop cache", "1.75s stop db"),
        time.journal().stream().filter(line -> line.contains(" stop ")).toList());
    assertEquals(ofSeconds(2), phase(report, Phase.CLOSE).allowance());
    assertEquals(81, report.exitCode());
  }

  @Test
  void theDeadlineOfAStartCountsFromTheStart() throws Exception {
    LifecycleBuilder builder = builder().startDeadline(ofSeconds(3));
    with(builder, "late", scripted("late").startHangs());
    with(builder, "next", scripted("next"));
    Lifecycle lifecycle = builder.build();
    time.sleep(ofSeconds(10));
    long began = time.nanoTime();
    assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals(ofMillis(3_050).toNanos(), time.nanoTime() - began, "and 50 ms to react");
  }

  @Test // case L5
  void aLateStartFailsAtItsDeadlineAndTheRollbackHasAFreshBudget() {
    LifecycleBuilder builder = builder().startDeadline(ofSeconds(3));
    with(builder, "a", scripted("a").stopTakes(ofMillis(1_400)));
    with(builder, "late", scripted("late").startHangs());
    Lifecycle lifecycle = builder.build();
    LifecycleException thrown = assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals(LifecycleException.Reason.START_FAILED, thrown.reason());
    assertTrue(time.journal().contains("3.05s stop a"), time.journal()::toString);
    Report report = lifecycle.report();
    assertEquals(Report.Result.DONE, phase(report, Phase.CLOSE).result(), "1.4 of 2 s");
    assertEquals(70, report.exitCode());
    assertEquals("the start took longer than 3s", report.reason().orElseThrow());
    assertEquals(Trigger.Source.START, report.triggers().get(0).source());
  }

  @Test // case L4
  void aFailedStartIsTheReasonForTheEnd() {
    LifecycleBuilder builder = builder();
    with(builder, "a", scripted("a"));
    with(builder, "b", scripted("b").startFails(new IllegalStateException("no route")));
    Lifecycle lifecycle = builder.build();
    assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals("b did not start", lifecycle.report().reason().orElseThrow());
  }

  private Lifecycle adaptive() {
    return builder()
        .adaptivePropagation(ofSeconds(1), ofSeconds(10))
        .drain(inFlight)
        .build();
  }

  @Test
  void anAdaptivePropagationEndsWhenNothingHasArrivedForAWhile() {
    Lifecycle lifecycle = adaptive();
    lifecycle.start();
    for (int ms = 0; ms < 3_000; ms += 500) {
      time.schedule(ofMillis(ms), () -> inFlight.exit(inFlight.enter(WorkKind.REQUEST)));
    }
    for (int ms = 0; ms < 20_000; ms += 100) { // neither probes nor own jobs keep it open
      time.schedule(ofMillis(ms), () -> {
        inFlight.exit(inFlight.enter(WorkKind.PROBE));
        inFlight.exit(inFlight.enter(WorkKind.JOB));
      });
    }
    Report report = lifecycle.shutdown("done");
    Duration took = phase(report, Phase.PROPAGATE).took();
    assertTrue(took.compareTo(ofMillis(3_500)) >= 0, took::toString);
    assertTrue(took.compareTo(ofMillis(3_750)) <= 0, took::toString);
    assertEquals(Report.Result.DONE, phase(report, Phase.PROPAGATE).result());
  }

  @Test
  void anAdaptivePropagationLastsToItsMaximumWhileRequestsCome() {
    Lifecycle lifecycle = adaptive();
    lifecycle.start();
    for (int ms = 0; ms < 20_000; ms += 500) {
      time.schedule(ofMillis(ms), () -> inFlight.exit(inFlight.enter(WorkKind.REQUEST)));
    }
    assertEquals(
        ofSeconds(10), phase(lifecycle.shutdown("done"), Phase.PROPAGATE).took());
  }

  @Test
  void readinessGoesAtOnceOrOnlyWhenTheIntakeIsStopped() {
    for (Readiness policy : Readiness.values()) {
      try (var own = new VirtualTime()) {
        Lifecycle lifecycle = Lifecycle.builder()
            .time(own)
            .propagation(ofSeconds(5))
            .readiness(policy, () -> own.note("not ready"))
            .build();
        lifecycle.start();
        lifecycle.shutdown("done");
        assertEquals(
            List.of((policy == Readiness.FLIP ? "0s" : "5s") + " not ready"), own.journal());
      }
    }
  }

  @Test
  void streamsAreToldToEndOneAfterTheOtherOldestFirst() {
    Lifecycle lifecycle = builder().drain(inFlight).streamWindow(ofSeconds(4)).build();
    lifecycle.start();
    for (int i = 0; i < 4; i++) {
      String name = "stream-" + i;
      Token stream = inFlight.open(WorkKind.STREAM, name);
      stream.onCancel(() -> {
        time.note("end " + name);
        stream.close();
      });
      time.advance(ofMillis(1)); // so that one is older
    }
    Token request = inFlight.open(WorkKind.REQUEST, "request").onCancel(() -> time.note("wrong"));
    time.schedule(ofMillis(500), request::close);
    Report report = lifecycle.shutdown("done");
    assertEquals(
        List.of(
            "0.004s end stream-0",
            "1.004s end stream-1",
            "2.004s end stream-2",
            "3.004s end stream-3"),
        time.journal());
    assertEquals(0, report.exitCode());
    assertEquals(
        new WorkCounts(WorkKind.STREAM, 4, 4, 0, 0, 0), report.workCounts().get(1));
  }

  @Test
  void aStreamThatDoesNotEndWhenToldIsCutAndNamedAtTheDeadline() {
    Lifecycle lifecycle = builder().grace(ofSeconds(6)).drain(inFlight).build();
    lifecycle.start();
    inFlight.open(WorkKind.STREAM, "GET /events").onCancel(() -> time.note("told"));
    Report report = lifecycle.shutdown("done");
    assertEquals(List.of("0s told"), time.journal(), "once");
    assertEquals("GET /events", report.unfinished().get(0).name());
    assertEquals(
        new WorkCounts(WorkKind.STREAM, 1, 0, 0, 1, 0), report.workCounts().get(1));
    assertEquals(81, report.exitCode());
  }

  @Test // case L22
  void connectionsAreToldToGoAwayOnceWithTheAnnouncementAndAnswersAskClientsToLeave() {
    Lifecycle lifecycle = builder().propagation(ofSeconds(5)).drain(inFlight).build();
    lifecycle.start();
    inFlight.onGoAway(() -> {
      time.note("GOAWAY 1");
      throw new IllegalStateException("a broken connection");
    });
    inFlight.onGoAway(() -> time.note("GOAWAY 2"));
    Subscription ended = inFlight.onGoAway(() -> time.note("ended before"));
    ended.close();
    assertFalse(inFlight.draining());
    time.schedule(ofSeconds(2), () -> {
      assertTrue(inFlight.draining());
      inFlight.exit(inFlight.enter(WorkKind.REQUEST)); // still let in
      inFlight.onGoAway(() -> time.note("GOAWAY late"));
    });
    assertEquals(0, lifecycle.shutdown("done").exitCode());
    List<String> told = new ArrayList<>(time.journal());
    told.sort(String::compareTo);
    assertEquals(List.of("0s GOAWAY 1", "0s GOAWAY 2", "2s GOAWAY late"), told);
    assertEquals(
        new WorkCounts(WorkKind.REQUEST, 1, 1, 0, 0, 0), lifecycle.workCounts().get(0));
  }

  @Test // case L14
  void theEndAskedForDuringAStartBoundsEvenAStubbornOne() {
    LifecycleBuilder builder = builder().propagation(ofSeconds(5));
    with(builder, "1", scripted("1"));
    with(builder, "2", scripted("2").startHangs());
    with(builder, "3", scripted("3"));
    Lifecycle lifecycle = builder.onStarted(() -> time.note("open")).build();
    time.schedule(ofSeconds(10), () -> lifecycle.requestShutdown("SIGTERM"));
    LifecycleException thrown = assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals(LifecycleException.Reason.START_CANCELLED, thrown.reason());
    assertEquals(
        List.of("0s start 1", "0s start 2", "10s interrupted 2", "11s interrupted 2", "11s stop 1"),
        time.journal());
  }

  @Test
  void aComponentThatShutsDownFromItsStopDoesNotWaitForItself() {
    var self = new Lifecycle[1];
    Lifecycle lifecycle =
        builder().component("a", () -> {}, () -> self[0].shutdown("again")).build();
    self[0] = lifecycle;
    lifecycle.start();
    assertEquals(0, lifecycle.shutdown("done").exitCode());
  }

  @Test // case L16
  void everythingIsServedDuringThePropagationAndRefusedWithAnAnswerAfterIt() {
    Lifecycle lifecycle = builder()
        .propagation(ofSeconds(5))
        .drain(inFlight)
        .onAnnounce(() -> time.note("not ready"))
        .build();
    lifecycle.start();
    int last =
        inFlight.enter(WorkKind.REQUEST); // keeps the drain going, so that there is an "after"
    time.schedule(ofSeconds(8), () -> inFlight.exit(last));
    var outcomes = new ArrayList<String>();
    for (int ms = 0; ms < 8_000; ms += 20) {
      int at = ms;
      time.schedule(ofMillis(ms), () -> {
        int slot = inFlight.enter(WorkKind.REQUEST);
        boolean probe = inFlight.enter(WorkKind.PROBE) >= 0;
        if ((slot >= 0) != at < 5_000 || !probe || !inFlight.draining()) {
          outcomes.add(at + " ms: slot " + slot + ", probe " + probe);
        }
        inFlight.exit(slot);
      });
    }
    lifecycle.requestShutdown("SIGTERM");
    Report report = lifecycle.shutdown("again");
    // the one at exactly 5 s is let in or not: it comes at the same instant as the end of the delay
    outcomes.removeIf(outcome -> outcome.startsWith("5000 "));
    assertEquals(List.of(), outcomes);
    assertEquals(List.of("0s not ready"), time.journal());
    assertEquals(0, report.exitCode());
    WorkCounts requests = report.workCounts().get(0);
    assertEquals(401, requests.accepted());
    assertTrue(requests.rejected() >= 149 && requests.rejected() <= 150, requests::toString);
    assertEquals(
        new InFlight.Refusal(503, Map.of("Retry-After", "1", "Connection", "close")),
        InFlight.refusal());
  }
}
