package cnkit.resilience;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.search.Race;
import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Long-lived threads in a hot loop, so that they meet on two cores as well, and an exact sum at the end. */
class HotLoopTest {
  private static RateLimiter limiter(RateLimit limit) {
    return RateLimiter.of("l", limit, TestTime.reading(() -> 0)); // the clock stands
  }

  private static RetryBudget budget(RetryBudgetSettings settings) {
    return RetryBudget.of(settings.withFloorPerSecond(0), TestTime.reading(() -> 0));
  }

  /** How many times it was granted to two threads that ask until it is not. */
  private static long drained(BooleanSupplier asks) {
    return Race.of(2, thread -> {
      long granted = 0;
      while (asks.getAsBoolean()) {
        granted++;
      }
      return granted;
    });
  }

  @Test
  @DisplayName("case R148: two threads get exactly the burst of a limiter")
  void aBurstIsGrantedExactlyOnce() {
    RateLimiter limiter = limiter(RateLimit.of(500_000, ofDays(1)).withBurst(500_000));
    assertEquals(500_000, drained(() -> limiter.ask(1) <= 0));
  }

  @Test
  void whatIsGivenBackToALimiterIsGrantedAgain() {
    RateLimiter limiter = limiter(RateLimit.of(1_000, ofDays(1)).withBurst(1_000));
    assertEquals(400_000, Race.of(2, thread -> {
      long granted = 0;
      for (int i = 0; i < 200_000; i++) {
        granted += limiter.ask(1) <= 0 ? 1 : 0;
        limiter.giveBack(1);
      }
      return granted;
    }));
    assertEquals(1_000, drained(() -> limiter.ask(1) <= 0));
  }

  @Test
  @DisplayName("case R149: two threads get exactly the retries that are saved")
  void savedRetriesAreGrantedExactlyOnce() throws Exception {
    RetryBudget budget = budget(RetryBudgetSettings.ratio(0).withReserve(500_000));
    Pipeline pipeline = Pipeline.builder("p")
        .retry(RetrySettings.immediate().withAttempts(1_001))
        .budget(budget)
        .build();
    IllegalStateException failed = new IllegalStateException("fails");
    long retries = Race.of(2, thread -> {
      long made = 0;
      for (long before = -1; made != before; ) {
        before = made;
        int[] bodies = {0};
        try {
          pipeline.call(attempt -> {
            bodies[0]++;
            throw failed;
          });
        } catch (IllegalStateException e) {
          made += bodies[0] - 1;
        }
      }
      return made;
    });
    assertEquals(500_000, retries);
    assertEquals(500_000, pipeline.counters().retries());
    assertEquals(0.0, budget.available());
  }

  @Test
  @DisplayName(
      "case R150: a breaker opens after exactly its number of failures, and counts exactly")
  void aBreakerOpensAfterExactlyItsNumberOfFailures() {
    int rounds = 3_000;
    Breaker[] breakers = new Breaker[rounds];
    for (int i = 0; i < rounds; i++) {
      breakers[i] = Breaker.of("b", BreakerSettings.consecutive(60).withOpenTime(ofHours(1)));
    }
    CyclicBarrier meeting = new CyclicBarrier(2);
    AtomicInteger[] recorded = new AtomicInteger[rounds];
    for (int i = 0; i < rounds; i++) {
      recorded[i] = new AtomicInteger();
    }
    Race.of(2, thread -> {
      for (int i = 0; i < rounds; i++) {
        if (i % 100 == 0) {
          meeting.await();
        }
        for (long permit = breakers[i].admit(); permit >= 0; permit = breakers[i].admit()) {
          if (breakers[i].complete(permit, Handling.FAILURE, 0) == Completion.RECORDED) {
            recorded[i].incrementAndGet();
          }
        }
      }
      return 0;
    });
    for (int i = 0; i < rounds; i++) {
      assertEquals(60, recorded[i].get(), "failures in round " + i);
      assertEquals(Breaker.State.OPEN, breakers[i].state());
    }
  }

  private static void countsExactly(BreakerSettings settings) {
    Breaker breaker = Breaker.of(
        "b", settings.withMinimumCalls(1_000_000).withFailureRate(1.0), TestTime.reading(() -> 0));
    Race.of(4, thread -> {
      for (int i = 0; i < 200_000; i++) {
        breaker.complete(breaker.admit(), i % 4 == 0 ? Handling.FAILURE : Handling.SUCCESS, 0);
      }
      return 0;
    });
    assertEquals(800_000, breaker.snapshot().calls());
    assertEquals(200_000, breaker.snapshot().failures());
  }

