package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cnkit.core.testing.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class AdaptiveLimitTest {
  private static final AdaptiveLimitSettings HUNDRED =
      AdaptiveLimitSettings.between(1, 200).withInitial(100);

  private static void fill(AdaptiveLimit limit, int inUse, List<AdaptiveLimit.Permit> permits) {
    while (limit.inUse() < inUse) {
      permits.add(limit.tryAcquire().orElseThrow());
    }
  }

  /** A window of results of that kind, with that many calls in flight at each. */
  private static void window(AdaptiveLimit limit, int inUse, Handling handling) {
    List<AdaptiveLimit.Permit> permits = new ArrayList<>();
    int results = limit.limit();
    for (int i = 0; i < results; i++) {
      fill(limit, inUse, permits);
      permits.remove(0).complete(handling);
    }
    permits.forEach(p -> p.complete(Handling.NEUTRAL));
    assertEquals(0, limit.inUse());
  }

  @Example
  @Label(
      "case R74: one drop costs a tenth; a window at full use earns one; at 40 % use nothing moves")
  void additiveIncreaseMultiplicativeDecrease() {
    AdaptiveLimit limit = AdaptiveLimit.of("a", HUNDRED);
    limit.tryAcquire().orElseThrow().complete(Handling.FAILURE);
    assertEquals(90, limit.limit());
    window(limit, 90, Handling.SUCCESS);
    assertEquals(91, limit.limit());
    window(limit, 91, Handling.SUCCESS);
    assertEquals(92, limit.limit());
    for (int i = 0; i < 20; i++) {
      window(limit, (int) (0.4 * limit.limit()), Handling.SUCCESS);
    }
    assertEquals(92, limit.limit());
  }

  @Property
  void atTheMaximumNothingIsEarned(
      @ForAll @IntRange(min = 1, max = 30) int inFlight, @ForAll @IntRange(max = 29) int credits) {
    long word = Aimd.of(0, credits, 30, inFlight);
    long left = Aimd.left(word, AdaptiveLimitSettings.between(1, 30), 0, Handling.SUCCESS);
    assertEquals(Aimd.of(0, credits, 30, inFlight - 1), left);
  }

  @Property
  void otherBoundsMoveTheLimitIntoThemAndLeaveLessThanAWindowOfCredits(
      @ForAll @IntRange(min = 1, max = 30) int limit, @ForAll @IntRange(max = 29) int credits) {
    long moved = Aimd.bounded(Aimd.of(3, credits, limit, 7), AdaptiveLimitSettings.between(5, 9));
    int within = Math.max(5, Math.min(9, limit));
    assertEquals(Aimd.of(3, Math.min(credits, within - 1), within, 7), moved);
  }

  @Example
  void oneOverloadIsPaidForOnce() {
    AdaptiveLimit limit = AdaptiveLimit.of("a", HUNDRED);
    List<AdaptiveLimit.Permit> permits = new ArrayList<>();
    fill(limit, 100, permits);
    assertEquals(Optional.empty(), limit.tryAcquire());
    permits.forEach(p -> p.complete(Handling.FAILURE));
    assertEquals(90, limit.limit(), "all of them were admitted before the first failure");
    limit.tryAcquire().orElseThrow().complete(Handling.FAILURE);
    assertEquals(81, limit.limit());
  }

  @Property // the model: numbers, no word
  void everyHistoryIsWhatThePlainRuleSays(
      @ForAll @IntRange(min = 1, max = 5) int min,
      @ForAll @IntRange(min = 5, max = 30) int max,
      @ForAll @Size(max = 300) List<@IntRange(max = 9) Integer> steps) {
    AdaptiveLimitSettings s = AdaptiveLimitSettings.between(min, max).withInitial(5);
    AdaptiveLimit limit = AdaptiveLimit.of("a", s);
    record Out(AdaptiveLimit.Permit permit, int epoch) {}
    List<Out> out = new ArrayList<>();
    int bound = 5;
    int credits = 0;
    int epoch = 0;
    for (int step : steps) {
      if (step < 5) {
        Optional<AdaptiveLimit.Permit> permit = limit.tryAcquire();
        assertEquals(out.size() < bound, permit.isPresent());
        int now = epoch;
        permit.ifPresent(p -> out.add(new Out(p, now)));
      } else if (!out.isEmpty()) {
        Out oldest = out.get(0);
        Handling handling =
            step < 7 ? Handling.SUCCESS : step == 7 ? Handling.FAILURE : Handling.NEUTRAL;
        if (handling == Handling.FAILURE && oldest.epoch == epoch) {
          bound = Math.max(min, bound * 9 / 10);
          credits = 0;
          epoch++;
        } else if (handling == Handling.SUCCESS && out.size() * 2 >= bound && bound < max) {
          credits++;
          if (credits >= bound) {
            bound++;
            credits = 0;
          }
        }
        oldest.permit.complete(handling);
        oldest.permit.complete(Handling.FAILURE); // again: ignored
        out.remove(0);
      }
      assertEquals(bound, limit.limit(), () -> "after " + steps);
      assertEquals(out.size(), limit.inUse());
    }
  }

  @Example
  void neverOutsideItsBoundsNorMorePermitsThanTheLimit() throws Exception {
    AdaptiveLimit limit =
        AdaptiveLimit.of("a", AdaptiveLimitSettings.between(2, 4).withInitial(3));
    Thread[] threads = new Thread[4];
    int[] wrong = new int[threads.length];
    for (int t = 0; t < threads.length; t++) {
      int me = t;
      threads[t] = new Thread(() -> {
        for (int i = 0; i < 20_000; i++) {
          int epoch = limit.tryEnter();
          int bound = limit.limit();
          wrong[me] += bound < 2 || bound > 4 ? 1 : 0;
          if (epoch >= 0) {
            limit.leave(epoch, i % 7 == 0 ? Handling.FAILURE : Handling.SUCCESS);
          }
        }
      });
      threads[t].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    for (int count : wrong) {
      assertEquals(0, count);
    }
    assertEquals(0, limit.inUse());
  }

  @Example
  void aLateAnswerInAPipelineLowersItAndARefusalExplainsItself() throws Exception {
    VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
    AdaptiveLimit limit =
        AdaptiveLimit.of("a", AdaptiveLimitSettings.between(1, 10).withInitial(10));
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .perTryTimeout(ofMillis(100))
        .adaptiveLimit(limit)
        .build();
    p.call(a -> {
      time.advance(ofMillis(100));
      return "late";
    });
    assertEquals(9, limit.limit());
    assertThrows(
        IOException.class,
        () -> p.call(a -> {
          throw new IOException();
        }));
    assertEquals(8, limit.limit());
    limit.change(AdaptiveLimitSettings.between(1, 1));
    p.call(a -> {
      CallOutcome.Rejected<?> refused =
          assertInstanceOf(CallOutcome.Rejected.class, p.tryCall(b -> "never"));
      assertEquals(RejectionReason.LIMIT_REACHED, refused.reason());
      assertEquals(
          "adaptive limit a has all 1 permits in use (between 1 and 1)",
          refused.evidence().toString());
      return "ok";
    });
    assertEquals(0, limit.inUse());
  }

  @Example
  void settingsThatCannotBeMeantAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> AdaptiveLimitSettings.between(5, 4));
    assertThrows(IllegalArgumentException.class, () -> AdaptiveLimitSettings.between(1, 40_000));
    IllegalArgumentException both = assertThrows(
        IllegalArgumentException.class,
        () -> Pipeline.builder("p")
            .bulkhead(3)
            .adaptiveLimit(AdaptiveLimit.of("a", HUNDRED))
            .build());
    assertEquals("adaptiveLimit: expected none beside a bulkhead, got both", both.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Pipeline.builder("p")
            .throttle(Throttle.of("t", ThrottleSettings.standard()))
            .breaker(Breaker.of("b", BreakerSettings.consecutive(3)))
            .build());
  }
}
