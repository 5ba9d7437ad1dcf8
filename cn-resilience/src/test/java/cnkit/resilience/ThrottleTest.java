package cnkit.resilience;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ThrottleTest {
  private static final ThrottleSettings SETTINGS = ThrottleSettings.standard();

  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);

  private Throttle throttle(ThrottleSettings settings, long seed) {
    return Throttle.of("t", settings, time, new Random(seed)::nextDouble);
  }

  @Example
  @Label(
      "case R32: with everything refused for ten minutes a tenth still probes, and a healed server is back in a window")
  void aTenthStillProbesAndARecoveryIsNoticed() {
    Throttle throttle = throttle(SETTINGS, 7);
    int sent = 0;
    int asked = 0;
    for (int second = 0; second < 600; second++) {
      for (int i = 0; i < 20; i++) {
        asked++;
        if (throttle.tryAcquire().map(p -> complete(p, Handling.FAILURE)).orElse(false)) {
          sent++;
        }
      }
      time.advance(ofSeconds(1));
    }
    assertEquals(0.9, throttle.refusedShare());
    assertTrue(sent >= asked / 10, () -> "too few probes");
    assertTrue(sent <= asked / 5, sent + " of " + asked);

    int seconds = 0;
    while (throttle.refusedShare() > 0) {
      for (int i = 0; i < 20; i++) {
        throttle.tryAcquire().ifPresent(p -> p.complete(Handling.SUCCESS));
      }
      time.advance(ofSeconds(1));
      seconds++;
      assertTrue(seconds <= 120, () -> "still refuses after one window: " + throttle);
    }
  }

  private static boolean complete(Throttle.Permit permit, Handling handling) {
    permit.complete(handling);
    permit.complete(Handling.SUCCESS); // again: ignored
    return true;
  }

  @Property
  void theShareIsTheFormulaWithinItsBounds(
      @ForAll @IntRange(max = 100_000) int requests,
      @ForAll @IntRange(max = 100_000) int accepts,
      @ForAll @DoubleRange(min = 1.0, max = 4.0) double k,
      @ForAll @DoubleRange(max = 0.99) double cap) {
    ThrottleSettings s = SETTINGS.withMultiplier(k).withMaxRejected(cap).withMinimumRequests(1);
    double share = ThrottleRule.refusal(s, requests, accepts);
    assertTrue(share >= 0.0 && share <= cap);
    if (requests <= k * accepts) {
      assertEquals(0.0, share);
    } else if (requests >= 1) {
      assertEquals(Math.min(cap, (requests - k * accepts) / (requests + 1)), share, 1e-12);
    }
    assertEquals(
        0.0, ThrottleRule.refusal(s.withMinimumRequests(1000), Math.min(requests, 999), accepts));
  }

  @Property // the oracle: a list of (bucket, amount)
  void aSlidingCountIsTheSumOfTheLastTenBuckets(
      @ForAll @Size(max = 200) List<@IntRange(max = 60) Integer> steps) {
    long origin = Long.MAX_VALUE - 3_000_000_000L;
    SlidingCount count = new SlidingCount(ofSeconds(10).toNanos(), origin);
    record Added(long bucket, int amount) {}
    List<Added> oracle = new ArrayList<>();
    long elapsed = 0;
    for (int step : steps) {
      elapsed += step * 97_000_000L;
      int amount = step % 4 == 0 ? -1 : 1;
      count.add(amount, origin + elapsed);
      long bucket = elapsed / 1_000_000_000L;
      oracle.add(new Added(bucket, amount));
      oracle.removeIf(a -> bucket - a.bucket >= 10);
      long sum = oracle.stream().mapToInt(Added::amount).sum();
      assertEquals(Math.max(0, sum), count.sum(origin + elapsed));
    }
    assertEquals(0, count.sum(origin + elapsed + ofSeconds(10).toNanos()));
  }

  @Example
  void theRecentCallsAreHeardFromTheMinimumOn() {
    ThrottleSettings s = SETTINGS.withMaxRejected(0.9).withMinimumRequests(10);
    assertEquals(0.9, ThrottleRule.refusal(s, 1_000, 0, 9, 9));
    assertEquals(0.0, ThrottleRule.refusal(s, 1_000, 0, 10, 10));
  }

  @Example
  void whoReadAnOlderTimeAddsToTheNewerBucket() {
    SlidingCount count = new SlidingCount(ofSeconds(10).toNanos(), 0);
    count.add(1, ofSeconds(10).toNanos());
    count.add(1, 0); // ten buckets before, in the same cell
    assertEquals(2, count.sum(ofSeconds(10).toNanos()));
  }

  @Example
  void whatSaysNothingCountsForNothing() {
    Throttle throttle = throttle(SETTINGS.withMinimumRequests(1), 1);
    for (int i = 0; i < 100; i++) {
      throttle
          .tryAcquire()
          .orElseThrow()
          .complete(i % 2 == 0 ? Handling.NEUTRAL : Handling.NOT_SENT);
    }
    assertEquals(0.0, throttle.refusedShare());
    throttle.tryAcquire().orElseThrow().complete(Handling.FAILURE);
    assertEquals(0.5, throttle.refusedShare(), "one request, none accepted");
  }

  @Example
  void aPipelineExplainsTheRefusalAndChargesNobodyElse() throws Exception {
    double[] draw = {0.99};
    Throttle throttle = Throttle.of("t", SETTINGS, time, () -> draw[0]);
    RateLimiter limiter = RateLimiter.of("r", RateLimit.of(100, ofSeconds(1)).withBurst(100), time);
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .throttle(throttle)
        .rateLimiter(limiter)
        .bulkhead(1)
        .build();
    for (int i = 0; i < 19; i++) {
      assertThrows(
          IOException.class,
          () -> p.call(a -> {
            throw new IOException();
          }));
    }
    draw[0] = 0.5;
    CallOutcome.Rejected<?> refused =
        assertInstanceOf(CallOutcome.Rejected.class, p.tryCall(a -> "never"));
    assertEquals(RejectionReason.THROTTLED, refused.reason());
    assertEquals(
        "throttle t refuses 90.0 %: 0 of 19 calls accepted in PT2M, multiplier 2.0",
        refused.evidence().toString());
    assertEquals(1L, p.counters().rejected().get(RejectionReason.THROTTLED));
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    draw[0] = 0.95;
    assertEquals("probe", p.call(a -> "probe"));
  }

  @Example
  void aCallThatALaterStageRefusesIsTakenBack() throws Exception {
    Throttle throttle = throttle(SETTINGS, 1);
    Pipeline p = Pipeline.builder("p").time(time).throttle(throttle).bulkhead(1).build();
    p.call(a -> {
      for (int i = 0; i < 50; i++) {
        assertInstanceOf(CallOutcome.Rejected.class, p.tryCall(b -> "full"));
      }
      return "ok";
    });
    assertEquals(50L, p.counters().rejected().get(RejectionReason.BULKHEAD_FULL));
    assertEquals(0.0, throttle.refusedShare());
  }

  @Example
  void aChangeKeepsTheCountsUnlessTheWindowIsAnother() {
    Throttle throttle = throttle(SETTINGS, 1);
    for (int i = 0; i < 19; i++) {
      throttle.tryAcquire().ifPresent(p -> p.complete(Handling.FAILURE));
    }
    throttle.change(SETTINGS.withMaxRejected(0.5));
    assertEquals(0.5, throttle.refusedShare());
    throttle.change(SETTINGS.withWindow(ofMinutes(1)));
    assertEquals(0.0, throttle.refusedShare());
    assertEquals(ofMinutes(1), throttle.settings().window());
  }

  @Example
  void aRandomnessThatThrowsRefusesNobody() {
    Throttle throttle = Throttle.of("t", SETTINGS.withMinimumRequests(1), time, () -> {
      throw new IllegalStateException("user code");
    });
    for (int i = 0; i < 10; i++) {
      assertTrue(throttle.tryAcquire().map(p -> complete(p, Handling.FAILURE)).orElse(false));
    }
  }
}
