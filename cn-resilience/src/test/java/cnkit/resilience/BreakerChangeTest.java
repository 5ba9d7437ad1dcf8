package cnkit.resilience;

import static cnkit.resilience.Completion.RECORDED;
import static cnkit.resilience.Completion.STALE;
import static cnkit.resilience.Handling.FAILURE;
import static cnkit.resilience.Handling.SUCCESS;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Subscription;
import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Breaker.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BreakerChangeTest {
  private static final BreakerSettings SETTINGS = BreakerSettings.countWindow(10)
      .withMinimumCalls(4)
      .withOpenTime(ofSeconds(10))
      .withOpenJitter(0);

  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final Breaker breaker = Breaker.of("b", SETTINGS, time);
  private final List<BreakerEvent.Changed> events = new ArrayList<>();

  BreakerChangeTest() {
    Subscription unused = breaker.subscribe(event -> {
      if (event instanceof BreakerEvent.Changed changed) {
        events.add(changed);
      }
    });
  }

  private void report(Handling... handlings) {
    for (Handling handling : handlings) {
      assertEquals(RECORDED, breaker.tryAcquire().orElseThrow().complete(handling));
    }
  }

  @Test
  @DisplayName(
      "case R83: with a window of the same shape, calls in flight finish and OPEN keeps its remaining time")
  void theSameShapeKeepsTheStateAndItsTime() {
    List<Breaker.Permit> inFlight = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      inFlight.add(breaker.tryAcquire().orElseThrow());
    }
    report(SUCCESS, FAILURE, FAILURE, FAILURE);
    time.advance(ofSeconds(4));
    breaker.change(SETTINGS.withFailureRate(0.9).withOpenTime(ofSeconds(60)).withProbes(1, 1));
    assertEquals(State.OPEN, breaker.state());
    assertEquals(Optional.of(ofSeconds(6)), breaker.snapshot().retryAfter());
    assertEquals(1, events.size(), "new settings are no transition");
    for (Breaker.Permit permit : inFlight) {
      assertEquals(STALE, permit.complete(FAILURE), "it had opened before");
    }
    time.advance(ofSeconds(6));
    report(SUCCESS);
    assertEquals(State.CLOSED, breaker.state(), "one probe is enough now");
  }

  @Test
  void theSameShapeKeepsTheCountsAndTheNewThresholdHolds() {
    Breaker.Permit inFlight = breaker.tryAcquire().orElseThrow();
    report(FAILURE, FAILURE, FAILURE);
    breaker.change(SETTINGS.withMinimumCalls(5));
    assertEquals(3, breaker.snapshot().failures());
    assertEquals(RECORDED, inFlight.complete(FAILURE));
    assertEquals(State.CLOSED, breaker.state(), "four results are not five");
    report(FAILURE);
    assertEquals(State.OPEN, breaker.state());
    assertEquals(SETTINGS.withMinimumCalls(5), breaker.settings());
  }

  @Test
  @DisplayName("case R83: with a window of another shape it begins anew, and says so")
  void anotherShapeBeginsAnew() {
    Breaker.Permit inFlight = breaker.tryAcquire().orElseThrow();
    report(FAILURE, FAILURE, FAILURE, FAILURE);
    assertEquals(State.OPEN, breaker.state());
    for (BreakerSettings other : List.of(
        BreakerSettings.countWindow(11),
        BreakerSettings.timeWindow(ofSeconds(10)),
        BreakerSettings.timeWindow(ofSeconds(10)).withSlowCalls(ofMillis(100), 0.5),
        SETTINGS)) {
      events.clear();
      breaker.change(other);
      assertEquals(State.CLOSED, breaker.state());
      assertEquals(0, breaker.snapshot().calls());
      assertEquals(1, events.size());
      assertInstanceOf(Evidence.Reshaped.class, events.get(0).evidence().orElseThrow());
      assertEquals(STALE, inFlight.complete(SUCCESS));
      inFlight = breaker.tryAcquire().orElseThrow();
      report(FAILURE, SUCCESS);
    }
  }

  @Test
  void probesKeepTheirPermitsAndMayDecideAtOnce() {
    breaker.change(SETTINGS.withProbes(4, 4));
    report(FAILURE, FAILURE, FAILURE, FAILURE);
    time.advance(ofSeconds(10));
    Breaker.Permit probe = breaker.tryAcquire().orElseThrow();
    report(SUCCESS);
    breaker.change(SETTINGS.withProbes(4, 3));
    assertEquals(State.HALF_OPEN, breaker.state());
    assertEquals(RECORDED, probe.complete(SUCCESS));
    assertEquals(State.HALF_OPEN, breaker.state());
    breaker.change(SETTINGS.withProbes(2, 2));
    assertEquals(State.CLOSED, breaker.state(), "two have succeeded");
  }

  @Test
  void whatWasSetByHandStays() {
    breaker.forceOpen();
    breaker.change(BreakerSettings.timeWindow(ofSeconds(1)));
    assertEquals(State.FORCED_OPEN, breaker.state());
    breaker.metricsOnly();
    breaker.change(SETTINGS);
    assertEquals(State.METRICS_ONLY, breaker.state());
    breaker.disable();
    breaker.change(BreakerSettings.countWindow(100));
    assertEquals(State.DISABLED, breaker.state());
    breaker.reset();
    assertEquals(BreakerSettings.countWindow(100), breaker.settings());
  }

  @Test
  void aRuleAboutSlowCallsThatComesLaterIsMeasured() throws Exception {
    Pipeline p = Pipeline.builder("p").time(time).breaker(breaker).build();
    breaker.change(SETTINGS.withSlowCalls(ofMillis(100), 0.5));
    p.call(a -> {
      time.advance(ofMillis(101));
      return "slow";
    });
    assertEquals(1, breaker.snapshot().slow());
  }

  @Test
  void eachTransitionTellsWhatCausedIt() {
    report(FAILURE, FAILURE, FAILURE, FAILURE);
    time.advance(ofSeconds(10));
    report(SUCCESS, SUCCESS, SUCCESS);
    breaker.forceClosed();
    assertEquals(
        List.of(
            "breaker b opened for PT10S: 4 of 4 calls failed (threshold 50.0 %), epoch 1",
            "breaker b lets probes through after its open time of PT10S, epoch 2",
            "breaker b closed: probes 3 ok, 0 failed, epoch 6",
            "breaker b was set to FORCED_CLOSED by hand, epoch 7"),
        events.stream().map(e -> e.evidence().orElseThrow().toString()).toList());
  }

  @Test
  void aRandomnessThatThrowsCostsTheJitterOnly() {
    Breaker hostile = Breaker.of(
        "b",
        SETTINGS.withOpenJitter(0.5),
        time,
        () -> {
          throw new IllegalStateException("user code");
        },
        Runnable::run);
    for (int i = 0; i < 4; i++) {
      hostile.tryAcquire().orElseThrow().complete(FAILURE);
    }
    assertEquals(Optional.of(ofSeconds(10)), hostile.snapshot().retryAfter());
    assertTrue(hostile.tryAcquire().isEmpty());
    assertThrows(NullPointerException.class, () -> hostile.change(Unchecked.cast(null)));
  }
}
