package cnkit.resilience;

import static cnkit.core.search.Interleavings.explore;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.internal.Turns;
import cnkit.core.search.Interleavings.Scenario;
import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Two and three threads in every order of their atomic accesses, on the product's own classes. With three threads the search
 * is through the orders in which at most three of their steps are cut short, which finds what two threads cannot do.
 */
class InterleavingsTest {
  private static final int CUTS = 3;

  // ---- breaker: one state behind one reference

  private static final BreakerSettings TWO = BreakerSettings.countWindow(2)
      .withMinimumCalls(2)
      .withFailureRate(1.0)
      .withOpenTime(ofNanos(10))
      .withOpenJitter(0)
      .withProbes(2, 2);

  /** A breaker whose clock stands where it is put, and what it told. */
  private static final class Watched {
    final AtomicLong now = new AtomicLong();
    final Breaker breaker = Breaker.of("b", TWO, TestTime.reading(now::get));
    final List<BreakerEvent> events = new ArrayList<>();
    final AtomicInteger recorded = new AtomicInteger();
    final AtomicInteger granted = new AtomicInteger();

    static Watched closed() {
      Watched watched = new Watched();
      requireNonNull(watched.breaker.subscribe(watched.events::add));
      return watched;
    }

    /** Its open time is over. */
    static Watched opened() {
      Watched watched = closed();
      watched.complete(0, Handling.FAILURE);
      watched.complete(0, Handling.FAILURE);
      watched.events.clear();
      watched.recorded.set(0);
      watched.now.set(20);
      return watched;
    }

    void complete(long permit, Handling handling) {
      if (breaker.complete(permit, handling, 0) == Completion.RECORDED) {
        recorded.incrementAndGet();
      }
    }

    void admit() {
      if (breaker.admit() >= 0) {
        granted.incrementAndGet();
      }
    }
  }

  @Test
  void threeFailuresOpenABreakerOfTwoExactlyOnceAndNoneIsLost() {
    assertTrue(explore(CUTS, () -> {
          Watched w = Watched.closed();
          Runnable failing = () -> w.complete(0, Handling.FAILURE);
          return Scenario.of(
              () -> {
                assertEquals(Breaker.State.OPEN, w.breaker.state());
                assertEquals(2, w.events.size(), "the present state, and one transition");
                assertEquals(2, w.recorded.get(), "the third is of an epoch that is over");
              },
              failing,
              failing,
              failing);
        })
        > 50);
  }

  @Test
  void aFailureAndASuccessAreBothInTheWindow() {
    assertTrue(explore(() -> {
          Watched w = Watched.closed();
          return Scenario.of(
              () -> {
                assertEquals(2, w.breaker.snapshot().calls());
                assertEquals(1, w.breaker.snapshot().failures());
                assertEquals(2, w.recorded.get());
              },
              () -> w.complete(0, Handling.FAILURE),
              () -> w.complete(0, Handling.SUCCESS));
        })
        > 5);
  }

  @Test
  void threeCallersOfAHalfOpenBreakerGetExactlyTwoLeasesOfTwo() {
    assertTrue(explore(CUTS, () -> {
          Watched w = Watched.opened();
          return Scenario.of(
              () -> {
                assertEquals(Breaker.State.HALF_OPEN, w.breaker.state());
                assertEquals(1, w.events.size(), "transitions");
                assertEquals(2, w.granted.get(), "leases");
              },
              w::admit,
              w::admit,
              w::admit);
        })
        > 50);
  }

  @Test
  void aStragglerNeverMovesABreakerThatIsBeingProbed() {
    assertTrue(explore(CUTS - 1, () -> {
          Watched w = Watched.opened();
          return Scenario.of(
              () -> {
                assertEquals(0, w.recorded.get(), "stale");
                assertEquals(Breaker.State.HALF_OPEN, w.breaker.state());
                assertEquals(2, w.granted.get(), "leases");
              },
              () -> w.complete(0, Handling.SUCCESS),
              w::admit,
              w::admit);
        })
        > 50);
  }

