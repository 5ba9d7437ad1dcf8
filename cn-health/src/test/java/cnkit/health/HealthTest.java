package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HealthTest {
  private final VirtualTime time = new VirtualTime();

  private Health.Builder builder() {
    return Health.builder().time(time).executor(time.executor()).random(() -> 0);
  }

  private Health started(Health.Builder builder) {
    Health health = builder.build();
    health.start();
    health.open();
    time.advance(Duration.ofSeconds(1));
    return health;
  }

  private static int status(Health health, String path) {
    return health.answer("GET", path, "", "").orElseThrow().status();
  }

  private static String text(Health health, String path, String query) {
    return health.answer("GET", path, query, "*/*").orElseThrow().text();
  }

  private static HealthStatus status(CheckReport report) {
    return report.status();
  }

  private static CheckReport check(Health health, String name) {
    return health.report().check(name).orElseThrow();
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // what user code may do to us
  private static <T> T nothing() {
    return null;
  }

  /** A body whose verdict the test sets; throws what it holds. */
  private static final class Scripted implements Check.Body {
    Verdict verdict = Verdict.up();
    Throwable thrown = new AssertionError("unset");
    boolean throwing;
    boolean returnsNull;
    int runs;

    @Override
    public Verdict run() throws Exception {
      runs++;
      if (throwing) {
        if (thrown instanceof Error error) {
          throw error;
        }
        throw (Exception) thrown;
      }
      return returnsNull ? nothing() : verdict;
    }
  }

  @Test // case H11
  void withoutChecksReadinessWaitsForTheGateAlone() {
    Health health = builder().build();
    assertEquals(200, status(health, "/livez"));
    assertEquals(503, status(health, "/readyz"));
    assertEquals(503, status(health, "/startupz"));
    assertEquals("readyz check failed: DOWN\n[-]starting\n", text(health, "/readyz", ""));
    health.open();
    assertEquals(200, status(health, "/readyz"));
    assertEquals(200, status(health, "/startupz"));
    assertEquals("readyz check passed: UP\n", text(health, "/readyz", "verbose"));
  }

  @Test // case H13
  void whatNeverRanIsUnknownAndFailsWhateverTheThreshold() {
    Health health =
        builder().check(Check.critical("db", Verdict::up).failureThreshold(5)).build();
    health.open();
    assertEquals(503, status(health, "/readyz"));
    assertEquals(
        "readyz check failed: UNKNOWN\n[?]db UNKNOWN (has not run yet)\n",
        text(health, "/readyz", ""));
    health.start();
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, status(health, "/readyz"));
  }

  @Test // case H13
  void aFailedFirstRunNeverPassesWhateverTheThreshold() {
    Health health = started(
        builder().check(Check.critical("db", () -> Verdict.down("no")).failureThreshold(5)));
    assertEquals(503, status(health, "/readyz"));
    assertEquals(HealthStatus.DOWN, status(check(health, "db")));
  }

  @Test // case H14
  void anOptionalCheckNeverFailsAProbe() {
    Health health = started(builder()
        .check(Check.optional("recommendations", () -> Verdict.down("no")))
        .check(Check.critical("db", Verdict::up)));
    assertEquals(200, status(health, "/readyz"));
    assertEquals(
        "readyz check passed: DEGRADED\n[!]recommendations DOWN (failed)\n",
        text(health, "/readyz", ""));
    assertEquals(
        "readyz check passed: DEGRADED\n[!]recommendations DOWN (failed)\n[+]db UP\n",
        text(health, "/readyz", "verbose"));
    assertEquals(HealthStatus.DOWN, status(check(health, "recommendations")));
  }

  @Test // case H4
  void anErrorIsAFailedRunAndTheNextOneComes() {
    var broken = new Scripted();
    broken.throwing = true;
    broken.thrown = new StackOverflowError();
    var other = new Scripted();
    Health health = started(builder()
        .check(Check.critical("broken", broken).every(Duration.ofSeconds(5)))
        .check(Check.critical("other", other).every(Duration.ofSeconds(5))));
    assertEquals(RunOutcome.THREW, check(health, "broken").outcome());
    assertEquals("StackOverflowError", check(health, "broken").reason());
    broken.thrown = new NoClassDefFoundError("com/acme/Driver");
    time.advance(Duration.ofSeconds(5));
    assertEquals(
        "NoClassDefFoundError: com/acme/Driver", check(health, "broken").reason());
    assertEquals(2, broken.runs);
    assertEquals(2, other.runs);
    broken.throwing = false;
    time.advance(Duration.ofSeconds(5));
    assertEquals(200, status(health, "/readyz"));
  }

  @Test // case H5
  void nullIsDown() {
    var body = new Scripted();
    body.returnsNull = true;
    Health health = started(builder()
        .check(Check.critical("sync", body))
        .check(Check.criticalAsync("stage", () -> HealthTest.<CompletableFuture<Verdict>>nothing()))
        .check(Check.criticalAsync(
            "value", () -> CompletableFuture.completedFuture(HealthTest.<Verdict>nothing()))));
    for (String name : List.of("sync", "stage", "value")) {
      assertEquals(HealthStatus.DOWN, status(check(health, name)), name);
      assertEquals(RunOutcome.NO_VERDICT, check(health, name).outcome(), name);
    }
    assertEquals(503, status(health, "/readyz"));
  }

  @Test // case H10
  void aNameIsTakenOnceWhateverItsCase() {
    Health.Builder builder =
        builder().check(Check.critical("db", Verdict::up)).check(Check.optional("DB", Verdict::up));
    HealthException refused = assertThrows(HealthException.class, builder::build);
    String message = refused.getMessage();
    assertNotNull(message);
    assertTrue(message.contains("DB (OPTIONAL") && message.contains("db (CRITICAL"), message);
    assertTrue(message.contains("HealthTest.java:"), message);

    Health health = started(builder().check(Check.critical("db", Verdict::up)));
    assertThrows(HealthException.class, () -> health.register(Check.critical("Db", Verdict::up)));
    assertEquals(200, status(health, "/readyz"));
    assertEquals(1, health.report().checks().size());
  }

  @Test // case H16
  void drainingIsTerminal() {
    var optional = new Scripted();
    optional.verdict = Verdict.down("no");
    Health health = started(builder()
        .check(Check.critical("db", Verdict::up))
        .check(Check.optional("cache", optional).every(Duration.ofSeconds(1))));
    assertEquals(200, status(health, "/readyz"));
    health.drain();
    assertEquals(503, status(health, "/readyz"));
    optional.verdict = Verdict.up();
    time.advance(Duration.ofSeconds(5));
    assertEquals(HealthStatus.UP, status(check(health, "cache")));
    health.open();
    health.backInRotation();
    time.advance(Duration.ofSeconds(5));
    assertEquals("readyz check failed: DOWN\n[-]draining\n", text(health, "/readyz", ""));
    assertEquals(200, status(health, "/startupz"));
  }

  @Test // case H17
  void livenessPassesWhileDrainingThoughHeartsStop() {
    Heartbeat consumer = Heartbeat.named("consumer", Duration.ofSeconds(5));
    Health health = started(builder().liveness(consumer));
    consumer.beat();
    time.advance(Duration.ofSeconds(1));
    health.drain();
    for (int i = 0; i < 20; i++) {
      time.advance(Duration.ofSeconds(1));
      assertEquals(200, status(health, "/livez"));
    }
  }

  @Test // case H22
  void withoutRunsACriticalCheckTurnsUnknownAndLivenessDoesNotCare() {
    Heartbeat consumer = Heartbeat.named("consumer", Duration.ofHours(1));
    VirtualTime dead = new VirtualTime();
    Health health = Health.builder()
        .time(new OtherTime(time) {
          @Override
          public Pending schedule(Duration delay, Runnable task) {
            return dead.schedule(delay, task);
          }
        })
        .executor(time.executor())
        .check(Check.critical("db", Verdict::up).every(Duration.ofSeconds(10)))
        .liveness(consumer)
        .build();
    health.start();
    health.open();
    dead.advance(Duration.ofSeconds(2)); // one round, and then never again
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, status(health, "/readyz"));
    time.advance(Duration.ofSeconds(40));
    assertEquals(503, status(health, "/readyz"));
    assertEquals(
        "readyz check failed: UNKNOWN\n[?]db UNKNOWN (too old)\n", text(health, "/readyz", ""));
    CheckReport db = check(health, "db");
    assertEquals(HealthStatus.UNKNOWN, status(db));
    assertTrue(db.age().orElseThrow().compareTo(Duration.ofSeconds(39)) > 0);
    assertEquals(200, status(health, "/livez"));
  }

  @Test
  void stalenessShowsOnTheReadPathWithoutAnyThread() {
    Health health = Health.builder()
        .time(new OtherTime(time) {
          @Override
          public Running execute(String name, Runnable body) {
            throw new OutOfMemoryError("unable to create native thread");
          }
        })
        .executor(time.executor())
        .check(Check.critical("db", Verdict::up).every(Duration.ofSeconds(10)))
        .build();
    health.start();
    health.open();
    time.advance(Duration.ofMillis(500));
    Duration age = check(health, "db").age().orElseThrow();
    health.close(); // nobody renews and nobody sweeps
    time.advance(Duration.ofSeconds(30).minus(age).minusNanos(1));
    assertEquals(200, status(health, "/readyz"));
    time.advance(Duration.ofNanos(1));
    assertEquals(503, status(health, "/readyz"));
    assertEquals(200, status(health, "/livez"));
    assertEquals(200, status(health, "/startupz"));
  }

  @Test // case H23
  void aRejectedRunIsReportedAndTheProbeAnswers() {
    var refuse = new AtomicBoolean();
    Health health = started(builder()
        .executor(task -> {
          if (refuse.get()) {
            throw new RejectedExecutionException("queue is full");
          }
          task.run();
        })
        .events(time.executor())
        .check(Check.critical("db", Verdict::up).every(Duration.ofSeconds(5))));
    assertEquals(200, status(health, "/readyz"));
    refuse.set(true);
    time.advance(Duration.ofSeconds(5));
    assertEquals(RunOutcome.REJECTED, check(health, "db").outcome());
    assertEquals(503, status(health, "/readyz"));
    refuse.set(false);
    time.advance(Duration.ofSeconds(5));
    assertEquals(200, status(health, "/readyz"));
  }

  @Test
  void anExecutorThatDropsRunsInSilenceTimesThemOut() {
    Health health = started(builder()
        .executor(task -> {})
        .events(time.executor())
        .check(Check.critical("db", Verdict::up).every(Duration.ofSeconds(5))));
    time.advance(Duration.ofSeconds(2));
    assertEquals(RunOutcome.TIMED_OUT, check(health, "db").outcome());
    assertEquals("no thread after 1 s", check(health, "db").reason());
    time.advance(Duration.ofSeconds(60));
    assertEquals(
        RunOutcome.REJECTED, check(health, "db").outcome(), "the queue of lost runs is bounded");
  }

  @Test
  void aStageThatNeverCompletesTimesOutThenIsStuckAndNeverRunsTwice() {
    var starts = new AtomicInteger();
    var hung = new CompletableFuture<Verdict>();
    var next = new AtomicBoolean();
    Health health = started(builder()
        .check(Check.criticalAsync("broker", () -> {
              starts.incrementAndGet();
              // a stage that cannot be cancelled
              return next.get()
                  ? CompletableFuture.completedFuture(Verdict.up())
                  : hung.minimalCompletionStage();
            })
            .every(Duration.ofSeconds(5))
            .successThreshold(1)));
    time.advance(Duration.ofSeconds(1));
    assertEquals(RunOutcome.TIMED_OUT, check(health, "broker").outcome());
    time.advance(Duration.ofSeconds(35));
    assertEquals(RunOutcome.STUCK, check(health, "broker").outcome());
    assertEquals(1, starts.get());
    // case H7: the late success counts for nothing; the next run comes within a period and decides
    next.set(true);
    hung.complete(Verdict.up());
    assertEquals(HealthStatus.DOWN, status(check(health, "broker")));
    assertEquals(0, check(health, "broker").successes());
    time.advance(Duration.ofSeconds(5));
    assertEquals(2, starts.get());
    assertEquals(HealthStatus.UP, status(check(health, "broker")));
  }

  @Test // case H29
  void aSilentLoopFailsLivenessBetweenItsDeadlineAndASecondMore() {
    Heartbeat loop = Heartbeat.named("loop", Duration.ofSeconds(5));
    Health health = started(builder().liveness(loop));
    for (int i = 0; i < 100; i++) {
      loop.beat();
      time.advance(Duration.ofMillis(130));
      assertEquals(200, status(health, "/livez"));
    }
    loop.beat();
    time.advance(Duration.ofMillis(4999));
    assertEquals(200, status(health, "/livez"));
    time.advance(Duration.ofMillis(1001));
    assertEquals(503, status(health, "/livez"));
    loop.beat();
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, status(health, "/livez"));
    loop.rest();
    time.advance(Duration.ofMinutes(1));
    assertEquals(200, status(health, "/livez"));
  }

  @Test // case H29
  void aFrozenProcessIsNotAStall() {
    Heartbeat loop = Heartbeat.named("loop", Duration.ofSeconds(5));
    Health health = started(
        builder().liveness(loop).liveness(Check.critical("local", Verdict::up).local()));
    loop.beat();
    time.advance(Duration.ofSeconds(1));
    time.freeze(Duration.ofSeconds(8));
    assertEquals(200, status(health, "/livez"));
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, status(health, "/livez"));
    assertEquals(1, health.report().pauses());
    assertTrue(health.report().paused().compareTo(Duration.ofSeconds(7)) > 0);
    time.advance(Duration.ofSeconds(5));
    assertEquals(503, status(health, "/livez"), "but a real stall after it is one");
  }

  @Test // case H28
  void aRemoteCheckIsRefusedForLiveness() {
    Health.Builder refused = builder().liveness(Check.critical("db", Verdict::up));
    HealthException why = assertThrows(HealthException.class, refused::build);
    assertTrue(why.problems().get(0).contains("remoteForLiveness(\"db\")"), why.getMessage());

    Health health =
        started(builder().liveness(Check.critical("db", Verdict::up)).remoteForLiveness("db"));
    assertTrue(check(health, "db").remoteForLiveness());
    assertEquals("livez check passed: UP\n[+]db UP (remote)\n", text(health, "/livez", "verbose"));
  }

  @Test
  void theStartupProbeWaitsForItsChecksAndThenNeverGoesBack() {
    var migration = new Scripted();
    migration.verdict = Verdict.down("running");
    Health health = started(
        builder().startup(Check.critical("migration", migration).every(Duration.ofSeconds(1))));
    assertEquals(503, status(health, "/startupz"));
    assertEquals("readyz check failed: DOWN\n[-]startup checks\n", text(health, "/readyz", ""));
    migration.verdict = Verdict.up();
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, status(health, "/startupz"));
    assertEquals(200, status(health, "/readyz"));
    migration.verdict = Verdict.down("again");
    time.advance(Duration.ofSeconds(2));
    assertEquals(200, status(health, "/startupz"));
    assertEquals(200, status(health, "/readyz"));
  }

  @Test
  void drainedBeforeItStartedItNeverStarts() {
    Health health = builder().build();
    health.drain();
    health.open();
    assertEquals(503, status(health, "/startupz"));
    assertEquals(503, status(health, "/readyz"));
    assertEquals(200, status(health, "/livez"));
  }

  @Test
  void outOfRotationIsReversibleAndInTheReport() {
    Health health = started(builder());
    health.outOfRotation("maintenance, ticket 7");
    assertEquals("readyz check failed: DOWN\n[-]out of rotation\n", text(health, "/readyz", ""));
    assertEquals("maintenance, ticket 7", health.report().outOfRotation().orElseThrow());
    assertEquals(200, status(health, "/livez"));
    health.backInRotation();
    assertEquals(200, status(health, "/readyz"));
  }

  @Test
  void registeringAndRemovingShowsAtOnceAndLeavesNoGhost() {
    Health health = started(builder());
    var events = new ArrayList<HealthEvent>();
    var unused = health.subscribe(events::add);
    health.register(Check.critical("late", () -> Verdict.down("no")));
    assertEquals(503, status(health, "/readyz"));
    time.advance(Duration.ofSeconds(1));
    assertEquals(HealthStatus.DOWN, status(check(health, "late")));
    assertTrue(health.remove("LATE"));
    assertFalse(health.remove("late"));
    assertEquals(200, status(health, "/readyz"));
    assertTrue(health.report().checks().isEmpty());
    assertEquals(404, status(health, "/readyz/late"));
    long runs =
        events.stream().filter(e -> e instanceof HealthEvent.CheckChanged).count();
    time.advance(Duration.ofMinutes(1));
    assertEquals(
        runs, events.stream().filter(e -> e instanceof HealthEvent.CheckChanged).count());
  }

  @Test
  void aRunUnderWayWhenItsCheckIsRemovedIsCutShortAndNobodyHearsOfIt() {
    var hung = new ArrayList<CompletableFuture<Verdict>>();
    Check check = Check.criticalAsync("db", () -> {
      var stage = new CompletableFuture<Verdict>();
      hung.add(stage);
      return stage;
    });
    Health health = started(builder().events(time.executor()));
    var metered = new ArrayList<String>();
    var unused = health.meter((name, outcome, nanos) -> metered.add(name + outcome));
    health.register(check);
    time.advance(Duration.ZERO);
    assertEquals(1, hung.size());
    assertTrue(health.remove("db"));
    time.advance(Duration.ZERO);
    assertTrue(hung.get(0).isCancelled());

    // the same check again is another registration: the old run says nothing about it
    health.register(check);
    hung.get(0).obtrudeValue(Verdict.up());
    assertEquals(HealthStatus.UNKNOWN, status(check(health, "db")));
    time.advance(Duration.ZERO);
    assertEquals(2, hung.size());
    hung.get(1).complete(Verdict.up());
    assertEquals(1, check(health, "db").runs());
    assertEquals(List.of("dbPASSED"), metered, "one run ended, one metering");
  }

  @Test
  void heartbeatsComeAndGoWhileRunning() {
    Health health = started(builder());
    Heartbeat consumer = Heartbeat.named("consumer", Duration.ofSeconds(5));
    health.register(consumer);
    consumer.beat();
    time.advance(Duration.ofSeconds(7));
    assertEquals(503, status(health, "/livez"));
    assertThrows(
        HealthException.class,
        () -> health.register(Heartbeat.named("Consumer", Duration.ofSeconds(1))));
    assertTrue(health.remove("consumer"));
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, status(health, "/livez"));
    assertTrue(health.report().checks().isEmpty());
  }

  @Test
  void whatRefreshesForEverLeavesOneWakeUpAndCloseLeavesNone() {
    Health health =
        started(builder().check(Check.critical("db", Verdict::up).every(Duration.ofDays(1))));
    for (int i = 0; i < 1_000; i++) {
      health.refresh("db");
    }
    assertTrue(time.pending() <= 3, () -> time.pending() + " tasks wait");
    health.close();
    assertEquals(0, time.pending(), "a time of the caller keeps nothing of ours");
  }

  @Test
  void aRowOfSuccessesThatBrokeOffIsTooOldAndTheNextOneRecovers() {
    var db = new Scripted();
    Health health = started(builder()
        .check(Check.critical("db", db).every(Duration.ofSeconds(10)).successThreshold(3)));
    String recovering = "readyz check failed: UNKNOWN\n[?]db UNKNOWN (recovering)\n";
    assertEquals(recovering, text(health, "/readyz", ""));
    time.freeze(Duration.ofMinutes(1)); // the row is forgotten
    assertEquals(recovering, text(health, "/readyz", ""), "and another one begins");
    assertEquals(text(health, "/readyz", "verbose"), text(health, "/readyz", ""));
    assertEquals(1, check(health, "db").successes());
    time.advance(Duration.ofSeconds(20));
    assertEquals(200, status(health, "/readyz"));
  }

  /** No overload takes a boolean, so no {@code false} can be read as up. */
  @Test
  void aCheckCanOnlyBeMadeOfWhatReturnsAVerdict() throws NoSuchMethodException {
    for (Method method : Check.class.getMethods()) {
      if (Modifier.isStatic(method.getModifiers())) {
        assertEquals(String.class, method.getParameterTypes()[0], method::toString);
        Class<?> body = method.getParameterTypes()[1];
        assertTrue(body == Check.Body.class || body == Check.AsyncBody.class, method::toString);
        assertEquals(2, method.getParameterCount());
      }
    }
    assertEquals(Verdict.class, Check.Body.class.getMethod("run").getReturnType());
    assertEquals(HealthStatus.DOWN, Verdict.of(false).status());
  }

  @Test
  void aPoolThatDoesNotRunWhatItIsGivenFailsLivenessThroughItsCanary() {
    var stalled = new AtomicBoolean();
    Health health = started(builder()
        .liveness(Check.criticalAsync("workers", Checks.canary(task -> {
              if (!stalled.get()) {
                task.run();
              }
            }))
            .every(Duration.ofSeconds(5))
            .local()));
    assertEquals(200, status(health, "/livez"));
    stalled.set(true);
    time.advance(Duration.ofSeconds(7));
    assertEquals(503, status(health, "/livez"));
    stalled.set(false);
    time.advance(Duration.ofSeconds(7));
    assertEquals(200, status(health, "/livez"));
  }

  @Test // case H29
  void aCanaryUnderWayDuringAFreezeGetsTheLostTimeBack() {
    var held = new ArrayList<Runnable>();
    Health health = started(builder()
        .liveness(Check.criticalAsync("workers", Checks.canary(held::add))
            .every(Duration.ofSeconds(5))
            .local()));
    held.forEach(Runnable::run);
    held.clear();
    time.advance(Duration.ofSeconds(4));
    assertEquals(1, held.size(), "under way");
    long failed = check(health, "workers").failedRuns();
    time.freeze(Duration.ofSeconds(8)); // far beyond its timeout of 1 s
    time.advance(Duration.ofMillis(900));
    held.forEach(Runnable::run);
    time.advance(Duration.ofSeconds(1));
    assertEquals(200, status(health, "/livez"));
    assertEquals(RunOutcome.PASSED, check(health, "workers").outcome());
    assertEquals(failed, check(health, "workers").failedRuns());
  }

  /** A throttled process: every tick comes late, and the loop beats late as well, but it beats. */
  @Test // case H29
  void aProcessThatGetsATenthOfItsCpuIsNotAStall() {
    Heartbeat loop = Heartbeat.named("loop", Duration.ofSeconds(5));
    Health health = started(builder().liveness(loop));
    for (int i = 0; i < 60; i++) {
      loop.beat();
      for (int j = 0; j < 5; j++) { // 15 s of wall time from beat to beat, at a tenth of the speed
        time.freeze(Duration.ofSeconds(3));
        assertEquals(200, status(health, "/livez"));
      }
    }
    assertTrue(health.report().pauses() > 0);
  }

  @Test
  void openingRunsAtOnceWhatFailedBeforeIt() {
    var db = new Scripted();
    db.verdict = Verdict.down("pool not open");
    Health health =
        builder().check(Check.critical("db", db).every(Duration.ofMinutes(5))).build();
    health.start();
    time.advance(Duration.ofSeconds(1));
    db.verdict = Verdict.up();
    health.open();
    time.advance(Duration.ZERO);
    assertEquals(200, status(health, "/readyz"));
  }

  @Test
  void aBodyThatAsksForAnotherRunGetsOne() {
    var again = new ArrayList<Runnable>();
    var runs = new AtomicInteger();
    Health health = builder()
        .check(Check.critical("self", () -> {
          if (runs.incrementAndGet() == 1) {
            again.get(0).run();
          }
          return Verdict.up();
        }))
        .build();
    again.add(() -> health.refresh("self"));
    health.start();
    time.advance(Duration.ofSeconds(2));
    assertEquals(2, runs.get());
  }

  @Test
  void theMeterHearsOfEveryRun() {
    var heard = new ArrayList<String>();
    Health health = builder()
        .check(Check.critical("db", Verdict::up).every(Duration.ofSeconds(1)))
        .build();
    try (cnkit.core.Subscription metering =
        health.meter((check, outcome, nanos) -> heard.add(check + outcome))) {
      assertNotNull(metering);
      health.start();
      time.advance(Duration.ofMillis(500));
    }
    time.advance(Duration.ofSeconds(5));
    assertEquals(List.of("dbPASSED"), heard);
  }

  @Test
  void aPathThatIsNoProbeIsNotAnswered() {
    Health health = started(builder());
    for (String path : List.of("/", "", "/readyzz", "/ready", "/orders/readyz", "readyz")) {
      assertTrue(health.answer("GET", path, "", "").isEmpty(), path);
    }
    assertEquals(405, health.answer("POST", "/readyz", "", "").orElseThrow().status());
    assertEquals(404, status(health, "/readyz/"));
    assertEquals(404, status(health, "/readyz/nobody"));
  }

  @Test
  void pathsCanBeChosen() {
    Health health = started(builder().path(Probe.READY, "/health/ready"));
    assertEquals(200, status(health, "/health/ready"));
    assertTrue(health.answer("GET", "/readyz", "", "").isEmpty());
    assertEquals("/health/ready", health.path(Probe.READY));
    assertEquals("/livez", health.path(Probe.LIVE));
  }

  @Test
  void ofTwoPathsOneBelowTheOtherTheLongerOneIsMeant() {
    Health health = started(builder()
        .path(Probe.READY, "/health")
        .path(Probe.LIVE, "/health/live")
        .check(Check.critical("db", Verdict::up))
        .liveness(Check.critical("loop", Verdict::up).local()));
    assertEquals(200, status(health, "/health/db"));
    assertEquals(200, status(health, "/health/live/loop"));
    assertEquals(404, status(health, "/health/live/db"));
  }

  @Test
  void onePathForTwoProbesIsRefused() {
    Health.Builder both = builder().path(Probe.READY, "/livez").path(Probe.STARTUP, "no/slash/");
    HealthException refused = assertThrows(HealthException.class, both::build);
    assertEquals(2, refused.problems().size(), refused.getMessage());
    assertTrue(
        refused.problems().contains("/livez: is the path of both LIVE and READY; give one another"),
        refused.getMessage());
  }

  @Test
  void excludingAnUnknownNameWarnsAndAKnownOneIsLeftOut() {
    Health health = started(builder()
        .check(Check.critical("db", () -> Verdict.down("no")))
        .check(Check.critical("disk", () -> Verdict.down("no")))
        .group("storage", "db", "disk"));
    assertEquals(
        503, health.answer("GET", "/readyz", "exclude=db", "").orElseThrow().status());
    assertEquals(
        200,
        health
            .answer("GET", "/readyz", "exclude=db&exclude=DISK", "")
            .orElseThrow()
            .status());
    assertEquals(
        200,
        health.answer("GET", "/readyz", "exclude=storage", "").orElseThrow().status());
    assertEquals(
        "readyz check failed: DOWN\nwarn: no check or group to exclude: a?b\n[-]db DOWN (failed)\n[-]disk DOWN (failed)\n",
        text(health, "/readyz", "exclude=a%0Ab"));
    assertEquals(503, status(health, "/readyz/storage"));
    assertEquals(
        "livez check passed: UP\nwarn: no check or group to exclude: db\n",
        text(health, "/livez", "exclude=db&verbose"),
        "known, but not of this probe");
    health.drain();
    assertEquals(
        503,
        health.answer("GET", "/readyz", "exclude=storage", "").orElseThrow().status(),
        "the gate cannot be excluded");
  }
}
