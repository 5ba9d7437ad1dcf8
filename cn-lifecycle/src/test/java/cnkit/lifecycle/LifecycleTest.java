package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LifecycleTest {
  private final List<String> calls = new CopyOnWriteArrayList<>();

  private Action does(String call) {
    return () -> calls.add(call);
  }

  private Action fails(String call) {
    return () -> {
      calls.add(call);
      throw new IllegalStateException(call);
    };
  }

  private LifecycleBuilder builder() {
    return Lifecycle.builder().grace(Duration.ofSeconds(12)).propagation(Duration.ZERO);
  }

  private LifecycleBuilder with(LifecycleBuilder builder, String name) {
    return builder.component(name, does("start " + name), does("stop " + name));
  }

  @Test // case L1
  void registrationIsASequenceAndStopIsItsReverse() {
    Lifecycle lifecycle = with(with(with(builder(), "a"), "b"), "c").build();
    assertEquals(LifecycleState.RUNNING, lifecycle.start().state());
    Report report = lifecycle.shutdown("done");
    assertEquals(List.of("start a", "start b", "start c", "stop c", "stop b", "stop a"), calls);
    assertEquals(ShutdownOutcome.STOPPED, report.outcome());
    assertEquals(0, report.exitCode());
    assertEquals(LifecycleState.STOPPED, lifecycle.state());
  }

  @Test
  void infrastructureIsFirstUpAndLastDownEvenAfterTheFlush() {
    Lifecycle lifecycle = with(builder(), "db")
        .infrastructure("health", does("start health"), does("stop health"))
        .infrastructure("management", does("start management"), does("stop management"))
        .flush("telemetry", does("flush"))
        .onStarted(does("open"))
        .onAnnounce(does("drain"))
        .build();
    lifecycle.start();
    lifecycle.shutdown("done");
    assertEquals(
        List.of(
            "start health",
            "start management",
            "start db",
            "open",
            "drain",
            "stop db",
            "flush",
            "stop management",
            "stop health"),
        calls);
  }

  @Test
  void whatIsDeclaredIndependentStartsAndStopsSideBySide() {
    var starts = new CyclicBarrier(2);
    var stops = new CyclicBarrier(2);
    Lifecycle lifecycle = builder()
        .component(
            "a", () -> starts.await(20, TimeUnit.SECONDS), () -> stops.await(2, TimeUnit.SECONDS))
        .component(
            "b", () -> starts.await(20, TimeUnit.SECONDS), () -> stops.await(2, TimeUnit.SECONDS))
        .dependsOn()
        .build();
    lifecycle.start();
    assertEquals(ShutdownOutcome.STOPPED, lifecycle.shutdown("done").outcome());
  }

  @Test // case L4
  void aFailedStartRollsBackWhatHadStartedAndNothingElse() {
    Lifecycle lifecycle = with(
            with(
                with(builder(), "1")
                    .component("2", does("start 2"), fails("stop 2"))
                    .component("3", fails("start 3"), does("stop 3")),
                "4"),
            "5")
        .onStarted(does("open"))
        .build();
    LifecycleException thrown = assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals(List.of("start 1", "start 2", "start 3", "stop 2", "stop 1"), calls);
    assertEquals(LifecycleException.Reason.START_FAILED, thrown.reason());
    assertEquals("java.lang.IllegalStateException: start 3", String.valueOf(thrown.getCause()));
    assertEquals("stop 2", thrown.getSuppressed()[0].getMessage());
    assertEquals(List.of("3"), thrown.problems().get(0).settings());
    assertEquals(ShutdownOutcome.START_FAILED, lifecycle.report().outcome());
    assertEquals(70, lifecycle.report().exitCode());
  }

  @Test
  void aCallbackThatThrowsAtTheEndOfTheStartFailsIt() {
    Lifecycle lifecycle = with(builder(), "a").onStarted(fails("open")).build();
    LifecycleException thrown = assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals(LifecycleException.Reason.START_FAILED, thrown.reason());
    assertEquals(List.of("start a", "open", "stop a"), calls);
  }

  @Test // case L5
  void aStartThatIgnoresItsDeadlineIsGivenUpAndStoppedShouldItEverReturn() throws Exception {
    var release = new CountDownLatch(1);
    var late = new CountDownLatch(1);
    Lifecycle lifecycle = with(builder(), "a")
        .component("stubborn", () -> awaitIgnoringInterrupts(release), late::countDown)
        .startDeadline(Duration.ofMillis(300))
        .build();
    long began = System.nanoTime();
    LifecycleException thrown = assertThrows(LifecycleException.class, lifecycle::start);
    assertTrue(System.nanoTime() - began >= 300_000_000L);
    assertEquals("stubborn did not start in time", thrown.getMessage());
    assertEquals(List.of("start a", "stop a"), calls);
    Unfinished unfinished = lifecycle.report().unfinished().get(0);
    assertEquals("stubborn", unfinished.name());
    assertTrue(unfinished.stack().stream().anyMatch(frame -> frame.contains("awaitIgnoring")));
    assertEquals(70, lifecycle.report().exitCode());
    release.countDown();
    assertTrue(late.await(20, TimeUnit.SECONDS), "what starts late is stopped too");
  }

  static void awaitIgnoringInterrupts(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test // case L14
  void theEndAskedForDuringTheStartCancelsItAndIsNoFailure() throws Exception {
    var second = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    Lifecycle lifecycle = with(
            with(builder(), "1")
                .component(
                    "2",
                    () -> {
                      second.countDown();
                      release.await();
                    },
                    does("stop 2")),
            "3")
        .onStarted(does("open"))
        .propagation(Duration.ofSeconds(5))
        .build();
    var thrown = new CompletableFuture<LifecycleException>();
    var starter =
        new Thread(() -> thrown.complete(assertThrows(LifecycleException.class, lifecycle::start)));
    starter.start();
    assertTrue(second.await(20, TimeUnit.SECONDS));
    Report report = lifecycle.shutdown("SIGTERM");
    starter.join();
    assertEquals(List.of("start 1", "stop 1"), calls, "2 was interrupted, 3 never began");
    assertEquals(ShutdownOutcome.STOPPED, report.outcome());
    assertEquals(LifecycleException.Reason.START_CANCELLED, thrown.join().reason());
    assertTrue(report.stopTook().compareTo(Duration.ofSeconds(5)) < 0, "no propagation: " + report);
  }

  @Test
  void anErrorWhenStoppingStopsNothingElse() {
    Lifecycle lifecycle = with(with(builder(), "a").component("b", () -> {}, fails("stop b")), "c")
        .build();
    lifecycle.start();
    Report report = lifecycle.shutdown("done");
    assertEquals(List.of("start a", "start c", "stop c", "stop b", "stop a"), calls);
    assertEquals(80, report.exitCode());
    assertTrue(report.toJson().contains("java.lang.IllegalStateException: stop b"));
  }

  @Test // case L7
  void aStopThatNeverReturnsCostsItsPhaseAndNothingElse() {
    var never = new CountDownLatch(1);
    Lifecycle lifecycle = with(builder(), "a")
        .component("stuck", () -> {}, () -> awaitIgnoringInterrupts(never))
        .grace(Duration.ofSeconds(10))
        .closeBudget(Duration.ofMillis(800))
        .flushBudget(Duration.ofSeconds(1))
        .flush("telemetry", does("flush"))
        .build();
    lifecycle.start();
    Report report = lifecycle.shutdown("done");
    assertEquals(List.of("start a", "stop a", "flush"), calls);
    assertEquals(81, report.exitCode());
    Unfinished stuck = report.unfinished().get(0);
    assertEquals("stuck", stuck.name());
    assertTrue(stuck.age().toMillis() >= 600, "others of the phase get a quarter: " + stuck);
    assertTrue(stuck.stack().stream().anyMatch(frame -> frame.contains("awaitIgnoring")));
    assertTrue(report.stopTook().toMillis() < 5_000, report.summary());
    never.countDown();
  }

  @Test
  void allCallersGetTheSameReportAndTheFirstReasonCounts() throws Exception {
    Lifecycle lifecycle = with(builder(), "a").build();
    lifecycle.start();
    var other = new CompletableFuture<Report>();
    lifecycle.requestShutdown("first");
    var thread = new Thread(() -> other.complete(lifecycle.shutdown("second")));
    thread.start();
    Report report = lifecycle.shutdown("third");
    thread.join();
    assertEquals("first", report.reason().orElseThrow());
    assertEquals("first", other.join().reason().orElseThrow());
    assertEquals(List.of("start a", "stop a"), calls);
  }

  @Test
  void aComponentThatShutsItsOwnLifecycleDownIsNotWaitedForByItself() {
    var inside = new CompletableFuture<Report>();
    var reference = new CompletableFuture<Lifecycle>();
    Lifecycle lifecycle = builder()
        .component(
            "a", () -> {}, () -> inside.complete(reference.join().shutdown("again, from inside")))
        .build();
    reference.complete(lifecycle);
    lifecycle.start();
    Report report = lifecycle.shutdown("done");
    assertEquals(LifecycleState.STOPPING, inside.join().state());
    assertEquals(ShutdownOutcome.STOPPED, report.outcome());
  }

  @Test
  void aComponentMayAskForTheEndWhileItStarts() {
    var reference = new CompletableFuture<Lifecycle>();
    Lifecycle lifecycle = with(
            builder().component("a", () -> reference.join().shutdown("no licence"), does("stop a")),
            "b")
        .build();
    reference.complete(lifecycle);
    LifecycleException thrown = assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals(LifecycleException.Reason.START_CANCELLED, thrown.reason());
    assertFalse(calls.contains("start b"));
  }

  @Test
  void itLivesOnce() {
    Lifecycle lifecycle = with(builder(), "a").build();
    lifecycle.start();
    assertThrows(IllegalStateException.class, lifecycle::start);
    lifecycle.close();
    assertThrows(IllegalStateException.class, lifecycle::start);
    assertEquals(List.of("start a", "stop a"), calls);
  }

  @Test
  void aShutdownBeforeTheStartMeansThereIsNone() {
    Lifecycle lifecycle = with(builder(), "a").build();
    assertEquals(ShutdownOutcome.STOPPED, lifecycle.shutdown("never mind").outcome());
    assertThrows(LifecycleException.class, lifecycle::start);
    assertEquals(List.of(), calls);
  }

  @Test
  void twoLifecyclesInOneJvmDoNotMeet() {
    Lifecycle first = with(builder(), "a").build();
    Lifecycle second = with(builder(), "b").build();
    first.start();
    second.start();
    first.shutdown("done");
    assertEquals(LifecycleState.RUNNING, second.state());
    second.shutdown("done");
    assertEquals(List.of("start a", "start b", "stop a", "stop b"), calls);
  }

  @Test // case L17
  void aRequestInFlightIsWaitedForAndNoLonger() throws Exception {
    var inFlight = new InFlight();
    Lifecycle lifecycle = with(builder(), "a").drain(inFlight).build();
    lifecycle.start();
    int slot = inFlight.enter(WorkKind.REQUEST);
    var draining = new CountDownLatch(1);
    lifecycle.subscribe(event -> {
      if (event instanceof LifecycleEvent.PhaseBegan began && began.phase().equals(Phase.DRAIN)) {
        draining.countDown();
      }
    });
    lifecycle.requestShutdown("done");
    assertTrue(draining.await(20, TimeUnit.SECONDS));
    assertEquals(LifecycleState.STOPPING, lifecycle.state());
    assertEquals(InFlight.REFUSED, inFlight.enter(WorkKind.REQUEST));
    inFlight.exit(slot);
    Report report = lifecycle.shutdown("again");
    assertEquals(0, report.exitCode());
    assertEquals(
        new WorkCounts(WorkKind.REQUEST, 2, 1, 1, 0, 0), report.workCounts().get(0));
  }

  @Test // case L19
  void workThatOutlivesTheDrainIsCutOnceAndNamed() {
    var inFlight = new InFlight();
    Lifecycle lifecycle = with(builder(), "a")
        .grace(Duration.ofMillis(1_200))
        .drain(inFlight)
        .flush("telemetry", does("flush"))
        .build();
    lifecycle.start();
    Token job =
        inFlight.open(WorkKind.JOB, "import orders.csv").onCancel(() -> calls.add("cancel"));
    Report report = lifecycle.shutdown("done");
    job.close();
    assertEquals(81, report.exitCode());
    assertEquals(
        new WorkCounts(WorkKind.JOB, 1, 0, 0, 1, 0), report.workCounts().get(2));
    assertEquals("import orders.csv", report.unfinished().get(0).name());
    assertEquals("job", report.unfinished().get(0).what());
    assertTrue(calls.contains("flush"), "the flush has its slice");
    assertEquals(1, calls.stream().filter("cancel"::equals).count());
    assertEquals(report.workCounts(), lifecycle.workCounts(), "a late end changes nothing");
  }

  @Test
  void everyListenerFirstLearnsWhereThingsAreAndThenEverythingInOrder() throws Exception {
    Lifecycle lifecycle = with(builder(), "a").drain(new InFlight()).build();
    var seen = new CopyOnWriteArrayList<LifecycleEvent>();
    var stopped = new CountDownLatch(1);
    lifecycle.subscribe(event -> {
      throw new IllegalStateException("a bad listener");
    });
    lifecycle.subscribe(event -> {
      seen.add(event);
      if (event instanceof LifecycleEvent.Stopped) {
        stopped.countDown();
      }
    });
    lifecycle.start();
    lifecycle.shutdown("done");
    assertTrue(stopped.await(20, TimeUnit.SECONDS));
    assertEquals(new LifecycleEvent.Current(LifecycleState.NEW), seen.get(0));
    assertInstanceOf(LifecycleEvent.ComponentStarted.class, seen.get(1));
    assertInstanceOf(LifecycleEvent.Started.class, seen.get(2));
    assertInstanceOf(LifecycleEvent.Triggered.class, seen.get(3));
    var phases = seen.stream()
        .filter(LifecycleEvent.PhaseBegan.class::isInstance)
        .map(event -> ((LifecycleEvent.PhaseBegan) event).phase())
        .toList();
    assertEquals(
        List.of(
            "announce", "propagate", "stop-intake", "drain", "close", "flush", "infrastructure"),
        phases);
    assertSame(LifecycleEvent.Stopped.class, seen.get(seen.size() - 1).getClass());
  }

  @Test
  void anInterruptOfTheStartingThreadCancelsTheStart() throws Exception {
    var inside = new CountDownLatch(1);
    Lifecycle lifecycle = builder()
        .component(
            "a",
            () -> {
              inside.countDown();
              new CountDownLatch(1).await();
            },
            does("stop a"))
        .build();
    var restored = new CompletableFuture<Boolean>();
    var starter = new Thread(() -> {
      assertThrows(LifecycleException.class, lifecycle::start);
      restored.complete(Thread.currentThread().isInterrupted());
    });
    starter.start();
    assertTrue(inside.await(20, TimeUnit.SECONDS));
    starter.interrupt();
    starter.join();
    assertTrue(restored.join());
    assertEquals(LifecycleState.STOPPED, lifecycle.state());
  }
}
