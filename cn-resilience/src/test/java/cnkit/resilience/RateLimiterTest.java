package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RateLimiterTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);

  private RateLimiter limiter(RateLimit limit) {
    return RateLimiter.of("r", limit, time);
  }

  private int granted(RateLimiter limiter, int asks) {
    int granted = 0;
    for (int i = 0; i < asks; i++) {
      granted += limiter.tryAcquire(1) ? 1 : 0;
    }
    return granted;
  }

  @Example
  @Label("case R65: a burst passes at once, then one a period, and the wait is exact")
  void aBurstThenOneAPeriod() {
    RateLimiter limiter = limiter(RateLimit.of(10, ofSeconds(1)).withBurst(5));
    assertEquals(5, granted(limiter, 5));
    assertEquals(ofMillis(100), limiter.retryAfter(1));
    time.advance(ofMillis(99));
    assertEquals(ofMillis(1), limiter.retryAfter(1));
    time.advance(ofMillis(1));
    assertTrue(limiter.tryAcquire(1));
    assertFalse(limiter.tryAcquire(1));
  }

  @Example
  @Label("case R67: what can never be granted is refused at once")
  void theImpossibleIsRefusedAtOnce() {
    RateLimiter limiter = limiter(RateLimit.of(10, ofSeconds(1)).withBurst(5));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> limiter.tryAcquire(7));
    assertEquals("calls: expected 1..5, the burst, got 7", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> limiter.reserve(7, ofSeconds(100)));
    assertEquals(5, granted(limiter, 10));
  }

  @Property(tries = 100)
  @Label("case R68: reservations that are cancelled give back exactly what they took")
  void cancelledReservationsGiveBack(@ForAll int seed) {
    RateLimiter limiter = limiter(RateLimit.of(1, ofSeconds(1)));
    assertEquals(1, granted(limiter, 1));
    List<RateLimiter.Reservation> waiting = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      RateLimiter.Reservation r = limiter.reserve(1, ofSeconds(60)).orElseThrow();
      assertEquals(ofSeconds(i), r.delay());
      waiting.add(r);
    }
    time.advance(ofMillis(200));
    Collections.shuffle(waiting, new Random(seed));
    for (RateLimiter.Reservation r : waiting) {
      assertTrue(r.cancel());
      assertFalse(r.cancel());
    }
    assertEquals(ofMillis(800), limiter.retryAfter(1), "as if nobody had waited");
    time.advance(ofMillis(800));
    assertEquals(1, granted(limiter, 5));
  }

  @Example
  @Label("case R70: a lower limit holds at once, and the refill goes on")
  void aLowerLimitHoldsAtOnce() {
    RateLimiter limiter = limiter(RateLimit.of(5, ofSeconds(1)).withBurst(5));
    limiter.change(RateLimit.of(2, ofSeconds(1)).withBurst(2));
    assertEquals(2, granted(limiter, 10));
    time.advance(ofMillis(500));
    assertEquals(1, granted(limiter, 10));
  }

  @Example
  @Label("case R68: what is given back is what was taken, even if a call is worth more by now")
  void aReservationGivesBackWhatItTook() {
    RateLimiter limiter = limiter(RateLimit.of(10, ofSeconds(1)));
    assertEquals(1, granted(limiter, 1));
    RateLimiter.Reservation r = limiter.reserve(1, ofSeconds(60)).orElseThrow();
    limiter.change(RateLimit.of(1, ofSeconds(1)));
    assertTrue(r.cancel());
    assertEquals(ofMillis(100), limiter.retryAfter(1), "as before the reservation");
  }

  @Example
  void aBurstThatNobodyCouldEarnIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> RateLimit.of(1, Duration.ofDays(1)).withBurst(1_000_000));
    assertEquals(1_000_000, RateLimit.of(1, ofSeconds(1)).withBurst(1_000_000).burst());
  }

  @Example
  void aHopelessWaitIsNotTaken() {
    RateLimiter limiter = limiter(RateLimit.of(1, ofSeconds(1)));
    assertEquals(1, granted(limiter, 1));
    assertTrue(limiter.reserve(1, ofMillis(999)).isEmpty());
    assertEquals(ofSeconds(1), limiter.retryAfter(1));
  }

  @Property // the model: a bucket of exact fractions, that is, of nanoseconds
  void everyHistoryGrantsExactlyWhatATokenBucketGrants(
      @ForAll @IntRange(min = 1, max = 20) int burst,
      @ForAll @Size(max = 100) List<@IntRange(max = 300) Integer> steps) {
    long interval = 100;
    RateLimiter limiter = limiter(new RateLimit(10_000_000, ofSeconds(1), burst));
    long bucket = burst * interval;
    for (int step : steps) {
      if (step > 150) {
        time.advance(Duration.ofNanos(step));
        bucket = Math.min(burst * interval, bucket + step);
      } else {
        int calls = 1 + step % burst;
        boolean model = bucket >= calls * interval;
        Duration wait = limiter.retryAfter(calls);
        assertEquals(model, limiter.tryAcquire(calls));
        if (model) {
          assertEquals(Duration.ZERO, wait, "granted, so there is nothing to wait for");
          bucket -= calls * interval;
        } else {
          assertEquals(Duration.ofNanos(calls * interval - bucket), wait);
        }
      }
    }
  }

  @Example
  void aPipelineTellsHowLongToWaitAndChargesNobodyElse() throws Exception {
    Breaker breaker = Breaker.of("b", BreakerSettings.countWindow(10), time);
    RateLimiter limiter = limiter(RateLimit.of(1, ofSeconds(1)).withBurst(2));
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .breaker(breaker)
        .rateLimiter(limiter)
        .bulkhead(1)
        .build();
    p.call(a -> {
      CallRejectedException full =
          assertThrows(CallRejectedException.class, () -> p.call(b -> "never"));
      assertEquals(RejectionReason.BULKHEAD_FULL, full.reason());
      return "ok";
    });
    assertEquals("ok", p.call(a -> "ok"), "the refused call gave its grant back");
    CallRejectedException e = assertThrows(CallRejectedException.class, () -> p.call(a -> "never"));
    assertEquals(RejectionReason.RATE_LIMITED, e.reason());
    assertEquals(Optional.of(ofSeconds(1)), e.retryAfter());
    assertEquals(
        "p: call rejected, RATE_LIMITED: rate limiter r grants 1 calls in PT1S; try again in PT1S",
        e.getMessage());
    assertEquals(2, breaker.snapshot().calls());
  }
}