  @Test
  @DisplayName("case R150: a ring of a million results counts exactly")
  void aRingCountsExactly() {
    countsExactly(BreakerSettings.countWindow(1_000_000));
  }

  @Test
  void aTimeWindowCountsExactly() {
    countsExactly(BreakerSettings.timeWindow(ofSeconds(10)));
  }

  @Test
  void sharedCellsOfATimeWindowCountExactlyThroughTheirBuckets() {
    TimeWindow window =
        new TimeWindow(new BreakerSettings.Window.Time(ofMillis(8), ofMillis(1)), true, 0, 1);
    // each stripe of one thread is taken by a thread that has gone
    for (int i = 0; i < 64; i++) {
      assertEquals(0, Race.of(1, thread -> {
        window.record(false, false, 0);
        return 0;
      }));
    }
    assertEquals(64, window.tally(0).calls());
    CyclicBarrier meeting = new CyclicBarrier(2);
    Race.of(2, thread -> {
      for (int bucket = 100; bucket < 2_100; bucket++) {
        meeting.await(); // both find a cell of an older bucket
        for (int i = 0; i < 25; i++) {
          window.record(i % 2 == 0, i % 5 == 0, bucket * 1_000_000L);
        }
        meeting.await();
        if (thread == 0) {
          int filled = Math.min(8, bucket - 99);
          assertEquals(
              new Window.Tally(50 * filled, 26 * filled, 10 * filled),
              window.tally(bucket * 1_000_000L));
        }
      }
      return 0;
    });
  }

  @Test
  void aSlidingCountIsExactThroughItsBuckets() {
    SlidingCount count = new SlidingCount(10, 0);
    CyclicBarrier meeting = new CyclicBarrier(2);
    Race.of(2, thread -> {
      for (int bucket = 0; bucket < 2_000; bucket++) {
        meeting.await(); // both find a cell of an older bucket
        for (int i = 0; i < 100; i++) {
          count.add(i % 10 == 0 ? -1 : 2, bucket);
        }
        meeting.await();
        if (thread == 0) {
          assertEquals(340L * Math.min(10, bucket + 1), count.sum(bucket));
        }
      }
      return 0;
    });
  }

  @Test
  @DisplayName("case R151: of four threads at most one retries at once")
  void atMostOneRetryIsInFlight() {
    RetryBudget budget = budget(RetryBudgetSettings.ratio(0).withInFlight(1));
    AtomicInteger retrying = new AtomicInteger();
    long tooMany = Race.of(4, thread -> {
      long seen = 0;
      for (int i = 0; i < 200_000; i++) {
        budget.onFirstAttempt();
        if (budget.tryWithdraw()) {
          seen += retrying.incrementAndGet() > 1 ? 1 : 0;
          retrying.decrementAndGet();
          if (i % 2 == 0) {
            budget.retryEnded();
          } else {
            budget.refund();
          }
        }
        budget.ended();
      }
      return seen;
    });
    assertEquals(0, tooMany);
    assertEquals(1.0, budget.available());
  }

  @Test
  @DisplayName("case R152: of what expires nothing is lost or made while two threads drain it")
  void anExpiringBudgetIsDrainedExactly() {
    RetryBudget budget = budget(RetryBudgetSettings.ratio(1).withExpiry(ofSeconds(10)));
    for (int i = 0; i < 100_000; i++) {
      budget.onFirstAttempt();
    }
    long granted = Race.of(2, thread -> {
      long retries = 0;
      for (int i = 0; i < 90_000; i++) {
        if (i % 3 == 0) {
          budget.onFirstAttempt();
        }
        if (budget.tryWithdraw()) {
          retries++;
          if (i % 5 == 0) {
            budget.refund();
            retries--;
          }
        }
      }
      return retries;
    });
    assertEquals(160_000.0 - granted, budget.available());
    assertEquals(160_000 - granted, drained(budget::tryWithdraw));
  }

