package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class RetryRuleTest {
  private static final RetrySettings FULL =
      RetrySettings.exponential(ofMillis(100)).withCap(ofSeconds(20));
  private static final long[] NOMINAL = {100, 200, 400, 800, 1600, 3200, 6400, 12800, 20000, 20000};

  @Property
  @Label("case R1: full jitter is uniform below the capped exponential, exact to the nanosecond")
  void fullJitterIsUniformBelowTheCappedExponential(
      @ForAll @IntRange(max = 9) int retry,
      @ForAll @DoubleRange(max = 1.0, maxIncluded = false) double u) {
    long bound = NOMINAL[retry] * 1_000_000;
    long delay = RetryRule.delayNanos(FULL, retry, 0, u);
    assertEquals((long) Math.floor(u * bound), delay);
    assertTrue(delay < bound, "never the bound itself");
    assertEquals(0, RetryRule.delayNanos(FULL, retry, 0, 0.0));
    assertTrue(RetryRule.delayNanos(FULL, retry, 0, Math.nextDown(1.0)) < bound);
  }

  @Property
  @Label(
      "case R2: growth saturates: never negative, zero-bound or beyond the cap, however many retries")
  void growthSaturates(@ForAll @IntRange(min = 8) int retry) {
    RetrySettings plain = FULL.withJitter(Jitter.NONE);
    assertEquals(20_000_000_000L, RetryRule.delayNanos(plain, retry, 0, 0.5));
    assertEquals(20_000_000_000L, RetryRule.delayNanos(plain, Integer.MAX_VALUE, 0, 0.5));
    RetrySettings linear = RetrySettings.linear(Duration.ofDays(1))
        .withCap(Duration.ofDays(1))
        .withJitter(Jitter.NONE);
    assertEquals(Duration.ofDays(1).toNanos(), RetryRule.delayNanos(linear, retry, 0, 0.5));
  }

  @Example
  @Label("case R4: the cap comes before the draw, so that no mass gathers at it")
  void noMassAtTheCap() {
    RetrySettings equal = FULL.withCap(ofSeconds(1)).withJitter(Jitter.EQUAL);
    long lowest = Long.MAX_VALUE;
    long highest = 0;
    for (int i = 0; i < 10_000; i++) {
      long delay = RetryRule.delayNanos(equal, 5, 0, i / 10_000.0);
      lowest = Math.min(lowest, delay);
      highest = Math.max(highest, delay);
    }
    assertEquals(ofMillis(500).toNanos(), lowest);
    assertTrue(highest < ofSeconds(1).toNanos() && highest > ofMillis(999).toNanos());
  }

  @Property
  @Label("case R5: never above the cap, with any jitter")
  void neverAboveTheCap(
      @ForAll Jitter jitter,
      @ForAll @IntRange(max = 100) int retry,
      @ForAll @DoubleRange(max = 1.0, maxIncluded = false) double u) {
    RetrySettings tiny =
        RetrySettings.exponential(ofNanos(1000)).withCap(ofNanos(2000)).withJitter(jitter);
    long delay = RetryRule.delayNanos(tiny, retry, 2000, u);
    assertTrue(delay >= 0 && delay <= 2000, () -> delay + " ns");
  }

  @Property
  @Label(
      "case R7: decorrelated jitter is uniform from the base to the capped triple, with nothing at the cap")
  void decorrelatedIsUniform(@ForAll @DoubleRange(max = 1.0, maxIncluded = false) double u) {
    RetrySettings s = RetrySettings.exponential(ofMillis(100))
        .withCap(ofSeconds(1))
        .withJitter(Jitter.DECORRELATED);
    long delay = RetryRule.delayNanos(s, 3, ofMillis(500).toNanos(), u);
    assertEquals(100_000_000L + (long) (u * 900_000_000L), delay);
    assertTrue(delay < 1_000_000_000L);
    long first = RetryRule.delayNanos(s, 0, 0, u);
    assertTrue(first >= 100_000_000L && first < 300_000_000L);
  }

  @Property
  void decorrelatedIsBoundedByThreeTimesTheLastDelayOrTheCap(
      @ForAll @IntRange(max = 1_500) int previous,
      @ForAll @DoubleRange(max = 1.0, maxIncluded = false) double u) {
    RetrySettings s = RetrySettings.exponential(ofNanos(100))
        .withCap(ofNanos(1000))
        .withJitter(Jitter.DECORRELATED);
    long bound = Math.min(1000, 3L * Math.max(100, previous));
    assertEquals(100 + (long) (u * (bound - 100)), RetryRule.delayNanos(s, 3, previous, u));
    assertEquals(998, RetryRule.delayNanos(s, 3, 333, Math.nextDown(1.0)), "below 3 * 333");
  }

  @Example
  void aRetryIsMadeIfItLeavesWhatIsUsefulToTheNanosecond() {
    RetrySettings s = RetrySettings.constant(ofMillis(200)).withJitter(Jitter.NONE);
    RetryRule.Decision again = new RetryRule.Decision.Again(200_000_000L);
    RetryRule.Decision late = new RetryRule.Decision.GiveUp(NotRetried.DEADLINE);
    Duration none = ofNanos(-1);
    assertEquals(again, RetryRule.decide(s, failure(1, ofNanos(200_000_001), none), 0));
    assertEquals(late, RetryRule.decide(s, failure(1, ofMillis(200), none), 0));
    RetrySettings picky = s.withMinUseful(ofMillis(150));
    assertEquals(again, RetryRule.decide(picky, failure(1, ofMillis(350), none), 0));
    assertEquals(late, RetryRule.decide(picky, failure(1, ofNanos(349_999_999), none), 0));
  }

  @Example
  void aRetryIsMadeIfItBeginsWithinTheTimeGivenToAllToTheNanosecond() {
    RetrySettings s =
        RetrySettings.constant(ofMillis(300)).withJitter(Jitter.NONE).withMaxElapsed(ofSeconds(1));
    assertEquals(
        new RetryRule.Decision.Again(300_000_000L),
        RetryRule.decide(s, elapsed(Handling.FAILURE, 700_000_000L), 0));
    assertEquals(
        new RetryRule.Decision.GiveUp(NotRetried.ELAPSED),
        RetryRule.decide(s, elapsed(Handling.FAILURE, 700_000_001L), 0));
  }

  @Property
  void aRejectionIsWaitedForIfItSaysForHowLongAndADeadlineBoundsIt(
      @ForAll @IntRange(min = -1, max = 3) int hint, @ForAll boolean bounded) {
    RetrySettings s =
        RetrySettings.immediate().withRepeating(RetrySettings.Repeating.FAILURES_AND_REJECTIONS);
    long remaining = bounded ? 1_000 : Long.MAX_VALUE;
    assertEquals(
        bounded && hint >= 0
            ? new RetryRule.Decision.Again(hint)
            : new RetryRule.Decision.GiveUp(NotRetried.REJECTED),
        RetryRule.decide(
            s,
            new RetryRule.Situation(1, Handling.NOT_SENT, false, false, 0, remaining, hint, 0),
            0));
  }

  @Example
  @Label("case R10: a hint beyond the deadline ends the retries at once")
  void aHintBeyondTheDeadlineEndsTheRetries() {
    assertEquals(
        new RetryRule.Decision.GiveUp(NotRetried.DEADLINE),
        RetryRule.decide(FULL, failure(1, ofMillis(2500), ofSeconds(3)), 0.5));
    assertEquals(
        new RetryRule.Decision.Again(ofSeconds(2).toNanos()),
        RetryRule.decide(FULL, failure(1, ofMillis(2500), ofSeconds(2)), 0.5),
        "a hint is a floor");
  }

  @Property
  @Label("case R11: a negative hint is ignored")
  void aNegativeHintIsIgnored(@ForAll @IntRange(min = 1, max = 1_000_000) int millis) {
    assertEquals(-1, RetryRule.hintNanos(ofMillis(-millis)));
    assertEquals(
        new RetryRule.Decision.Again(ofMillis(50).toNanos()),
        RetryRule.decide(FULL, failure(1, ofSeconds(10), ofMillis(-millis)), 0.5));
  }

  @Example
  void whatMayNotBeRepeatedIsNot() {
    RetrySettings unsent = FULL.withRepeating(RetrySettings.Repeating.UNSENT);
    assertEquals(
        new RetryRule.Decision.GiveUp(NotRetried.NOT_RETRYABLE),
        RetryRule.decide(unsent, at(Handling.FAILURE), 0));
    assertEquals(
        new RetryRule.Decision.GiveUp(NotRetried.NOT_RETRYABLE),
        RetryRule.decide(FULL, at(Handling.NEUTRAL), 0));
    assertEquals(
        new RetryRule.Decision.GiveUp(NotRetried.REJECTED),
        RetryRule.decide(FULL, at(Handling.NOT_SENT), 0));
    assertEquals(new RetryRule.Decision.Again(0), RetryRule.decide(FULL, at(Handling.FAILURE), 0));
  }

  private static RetryRule.Situation at(Handling handling) {
    return elapsed(handling, 0);
  }

  private static RetryRule.Situation elapsed(Handling handling, long nanos) {
    return new RetryRule.Situation(1, handling, false, false, nanos, Long.MAX_VALUE, -1, 0);
  }

  private static RetryRule.Situation failure(int made, Duration remaining, Duration hint) {
    return new RetryRule.Situation(
        made, Handling.FAILURE, false, false, 0, remaining.toNanos(), RetryRule.hintNanos(hint), 0);
  }
}