  @Test
  void whatAnOperatorForcesIsNotUndoneByProbesUnderWay() {
    assertTrue(explore(CUTS, () -> {
          Watched w = Watched.opened();
          long one = w.breaker.admit();
          long two = w.breaker.admit();
          return Scenario.of(
              () -> assertEquals(
                  Breaker.State.FORCED_OPEN, w.breaker.state(), "manual beats results"),
              () -> w.complete(one, Handling.SUCCESS),
              w.breaker::forceOpen,
              () -> w.complete(two, Handling.FAILURE));
        })
        > 50);
  }

  @Test
  void aRingCountsWhatTwoThreadsRecord() {
    assertTrue(explore(() -> {
          RingWindow ring = new RingWindow(2);
          ring.record(true, true, 0);
          return Scenario.of(
              () -> assertEquals(new Window.Tally(2, 1, 1), ring.tally(0)),
              () -> ring.record(true, false, 0),
              () -> ring.record(false, true, 0));
        })
        > 50);
  }

  @Test
  void cellsOfATimeWindowThatOneThreadOwnsAndThatManyShareLoseNothing() {
    assertTrue(explore(CUTS, () -> {
          TimeWindow window = new TimeWindow(
              new BreakerSettings.Window.Time(ofSeconds(2), ofSeconds(1)), false, 0, 1);
          Runnable failing = () -> window.record(true, false, 7_000_000_000L);
          return Scenario.of(
              () -> assertEquals(new Window.Tally(3, 3, 0), window.tally(7_000_000_000L)),
              failing,
              failing,
              failing);
        })
        > 50);
  }

  // ---- one number: the retry budget and the rate limiter

  private static RetryBudget budget(RetryBudgetSettings settings, long now) {
    AtomicLong clock = new AtomicLong();
    RetryBudget budget = RetryBudget.of(settings, TestTime.reading(clock::get));
    clock.set(now);
    return budget;
  }

  /** So many of three threads are granted a retry. */
  private static void grants(int expected, int cuts, Supplier<RetryBudget> budgets) {
    assertTrue(explore(cuts, () -> {
          RetryBudget budget = budgets.get();
          AtomicInteger granted = new AtomicInteger();
          Runnable asking = () -> granted.addAndGet(budget.tryWithdraw() ? 1 : 0);
          return Scenario.of(
              () -> {
                assertEquals(expected, granted.get());
                assertEquals(0.0, budget.available());
              },
              asking,
              asking,
              asking);
        })
        > 10);
  }

  @Test
  void aBudgetOfOneRetryGrantsOneToThreeThatAskInEachForm() {
    RetryBudgetSettings none = RetryBudgetSettings.ratio(1).withInitial(0).withFloorPerSecond(0);
    grants(1, CUTS, () -> budget(none.withInitial(1), 0));
    grants(1, CUTS, () -> budget(none.withFloorPerSecond(1), 2_000_000_000));
    grants(1, CUTS, () -> budget(none.withInFlight(1), 0));
    grants(1, CUTS, () -> {
      RetryBudget budget = budget(none.withExpiry(ofSeconds(10)), 0);
      budget.onFirstAttempt();
      return budget;
    });
  }

  @Test
  void depositsAndWithdrawalsNeitherLoseNorMakeRetries() {
    for (RetryBudgetSettings settings : List.of(
        RetryBudgetSettings.ratio(1).withInitial(1).withFloorPerSecond(0),
        RetryBudgetSettings.ratio(1).withFloorPerSecond(0).withExpiry(ofSeconds(10)))) {
      assertTrue(explore(CUTS, () -> {
            RetryBudget budget = budget(settings, 0);
            double before = budget.available();
            AtomicInteger granted = new AtomicInteger();
            Runnable asking = () -> granted.addAndGet(budget.tryWithdraw() ? 1 : 0);
            return Scenario.of(
                () -> assertEquals(before + 2 - granted.get(), budget.available()),
                () -> {
                  budget.onFirstAttempt();
                  budget.refund();
                },
                asking,
                asking);
          })
          > 50);
    }
  }