  @Test
  @DisplayName("case R153: an adaptive limit of three lets three in, and is empty in the end")
  void anAdaptiveLimitIsExact() {
    AdaptiveLimit limit =
        AdaptiveLimit.of("a", AdaptiveLimitSettings.between(3, 4).withInitial(3));
    AtomicInteger inside = new AtomicInteger();
    long tooMany = Race.of(4, thread -> {
      long seen = 0;
      for (int i = 0; i < 300_000; i++) {
        int epoch = limit.tryEnter();
        if (epoch >= 0) {
          seen += inside.incrementAndGet() > 3 ? 1 : 0;
          inside.decrementAndGet();
          limit.leave(epoch, Handling.NEUTRAL);
        }
      }
      return seen;
    });
    assertEquals(0, tooMany);
    assertEquals(0, limit.inUse());
    assertEquals(3, limit.limit());
  }

  @Test
  void aChangeOfAnAdaptiveLimitLosesNobody() {
    AdaptiveLimit limit = AdaptiveLimit.of("a", AdaptiveLimitSettings.between(1, 100));
    Race.of(2, thread -> {
      for (int i = 0; i < 200_000; i++) {
        if (thread == 0) {
          limit.change(AdaptiveLimitSettings.between(1 + i % 2 * 4, 5 + i % 2 * 5));
        }
        int epoch = limit.tryEnter();
        if (epoch >= 0) {
          limit.leave(epoch, i % 3 == 0 ? Handling.FAILURE : Handling.SUCCESS);
        }
      }
      return 0;
    });
    assertEquals(0, limit.inUse());
  }

  @Test
  @DisplayName("case R154: a throttle refuses exactly the share that follows from its counts")
  void aThrottleCountsExactly() {
    Throttle throttle = Throttle.of(
        "t",
        ThrottleSettings.standard().withMultiplier(2),
        TestTime.reading(() -> 0),
        () -> 0.999999);
    Race.of(4, thread -> {
      for (int i = 0; i < 100_000; i++) {
        assertEquals(null, throttle.admit());
        throttle.complete(i % 4 == 0 ? Handling.SUCCESS : Handling.FAILURE);
      }
      return 0;
    });
    assertEquals((400_000.0 - 2 * 100_000) / 400_001, throttle.refusedShare());
    Race.of(4, thread -> {
      for (int i = 0; i < 25_000; i++) {
        throttle.admit();
        throttle.complete(i % 2 == 0 ? Handling.NEUTRAL : Handling.NOT_SENT);
      }
      return 0;
    });
    assertEquals((400_000.0 - 2 * 100_000) / 400_001, throttle.refusedShare());
  }

  @Test
  @DisplayName("case R155: an empty budget saves exactly what four threads earn")
  void whatIsEarnedIsSavedExactly() {
    RetryBudget budget =
        budget(RetryBudgetSettings.ratio(1).withReserve(1_000_000).withInitial(0));
    Race.of(4, thread -> {
      for (int i = 0; i < 100_000; i++) {
        budget.onFirstAttempt();
      }
      return 0;
    });
    assertEquals(400_000.0, budget.available());
    Race.of(4, thread -> {
      for (int i = 0; i < 100_000; i++) {
        budget.refund();
      }
      return 0;
    });
    assertEquals(800_000.0, budget.available());
    assertEquals(800_000, drained(budget::tryWithdraw));
  }

  @Test
  void theFloorOfABudgetIsGrantedToOne() {
    int rounds = 20_000;
    long[] now = {0};
    RetryBudget budget = RetryBudget.of(
        RetryBudgetSettings.ratio(0).withInitial(0).withFloorPerSecond(1),
        TestTime.reading(() -> now[0]));
    CyclicBarrier meeting = new CyclicBarrier(2, () -> now[0] += 1_000_000_000);
    assertEquals(rounds, Race.of(2, thread -> {
      long granted = 0;
      for (int i = 0; i < rounds; i++) {
        meeting.await();
        granted += budget.tryWithdraw() ? 1 : 0;
      }
      return granted;
    }));
  }

