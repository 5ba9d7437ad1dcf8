package cnkit.resilience;

import static cnkit.resilience.Completion.DUPLICATE;
import static cnkit.resilience.Completion.RECORDED;
import static cnkit.resilience.Completion.STALE;
import static cnkit.resilience.Handling.FAILURE;
import static cnkit.resilience.Handling.NEUTRAL;
import static cnkit.resilience.Handling.NOT_SENT;
import static cnkit.resilience.Handling.SUCCESS;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Breaker.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // a subscription is opened only to be closed
class BreakerTest {
  private static final BreakerSettings TWO_FAILURES =
      BreakerSettings.consecutive(2).withOpenTime(ofSeconds(1)).withOpenJitter(0);

  private final VirtualTime time =
      VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000); // wraps inside most tests
  private final List<BreakerEvent> events = new ArrayList<>();

  private Breaker breaker(BreakerSettings settings) {
    Breaker breaker = Breaker.of("b", settings, time);
    Subscription unused = breaker.subscribe(events::add);
    return breaker;
  }

  private static void report(Breaker breaker, Handling... handlings) {
    for (Handling handling : handlings) {
      assertEquals(RECORDED, breaker.tryAcquire().orElseThrow().complete(handling));
    }
  }

  private List<State> states() {
    List<State> states = new ArrayList<>();
    for (BreakerEvent event : events) {
      if (event instanceof BreakerEvent.Changed changed) {
        states.add(changed.to());
      }
    }
    return states;
  }

  private Breaker opened(BreakerSettings settings) {
    Breaker breaker = breaker(settings);
    while (breaker.state() == State.CLOSED) {
      report(breaker, FAILURE);
    }
    return breaker;
  }

  @Test
  @DisplayName("case R34: a count window forgets the oldest and opens at the rate")
  void aCountWindowForgetsTheOldestAndOpensAtTheRate() {
    Breaker breaker = breaker(BreakerSettings.countWindow(4).withMinimumCalls(4));
    report(breaker, FAILURE, SUCCESS, SUCCESS, SUCCESS);
    assertEquals(1, breaker.snapshot().failures());
    report(breaker, FAILURE);
    assertEquals(1, breaker.snapshot().failures(), "the first failure has left the window");
    assertEquals(State.CLOSED, breaker.state());
    report(breaker, FAILURE);
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  @DisplayName("case R46: open refuses until its time is over, to the nanosecond")
  void openRefusesUntilItsTimeIsOver() {
    Breaker breaker = opened(TWO_FAILURES);
    time.advance(ofMillis(999));
    assertEquals(Optional.empty(), breaker.tryAcquire());
    assertEquals(Optional.of(ofMillis(1)), breaker.snapshot().retryAfter());
    time.advance(ofMillis(1));
    assertTrue(breaker.tryAcquire().isPresent());
  }

  @Test
  @DisplayName(
      "case R47: state() answers half-open without a transition; the first call makes it, with one event")
  void stateIsEffectiveAndChangesNothing() {
    Breaker breaker = opened(TWO_FAILURES);
    time.advance(ofSeconds(5));
    assertEquals(State.HALF_OPEN, breaker.state());
    assertEquals(State.HALF_OPEN, breaker.snapshot().state());
    assertEquals(List.of(State.OPEN), states());
    assertTrue(breaker.tryAcquire().isPresent());
    assertTrue(breaker.tryAcquire().isPresent());
    assertEquals(List.of(State.OPEN, State.HALF_OPEN), states());
  }

  @Test
  @DisplayName("case R49: k of n probes close it, and it opens as soon as k cannot be reached")
  void probesDecideEarly() {
    Breaker good = opened(TWO_FAILURES.withProbes(3, 3));
    time.advance(ofSeconds(1));
    report(good, SUCCESS, SUCCESS);
    assertEquals(State.HALF_OPEN, good.state());
    report(good, SUCCESS);
    assertEquals(State.CLOSED, good.state());

    Breaker bad = opened(TWO_FAILURES.withProbes(3, 3));
    time.advance(ofSeconds(1));
    Breaker.Permit outstanding = bad.tryAcquire().orElseThrow();
    report(bad, SUCCESS, FAILURE);
    assertEquals(State.OPEN, bad.state());
    assertEquals(STALE, outstanding.complete(SUCCESS));
    assertEquals(State.OPEN, bad.state());
  }

  @Test
  void neverMoreProbesThanPermits() {
    Breaker breaker = opened(TWO_FAILURES.withProbes(3, 2));
    time.advance(ofSeconds(1));
    for (int i = 0; i < 3; i++) {
      assertTrue(breaker.tryAcquire().isPresent());
    }
    assertEquals(Optional.empty(), breaker.tryAcquire());
  }

  @Test
  @DisplayName("case R50: a neutral probe returns its permit, and five of them open it again")
  void inconclusiveProbesReturnTheirPermitAndFinallyOpen() {
    Breaker breaker = opened(TWO_FAILURES.withProbes(1, 1));
    time.advance(ofSeconds(1));
    for (int i = 0; i < 100; i++) {
      report(breaker, NOT_SENT); // counts for nothing
    }
    report(breaker, NEUTRAL, NEUTRAL, NEUTRAL, NEUTRAL);
    assertEquals(State.HALF_OPEN, breaker.state());
    report(breaker, NEUTRAL);
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  void aForgottenProbeLosesItsLeaseAndNeverWedgesTheBreaker() {
    Breaker breaker = opened(
        TWO_FAILURES.withProbes(1, 1).withProbeLease(ofMillis(200)).withInconclusiveProbes(3));
    time.advance(ofSeconds(1));
    Breaker.Permit forgotten = breaker.tryAcquire().orElseThrow();
    assertEquals(Optional.empty(), breaker.tryAcquire());
    time.advance(ofMillis(200));
    Breaker.Permit second = breaker.tryAcquire().orElseThrow();
    assertEquals(STALE, forgotten.complete(SUCCESS), "its lease is over");
    assertEquals(RECORDED, second.complete(SUCCESS));
    assertEquals(State.CLOSED, breaker.state());
  }

  @Test
  void probesThatNeverComeBackOpenItAgain() {
    Breaker breaker = opened(
        TWO_FAILURES.withProbes(1, 1).withProbeLease(ofMillis(200)).withInconclusiveProbes(3));
    time.advance(ofSeconds(1));
    for (int i = 0; i < 3; i++) {
      assertTrue(breaker.tryAcquire().isPresent());
      time.advance(ofMillis(200));
    }
    assertEquals(Optional.empty(), breaker.tryAcquire());
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  @DisplayName("case R53: a result from the closed era never moves a half-open breaker")
  void lateResultsAreStale() {
    Breaker breaker = breaker(TWO_FAILURES);
    Breaker.Permit lateSuccess = breaker.tryAcquire().orElseThrow();
    Breaker.Permit lateFailure = breaker.tryAcquire().orElseThrow();
    report(breaker, FAILURE, FAILURE);
    time.advance(ofSeconds(1));
    Breaker.Permit probe = breaker.tryAcquire().orElseThrow();
    assertEquals(STALE, lateSuccess.complete(SUCCESS));
    assertEquals(STALE, lateFailure.complete(FAILURE));
    assertEquals(State.HALF_OPEN, breaker.state());
    assertEquals(RECORDED, probe.complete(SUCCESS));
    assertEquals(DUPLICATE, probe.complete(SUCCESS));
  }

  @Test
  @DisplayName(
      "case R55: a probe of an earlier half-open state leaves the places of the present one alone")
  void aProbeOfAnEarlierHalfOpenStateIsStale() {
    Breaker breaker = opened(TWO_FAILURES.withProbes(2, 2).withMaxOpenTime(ofSeconds(1)));
    time.advance(ofSeconds(1));
    Breaker.Permit old = breaker.tryAcquire().orElseThrow();
    report(breaker, FAILURE);
    time.advance(ofSeconds(1));
    Breaker.Permit fresh = breaker.tryAcquire().orElseThrow();
    assertEquals(STALE, old.complete(SUCCESS));
    assertTrue(breaker.tryAcquire().isPresent(), "one of two places is still free");
    assertEquals(Optional.empty(), breaker.tryAcquire());
    assertEquals(RECORDED, fresh.complete(SUCCESS));
  }

  @Test
  @DisplayName("case R56: late failures neither open an open breaker again nor keep it open longer")
  void lateFailuresDoNotExtendTheOpenTime() {
    Breaker breaker = breaker(TWO_FAILURES);
    Breaker.Permit late = breaker.tryAcquire().orElseThrow();
    report(breaker, FAILURE, FAILURE);
    time.advance(ofMillis(900));
    assertEquals(STALE, late.complete(FAILURE));
    assertEquals(List.of(State.OPEN), states());
    time.advance(ofMillis(100));
    assertTrue(breaker.tryAcquire().isPresent());
  }

  @Test
  @DisplayName(
      "case R58: a threshold reached by many threads at once is one transition and one event")
  void aTransitionHappensOnce() throws Exception {
    for (int round = 0; round < 50; round++) {
      AtomicInteger opened = new AtomicInteger();
      Breaker breaker = Breaker.of("b", TWO_FAILURES, time);
      try (Subscription s = breaker.subscribe(event -> {
        if (event instanceof BreakerEvent.Changed changed && changed.to() == State.OPEN) {
          opened.incrementAndGet();
        }
      })) {
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
          Breaker.Permit permit = breaker.tryAcquire().orElseThrow();
          Thread thread = new Thread(() -> {
            await(start);
            permit.complete(FAILURE);
          });
          thread.start();
          threads.add(thread);
        }
        start.countDown();
        for (Thread thread : threads) {
          thread.join();
        }
        assertEquals(State.OPEN, breaker.state());
        assertEquals(1, opened.get());
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName("case R59: an open-time function that throws costs the growth, not the breaker")
  void aThrowingOpenTimeFallsBackToTheBase() {
    ch.qos.logback.classic.Logger log =
        (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(Breaker.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    log.addAppender(logged);
    try {
      Breaker breaker = opened(TWO_FAILURES.withProbes(1, 1).withOpenTime(ofSeconds(1), n -> {
        throw new IllegalStateException("user code");
      }));
      for (int i = 0; i < 3; i++) {
        assertEquals(State.OPEN, breaker.state());
        time.advance(ofMillis(999));
        assertEquals(State.OPEN, breaker.state());
        time.advance(ofMillis(1));
        assertEquals(State.HALF_OPEN, breaker.state());
        report(breaker, FAILURE);
      }
      assertEquals(
          1, logged.list.stream().filter(e -> e.getLevel() == Level.WARN).count(), "reported once");
    } finally {
      log.detachAppender(logged);
    }
  }

  @Test
  @DisplayName("case R61: a state set by hand beats every timer and every result")
  void manualStatesBeatTimers() {
    Breaker breaker = opened(TWO_FAILURES);
    breaker.forceOpen();
    time.advance(ofSeconds(10));
    assertEquals(State.FORCED_OPEN, breaker.state());
    assertEquals(Optional.empty(), breaker.tryAcquire());
    breaker.reset();
    assertEquals(State.CLOSED, breaker.state());

    breaker.forceClosed();
    report(breaker, FAILURE, FAILURE, FAILURE);
    assertEquals(State.FORCED_CLOSED, breaker.state());

    breaker.disable();
    report(breaker, FAILURE, FAILURE, FAILURE);
    assertEquals(State.DISABLED, breaker.state());

    events.clear();
    breaker.metricsOnly();
    report(breaker, FAILURE, FAILURE);
    assertEquals(State.METRICS_ONLY, breaker.state());
    assertEquals(
        List.of(State.METRICS_ONLY, State.METRICS_ONLY),
        states(),
        "told that it would have opened");
  }

  @Test
  @DisplayName(
      "case R62: the open time doubles with each failed recovery and starts anew after a window of health")
  void theOpenTimeGrowsUntilAWindowOfHealth() {
    Breaker breaker = opened(BreakerSettings.countWindow(4)
        .withMinimumCalls(2)
        .withOpenTime(ofSeconds(1))
        .withMaxOpenTime(ofSeconds(30))
        .withOpenJitter(0)
        .withProbes(1, 1));
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      assertEquals(Optional.of(ofSeconds(seconds)), breaker.snapshot().retryAfter());
      time.advance(ofSeconds(seconds));
      report(breaker, FAILURE);
    }
    time.advance(ofSeconds(30));
    report(breaker, SUCCESS); // closes
    report(breaker, SUCCESS, FAILURE); // half a window is not health
    assertEquals(Optional.of(ofSeconds(30)), breaker.snapshot().retryAfter());
    time.advance(ofSeconds(30));
    report(breaker, SUCCESS);
    report(breaker, SUCCESS, SUCCESS, SUCCESS, SUCCESS, FAILURE, FAILURE);
    assertEquals(Optional.of(ofSeconds(1)), breaker.snapshot().retryAfter());
  }

  @Test
  @DisplayName("case R62: so it does with a window that is no word")
  void theOpenTimeGrowsUntilAWindowOfHealthOfAnyShape() {
    for (BreakerSettings window :
        List.of(BreakerSettings.countWindow(64), BreakerSettings.timeWindow(ofSeconds(640)))) {
      Breaker breaker = opened(window
          .withMinimumCalls(2)
          .withOpenTime(ofSeconds(1))
          .withMaxOpenTime(ofSeconds(30))
          .withOpenJitter(0)
          .withProbes(1, 1));
      time.advance(ofSeconds(1));
      report(breaker, SUCCESS); // closes
      assertEquals(1, breaker.snapshot().opensInARow(), "it remembers");
      report(breaker, SUCCESS, FAILURE); // two are not a window of health
      assertEquals(Optional.of(ofSeconds(2)), breaker.snapshot().retryAfter());
      assertEquals(2, breaker.snapshot().opensInARow());
      time.advance(ofSeconds(2));
      report(breaker, SUCCESS);
      for (int i = 0; i < 64; i++) {
        report(breaker, SUCCESS);
        time.advance(ofSeconds(10));
      }
      while (breaker.state() == State.CLOSED) {
        report(breaker, FAILURE);
      }
      assertEquals(Optional.of(ofSeconds(1)), breaker.snapshot().retryAfter());
      assertEquals(1, breaker.snapshot().opensInARow());
    }
  }

  @Test
  void whoFindsNoPlaceAmongTheProbesIsToldWhenOneIsFreeForCertain() {
    Breaker breaker = opened(TWO_FAILURES.withProbes(2, 2).withProbeLease(ofMillis(1_300)));
    time.advance(ofSeconds(1));
    assertTrue(breaker.tryAcquire().isPresent());
    assertEquals(Optional.of(ofSeconds(1)), breaker.snapshot().retryAfter(), "sooner than that");
    time.advance(ofMillis(400));
    assertTrue(breaker.tryAcquire().isPresent());
    assertEquals(Optional.empty(), breaker.tryAcquire());
    assertEquals(Optional.of(ofMillis(900)), breaker.snapshot().retryAfter(), "the first lease");
    time.advance(ofMillis(900));
    assertTrue(breaker.tryAcquire().isPresent());
  }

  @Test
  void whatIsSetByHandSaysSo() {
    Breaker breaker = breaker(TWO_FAILURES);
    breaker.forceOpen();
    breaker.forceClosed();
    breaker.metricsOnly();
    breaker.disable();
    breaker.reset();
    List<State> said = new ArrayList<>();
    for (BreakerEvent event : events.subList(1, events.size())) {
      BreakerEvent.Changed changed = assertInstanceOf(BreakerEvent.Changed.class, event);
      Evidence.Manual manual =
          assertInstanceOf(Evidence.Manual.class, changed.evidence().orElseThrow());
      assertEquals(new Evidence.Manual("b", changed.epoch(), changed.to()), manual);
      said.add(manual.state());
    }
    assertEquals(
        List.of(
            State.FORCED_OPEN,
            State.FORCED_CLOSED,
            State.METRICS_ONLY,
            State.DISABLED,
            State.CLOSED),
        said);
  }

  @Test
  @DisplayName("case R40: the clock may wrap between failure, trip and the end of the open time")
  void theClockMayWrap() {
    long[] now = {Long.MAX_VALUE - 1_000_000};
    Time ticker = TestTime.reading(() -> now[0]);
    Breaker breaker = Breaker.of("b", TWO_FAILURES.withOpenTime(ofMillis(5)), ticker);
    report(breaker, FAILURE);
    now[0] += 2_000_000;
    assertTrue(now[0] < 0);
    report(breaker, FAILURE);
    assertEquals(State.OPEN, breaker.state());
    now[0] += 4_999_999;
    assertEquals(State.OPEN, breaker.state());
    now[0]++;
    assertEquals(State.HALF_OPEN, breaker.state());
  }

  @Test
  @DisplayName("case R64: a cancelled call is neutral, and never a success")
  void cancellationIsNeutral() {
    Breaker breaker = breaker(TWO_FAILURES);
    report(breaker, FAILURE, NEUTRAL, FAILURE);
    assertEquals(
        State.OPEN, breaker.state(), "the neutral result did not interrupt the row of failures");
    time.advance(ofSeconds(1));
    report(breaker, NEUTRAL, NEUTRAL, NEUTRAL);
    assertEquals(State.HALF_OPEN, breaker.state());
  }

  @Test
  void inHealthNothingIsWritten() {
    AtomicInteger reads = new AtomicInteger();
    Breaker breaker = Breaker.of(
        "b", BreakerSettings.countWindow(50), TestTime.reading(() -> reads.getAndIncrement()));
    report(breaker, FAILURE); // then a window of successes
    for (int i = 0; i < 50; i++) {
      report(breaker, SUCCESS);
    }
    report(breaker, SUCCESS);
    BreakerState.Closed healthy = requireNonNull(breaker.cell().healthy());
    reads.set(0);
    for (int i = 0; i < 1000; i++) {
      report(breaker, SUCCESS);
    }
    assertSame(
        healthy, breaker.cell().healthy(), "states are immutable: another result is another state");
    assertEquals(0, reads.get(), "no clock is read");
    report(breaker, FAILURE);
    assertNull(breaker.cell().healthy());
  }

  @Test
  void everySubscriberFirstLearnsTheStateAndThenEachChangeInOrder() {
    Breaker breaker = opened(TWO_FAILURES.withProbes(1, 1));
    List<BreakerEvent> late = new ArrayList<>();
    Subscription subscription = breaker.subscribe(late::add);
    time.advance(ofSeconds(1));
    report(breaker, SUCCESS);
    subscription.close();
    breaker.forceOpen();
    assertEquals(3, late.size());
    assertEquals(
        State.OPEN, assertInstanceOf(BreakerEvent.Current.class, late.get(0)).state());
    assertEquals(
        State.HALF_OPEN,
        assertInstanceOf(BreakerEvent.Changed.class, late.get(1)).to());
    assertEquals(
        State.CLOSED, assertInstanceOf(BreakerEvent.Changed.class, late.get(2)).to());
    BreakerEvent.Changed opened = assertInstanceOf(BreakerEvent.Changed.class, events.get(1));
    assertEquals(
        "breaker b opened for PT1S: 2 of 2 calls failed (threshold 100.0 %), epoch 1",
        opened.evidence().orElseThrow().toString());
  }

  @Test
  void aListenerMayThrowAndCallBackIntoTheBreaker() {
    Breaker breaker = breaker(TWO_FAILURES);
    Subscription a = breaker.subscribe(event -> {
      throw new StackOverflowError("hostile");
    });
    Subscription b = breaker.subscribe(event -> {
      if (event instanceof BreakerEvent.Changed changed && changed.to() == State.OPEN) {
        breaker.reset();
      }
    });
    report(breaker, FAILURE, FAILURE);
    assertEquals(State.CLOSED, breaker.state());
    assertEquals(List.of(State.OPEN, State.CLOSED), states());
    a.close();
    b.close();
  }

  @Test
  void aListenerThatHangsLosesTheOldestAndIsTold() {
    List<Runnable> queued = new ArrayList<>();
    Breaker breaker = Breaker.of("b", TWO_FAILURES, time, () -> 0, queued::add);
    List<BreakerEvent> got = new ArrayList<>();
    try (Subscription s = breaker.subscribe(got::add)) {
      for (int i = 0; i < 300; i++) {
        breaker.reset();
      }
      assertTrue(queued.size() <= 9, "the executor is asked again only when the queue has doubled");
      queued.get(0).run();
      assertEquals(new BreakerEvent.EventsDropped("b", 45), got.get(0));
      assertEquals(257, got.size());
    }
  }

  @Test
  void settingsThatCannotBeMeantAreRefused() {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class, () -> BreakerSettings.countWindow(5).withMinimumCalls(6));
    assertEquals("minimumCalls: expected at most the window of 5, got 6", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> BreakerSettings.countWindow(0));
    assertThrows(
        IllegalArgumentException.class, () -> BreakerSettings.countWindow(5).withFailureRate(0));
    assertThrows(
        IllegalArgumentException.class, () -> BreakerSettings.countWindow(5).withProbes(2, 3));
    assertFalse(BreakerSettings.countWindow(62).minimumCalls() > 62);
  }
}