  @Test
  void twoDepositsBelowTheReserveStopAtIt() {
    assertTrue(explore(() -> {
          RetryBudget budget = budget(
              RetryBudgetSettings.ratio(1).withReserve(2).withInitial(1).withFloorPerSecond(0), 0);
          return Scenario.of(
              () -> assertEquals(2.0, budget.available()),
              budget::onFirstAttempt,
              budget::onFirstAttempt);
        })
        > 5);
  }

  @Test
  void twoReservationsWaitForDifferentTimes() {
    assertTrue(explore(() -> {
          RateLimiter limiter = limiterOfTwo();
          assertTrue(limiter.ask(2) <= 0);
          List<Long> delays = new ArrayList<>();
          Runnable reserving = () ->
              delays.add(limiter.reserve(1, ofHours(1)).orElseThrow().delay().toNanos());
          return Scenario.of(
              () -> assertEquals(Set.of(100L, 200L), Set.copyOf(delays)), reserving, reserving);
        })
        > 5);
  }

  @Test
  void callsInFlightAreCountedExactly() {
    assertTrue(explore(CUTS, () -> {
          RetryBudget budget = budget(RetryBudgetSettings.ratio(0).withInFlight(1), 0);
          Runnable calling = () -> {
            budget.onFirstAttempt();
            if (budget.tryWithdraw()) {
              budget.retryEnded();
            }
            budget.ended();
          };
          return Scenario.of(() -> assertEquals(1.0, budget.available()), calling, calling);
        })
        > 50);
  }

  private static RateLimiter limiterOfTwo() {
    return RateLimiter.of(
        "l", RateLimit.of(1, ofNanos(100)).withBurst(2), TestTime.reading(() -> 0));
  }

  @Test
  void aBurstOfTwoIsGrantedTwiceToThreeThatAsk() {
    assertTrue(explore(CUTS, () -> {
          RateLimiter limiter = limiterOfTwo();
          AtomicInteger granted = new AtomicInteger();
          Runnable asking = () -> granted.addAndGet(limiter.ask(1) <= 0 ? 1 : 0);
          return Scenario.of(
              () -> {
                assertEquals(2, granted.get());
                assertEquals(100, limiter.ask(1));
              },
              asking,
              asking,
              asking);
        })
        > 50);
  }

  @Test
  void reservationsAreDifferentAndWhatIsCancelledIsGivenBackOnce() {
    assertTrue(explore(CUTS, () -> {
          RateLimiter limiter = limiterOfTwo();
          assertEquals(0, Math.max(0, limiter.ask(2)));
          RateLimiter.Reservation held = limiter.reserve(1, ofHours(1)).orElseThrow();
          List<Duration> delays = new ArrayList<>();
          AtomicInteger cancelled = new AtomicInteger();
          Runnable cancelling = () -> cancelled.addAndGet(held.cancel() ? 1 : 0);
          return Scenario.of(
              () -> {
                assertEquals(1, cancelled.get());
                assertEquals(200, limiter.ask(1), "burst and reservation are taken, one came back");
                assertEquals(1, delays.size());
              },
              cancelling,
              () -> delays.add(limiter.reserve(1, ofHours(1)).orElseThrow().delay()),
              cancelling);
        })
        > 50);
  }

  // ---- bulkhead: permits in stripes; adaptive limit and throttle: words

  @Test
  void aPermitThatIsFreeIsFoundWhereverItComesBack() {
    assertTrue(explore(() -> {
          Bulkhead bulkhead = new Bulkhead("b", 2, 2);
          assertEquals(1, bulkhead.tryEnter() + bulkhead.tryEnter());
          bulkhead.exit(0); // one rests in stripe 0, the other is out and comes back to stripe 1
          AtomicInteger found = new AtomicInteger();
          return Scenario.of(
              () -> {
                assertEquals(2, found.get(), "refused though one was free all the time");
                assertEquals(2, bulkhead.inUse());
              },
              () -> {
                bulkhead.exit(1);
                found.addAndGet(bulkhead.tryEnter() >= 0 ? 1 : 0);
              },
              () -> found.addAndGet(bulkhead.tryEnter() >= 0 ? 1 : 0));
        })
        > 50);
  }