  @Test
  @DisplayName("case R156: all reservations have different delays, and all can be given back")
  void reservationsAreAllDifferentAndComeBack() {
    RateLimiter limiter = limiter(RateLimit.of(1, ofMillis(1)));
    assertEquals(0, limiter.ask(1)); // the burst
    ConcurrentLinkedQueue<RateLimiter.Reservation> taken = new ConcurrentLinkedQueue<>();
    Race.of(2, thread -> {
      for (int i = 0; i < 200_000; i++) {
        taken.add(limiter.reserve(1, ofDays(1)).orElseThrow());
      }
      return 0;
    });
    Set<Duration> delays = new HashSet<>();
    taken.forEach(reservation -> delays.add(reservation.delay()));
    assertEquals(400_000, delays.size());
    List<RateLimiter.Reservation> all = List.copyOf(taken);
    assertEquals(400_000, Race.of(2, thread -> {
      long cancelled = 0;
      for (RateLimiter.Reservation reservation : all) { // both try each
        cancelled += reservation.cancel() ? 1 : 0;
      }
      return cancelled;
    }));
    assertEquals(ofMillis(1), limiter.reserve(1, ofDays(1)).orElseThrow().delay());
  }

  @Test
  void aBulkheadLetsInItsLimitAndLosesNoPermit() {
    Bulkhead bulkhead = new Bulkhead("b", 3, 4);
    AtomicInteger inside = new AtomicInteger();
    long tooMany = Race.of(4, thread -> {
      long seen = 0;
      for (int i = 0; i < 300_000; i++) {
        int stripe = bulkhead.tryEnter();
        if (stripe >= 0) {
          seen += inside.incrementAndGet() > 3 ? 1 : 0;
          inside.decrementAndGet();
          bulkhead.exit(stripe);
        }
      }
      return seen;
    });
    assertEquals(0, tooMany);
    assertEquals(0, bulkhead.inUse());
    assertEquals(3, entered(bulkhead));
  }

  private static int entered(Bulkhead bulkhead) {
    int entered = 0;
    while (bulkhead.tryEnter() >= 0) {
      entered++;
    }
    return entered;
  }

  @Test
  void aFreePermitIsFoundByEachOfThreeThreadsThatNeedThree() {
    Bulkhead bulkhead = new Bulkhead("b", 3, 4);
    assertEquals(0, Race.of(3, thread -> {
      long refused = 0;
      for (int i = 0; i < 200_000; i++) {
        int stripe = bulkhead.tryEnter();
        if (stripe < 0) {
          refused++;
        } else {
          bulkhead.exit(stripe);
        }
      }
      return refused;
    }));
  }

  @Test
  void permitsThatThreeThreadsReturnToOneStripeAllComeBack() {
    Bulkhead bulkhead = new Bulkhead("b", 3, 1);
    assertEquals(0, Race.of(3, thread -> {
      long refused = 0;
      for (int i = 0; i < 500_000; i++) {
        int stripe = bulkhead.tryEnter();
        if (stripe < 0) {
          refused++;
        } else {
          bulkhead.exit(stripe);
        }
      }
      return refused;
    }));
    assertEquals(3, entered(bulkhead));
  }

  @Test
  void resizingABulkheadLosesAndMakesNoPermit() {
    Bulkhead bulkhead = new Bulkhead("b", 8, 4);
    Race.of(3, thread -> {
      for (int i = 0; i < 100_000; i++) {
        if (thread == 0) {
          bulkhead.resize(1 + i % 8);
        }
        int stripe = bulkhead.tryEnter();
        if (stripe >= 0) {
          bulkhead.exit(stripe);
        }
      }
      return 0;
    });
    bulkhead.resize(5);
    assertEquals(0, bulkhead.inUse());
    assertEquals(5, entered(bulkhead));
    assertEquals(5, bulkhead.inUse());
  }

  @Test
  void whoWaitsForABulkheadIsServedOnce() {
    Bulkhead bulkhead = Bulkhead.queued("b", 1, 100, ofHours(1));
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    VirtualTime noTimer = new VirtualTime(); // nobody advances it
    long tooMany = Race.of(2, thread -> {
      long seen = 0;
      for (int i = 0; i < 50_000; i++) {
        AtomicInteger most = new AtomicInteger();
        CompletableFuture<Bulkhead.Permit> permit = bulkhead.acquireAsync(Runnable::run, noTimer);
        CompletableFuture<Void> over = permit.thenAccept(p -> {
          most.set(inside.incrementAndGet());
          inside.decrementAndGet();
          served.incrementAndGet();
          p.close();
        });
        if (i % 3 == 0) {
          permit.cancel(false);
        }
        seen += most.get() > 1 ? 1 : 0;
        assertTrue(i % 3 == 0 || !over.isCancelled());
      }
      return seen;
    });
    assertEquals(0, tooMany);
    assertEquals(0, bulkhead.waiting());
    assertEquals(0, bulkhead.inUse());
    assertTrue(served.get() >= 66_666, served::toString);
  }