  @Test
  void aPermitThatMovesIsFoundWhereverItGoes() {
    Bulkhead bulkhead = new Bulkhead("b", 2, 2);
    int home = bulkhead.tryEnter();
    int accesses = 6;
    int[] seen = {0};
    // one permit is out; the other rests, before each access, where the search does not look next
    Turns.install(new Runnable() {
      private boolean moving;

      @Override
      public void run() {
        if (!moving && seen[0]++ >= 2 && seen[0] <= accesses) {
          moving = true;
          bulkhead.exit(1 - bulkhead.tryEnter());
          moving = false;
        }
      }
    });
    try {
      assertTrue(bulkhead.tryEnter() >= 0, "refused though one was free all the time");
    } finally {
      Turns.remove();
    }
    assertTrue(seen[0] > accesses);
    assertEquals(-1, bulkhead.tryEnter());
    bulkhead.exit(home);
    assertEquals(1, bulkhead.inUse());
  }

  @Test
  void nobodyEntersAfterAReductionUntilTheNumberIsBelowIt() {
    assertTrue(explore(() -> {
          Bulkhead bulkhead = new Bulkhead("b", 3, 1);
          for (int i = 0; i < 3; i++) {
            assertEquals(0, bulkhead.tryEnter());
          }
          return Scenario.of(
              () -> assertEquals(2, bulkhead.inUse()), () -> bulkhead.exit(0), () -> {
                bulkhead.resize(1);
                assertEquals(-1, bulkhead.tryEnter(), "two are in use or on their way out");
              });
        })
        > 5);
  }

  @Test
  void threeThatEnterForTwoPermitsNeverHoldMore() {
    assertTrue(explore(CUTS, () -> {
          Bulkhead bulkhead = new Bulkhead("b", 2, 2);
          AtomicInteger granted = new AtomicInteger();
          Runnable entering = () -> granted.addAndGet(bulkhead.tryEnter() >= 0 ? 1 : 0);
          return Scenario.of(
              () -> {
                assertEquals(2, granted.get());
                assertEquals(2, bulkhead.inUse());
              },
              entering,
              entering,
              entering);
        })
        > 50);
  }

  @Test
  void aBulkheadThatIsResizedWhileItIsUsedLosesAndMakesNoPermit() {
    assertTrue(explore(CUTS - 1, () -> {
          Bulkhead bulkhead = new Bulkhead("b", 3, 2);
          int held = bulkhead.tryEnter();
          return Scenario.of(
              () -> {
                assertEquals(0, bulkhead.inUse());
                assertTrue(bulkhead.tryEnter() >= 0);
                assertTrue(bulkhead.tryEnter() >= 0);
                assertEquals(-1, bulkhead.tryEnter());
              },
              () -> {
                bulkhead.resize(1);
                bulkhead.resize(2);
              },
              () -> bulkhead.exit(held),
              () -> {
                int stripe = bulkhead.tryEnter();
                if (stripe >= 0) {
                  bulkhead.exit(stripe);
                }
              });
        })
        > 50);
  }

  @Test
  void aWaiterThatLeavesSwallowsNoPermitAndIsNotServedTwice() {
    VirtualTime noTimer = new VirtualTime(); // nobody advances it
    assertTrue(explore(CUTS, () -> {
          Bulkhead bulkhead = new Bulkhead("b", 1, 1, 2, 1_000);
          int held = bulkhead.tryEnter();
          CompletableFuture<Bulkhead.Permit> first = bulkhead.acquireAsync(Runnable::run, noTimer);
          CompletableFuture<Bulkhead.Permit> second = bulkhead.acquireAsync(Runnable::run, noTimer);
          return Scenario.of(
              () -> {
                assertTrue(first.isDone() && second.isDone(), "somebody waits for ever");
                for (CompletableFuture<Bulkhead.Permit> waiter : List.of(first, second)) {
                  if (!waiter.isCancelled()) {
                    waiter.join().close();
                  }
                }
                assertEquals(0, bulkhead.waiting());
                assertEquals(0, bulkhead.inUse());
                assertTrue(bulkhead.tryEnter() >= 0);
              },
              () -> bulkhead.exit(held),
              () -> first.cancel(false));
        })
        > 5);
  }