  /** How often something that may happen once happened to two threads that both try, in so many rounds. */
  private static long once(int rounds, IntPredicate attempt) {
    CyclicBarrier meeting = new CyclicBarrier(2);
    return Race.of(2, thread -> {
      long times = 0;
      for (int i = 0; i < rounds; i++) {
        if (i % 500 == 0) {
          meeting.await();
        }
        times += attempt.test(i) ? 1 : 0;
      }
      return times;
    });
  }

  @Test
  void aCallThatIsAnsweredAndCancelledAtOnceGivesItsPlaceBackOnce() {
    int rounds = 20_000;
    Bulkhead bulkhead = Bulkhead.of("b", rounds);
    Pipeline pipeline = Pipeline.builder("p").bulkhead(bulkhead).build();
    List<CompletableFuture<String>> stages = new ArrayList<>();
    List<CompletableFuture<String>> calls = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      CompletableFuture<String> stage = new CompletableFuture<>();
      stages.add(stage);
      calls.add(pipeline.callAsync(Runnable::run, attempt -> stage));
    }
    assertEquals(rounds, bulkhead.inUse());
    CyclicBarrier meeting = new CyclicBarrier(2);
    Race.of(2, thread -> {
      for (int i = 0; i < rounds; i++) {
        if (i % 100 == 0) {
          meeting.await();
        }
        if (thread == 0) {
          stages.get(i).complete("answer");
        } else {
          calls.get(i).cancel(false);
        }
      }
      return 0;
    });
    assertEquals(rounds, entered(bulkhead));
  }

  @Test
  void aPermitThatTwoThreadsGiveBackComesBackOnce() {
    int rounds = 20_000;
    Breaker breaker = Breaker.of("b", BreakerSettings.countWindow(1_000_000));
    Bulkhead bulkhead = Bulkhead.of("b", rounds);
    AdaptiveLimit limit =
        AdaptiveLimit.of("a", AdaptiveLimitSettings.between(rounds, rounds).withInitial(rounds));
    Throttle throttle =
        Throttle.of("t", ThrottleSettings.standard(), TestTime.reading(() -> 0), () -> 0.999999);
    Breaker.Permit[] ofBreaker = new Breaker.Permit[rounds];
    Bulkhead.Permit[] ofBulkhead = new Bulkhead.Permit[rounds];
    AdaptiveLimit.Permit[] ofLimit = new AdaptiveLimit.Permit[rounds];
    Throttle.Permit[] ofThrottle = new Throttle.Permit[rounds];
    for (int i = 0; i < rounds; i++) {
      ofBreaker[i] = breaker.tryAcquire().orElseThrow();
      ofBulkhead[i] = bulkhead.tryAcquire().orElseThrow();
      ofLimit[i] = limit.tryAcquire().orElseThrow();
      ofThrottle[i] = throttle.tryAcquire().orElseThrow();
    }
    assertFalse(bulkhead.tryAcquire().isPresent());
    assertEquals(
        rounds, once(rounds, i -> ofBreaker[i].complete(Handling.SUCCESS) == Completion.RECORDED));
    assertEquals(2L * rounds, once(rounds, i -> {
      ofBulkhead[i].close();
      ofLimit[i].complete(Handling.NEUTRAL);
      ofThrottle[i].complete(Handling.SUCCESS);
      return true;
    }));
    assertEquals(rounds, breaker.snapshot().calls());
    assertEquals(rounds, entered(bulkhead));
    assertEquals(0, limit.inUse());
    Optional<Throttle.Permit> none = Optional.empty();
    // accepted as often as asked for: with a failure for each, the share is (2n - 2n) / (2n + 1)
    for (int i = 0; i < rounds; i++) {
      none = throttle.tryAcquire();
    }
    assertTrue(none.isPresent());
    throttle.change(ThrottleSettings.standard().withMultiplier(1.5));
    assertEquals((2.0 * rounds - 1.5 * rounds) / (2.0 * rounds + 1), throttle.refusedShare());
  }
}