  @Test
  void aPlaceOfABulkheadsQueueIsTakenOnce() {
    assertTrue(explore(() -> {
          Bulkhead bulkhead = Bulkhead.of("b", 2);
          Bulkhead.Permit permit = bulkhead.tryAcquire().orElseThrow();
          assertTrue(bulkhead.tryAcquire().isPresent());
          return Scenario.of(
              () -> assertEquals(1, bulkhead.inUse(), "closed once"), permit::close, permit::close);
        })
        > 3);
  }

  @Test
  void anAdaptiveLimitOfTwoLetsInTwoOfThree() {
    assertTrue(explore(CUTS, () -> {
          AdaptiveLimit limit =
              AdaptiveLimit.of("a", AdaptiveLimitSettings.between(2, 4).withInitial(2));
          AtomicInteger granted = new AtomicInteger();
          Runnable entering = () -> granted.addAndGet(limit.tryEnter() >= 0 ? 1 : 0);
          return Scenario.of(
              () -> {
                assertEquals(2, granted.get());
                assertEquals(2, limit.inUse());
              },
              entering,
              entering,
              entering);
        })
        > 50);
    assertTrue(explore(CUTS, () -> {
          AdaptiveLimit limit =
              AdaptiveLimit.of("a", AdaptiveLimitSettings.between(2, 4).withInitial(2));
          AdaptiveLimit.Permit one = limit.tryAcquire().orElseThrow();
          AdaptiveLimit.Permit two = limit.tryAcquire().orElseThrow();
          return Scenario.of(
              () -> {
                assertEquals(0, limit.inUse());
                assertEquals(3, limit.limit());
              },
              () -> one.complete(Handling.NEUTRAL),
              () -> limit.change(AdaptiveLimitSettings.between(3, 4)),
              () -> {
                two.complete(Handling.NEUTRAL);
                one.complete(Handling.NEUTRAL);
              });
        })
        > 50);
  }

  @Test
  void aSlidingCountKeepsWhatThreeAddToACellOfAnOlderBucket() {
    assertTrue(explore(CUTS, () -> {
          SlidingCount count = new SlidingCount(10, 0);
          count.add(100, 0);
          return Scenario.of(
              () -> assertEquals(6, count.sum(20)),
              () -> count.add(1, 20),
              () -> count.add(2, 20),
              () -> count.add(3, 20));
        })
        > 50);
  }

  @Test
  void aThrottleCountsEachRequestAndEachResultOnce() {
    assertTrue(explore(CUTS - 1, () -> {
          ThrottleSettings settings =
              ThrottleSettings.standard().withMinimumRequests(1).withMultiplier(1);
          Throttle throttle = Throttle.of("t", settings, TestTime.reading(() -> 0), () -> 0.999999);
          Throttle.Permit permit = throttle.tryAcquire().orElseThrow();
          Runnable succeeding = () -> permit.complete(Handling.SUCCESS);
          return Scenario.of(
              () -> assertEquals((2.0 - 1.0) / 3.0, throttle.refusedShare()),
              succeeding,
              () -> assertFalse(throttle.tryAcquire().isEmpty()),
              succeeding);
        })
        > 50);
  }

  // ---- the interrupt at a time limit

  @Test
  void noInterruptOutlivesTheCallThatItWasMeantFor() {
    assertTrue(explore(() -> {
          Interruption[] armed = {null};
          boolean[] flag = {false};
          return Scenario.of(
              () -> assertFalse(flag[0], "the flag as others left it"),
              () -> {
                armed[0] = new Interruption();
                boolean unused = armed[0].disarm();
                flag[0] = Thread.interrupted();
              },
              () -> armed[0].fire());
        })
        > 5);
  }

  @Test
  void anInterruptByOthersIsKeptAndNotTakenForOurs() {
    Interruption interruption = new Interruption();
    Thread.currentThread().interrupt();
    interruption.fire();
    assertFalse(interruption.disarm());
    assertTrue(Thread.interrupted());
  }
}
