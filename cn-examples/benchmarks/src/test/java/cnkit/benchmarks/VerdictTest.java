package cnkit.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static Samples measured(int rounds, DoubleSupplier value) {
    Samples samples = Samples.none();
    for (int i = 0; i < rounds; i++) {
      samples = samples.with(
          new double[] {value.getAsDouble(), value.getAsDouble(), value.getAsDouble()});
    }
    return samples;
  }

  private static Estimate noisyRatio(double of, double to, double noise, int rounds, long seed) {
    Random random = new Random(seed);
    return Estimate.ratio(
        measured(rounds, () -> of * (1 + noise * random.nextGaussian())),
        measured(rounds, () -> to * (1 + noise * random.nextGaussian())));
  }

  @Test
  void withoutNoiseTheRatioIsExactAndTheTargetItselfIsMet() {
    Estimate two = Estimate.ratio(measured(3, () -> 10), measured(3, () -> 5));
    assertEquals(new Estimate(2, 2, 2), two);
    assertEquals(Verdict.MET, Verdict.of(two, 2.0));
    assertEquals(Verdict.MISSED, Verdict.of(two, 1.99));
  }

  @Test
  void theLowerEndAloneDecides() {
    assertEquals(Verdict.MET, Verdict.of(new Estimate(2.2, 2.0, 2.4), 2.0));
    assertEquals(Verdict.MISSED, Verdict.of(new Estimate(2.2, 2.01, 2.4), 2.0));
    assertEquals(Verdict.MET, Verdict.of(new Estimate(1.5, 1.4, 2.4), 2.0));
  }

  @Test
  void withoutAnIntervalNothingIsDecided() {
    assertEquals(
        Verdict.UNDECIDED,
        Verdict.of(Estimate.ratio(measured(1, () -> 1), measured(1, () -> 5)), 2.0));
    assertEquals(
        Verdict.UNDECIDED, Verdict.of(Estimate.ratio(Samples.none(), measured(5, () -> 5)), 2.0));
    assertEquals(
        Verdict.UNDECIDED,
        Verdict.of(Estimate.ratio(measured(5, () -> Double.NaN), measured(5, () -> 5)), 2.0));
    assertEquals(Verdict.UNDECIDED, Verdict.of(Double.NaN, 0));
  }

  @Property(tries = 30)
  void theSameMeasurementsAlwaysGiveTheSameInterval(@ForAll long seed) {
    assertEquals(noisyRatio(3, 2, 0.05, 5, seed), noisyRatio(3, 2, 0.05, 5, seed));
  }

  @Property(tries = 100)
  void theIntervalHoldsTheEstimateAndScalesWithTheMeasurements(
      @ForAll long seed,
      @ForAll @DoubleRange(min = 0.1, max = 100) double factor,
      @ForAll @IntRange(min = 2, max = 10) int rounds) {
    Estimate one = noisyRatio(1, 1, 0.03, rounds, seed);
    Estimate scaled = noisyRatio(factor, 1, 0.03, rounds, seed);
    assertTrue(one.low() <= one.value() && one.value() <= one.high(), one::toString);
    assertEquals(factor, scaled.low() / one.low(), factor * 1e-9);
    assertEquals(factor, scaled.high() / one.high(), factor * 1e-9);
  }

  @Test // 95 % is what a bootstrap promises for many rounds; with five it keeps a little less
  void theIntervalHoldsTheTruthAboutAsOftenAsItSays() {
    int held = 0;
    for (int seed = 0; seed < 300; seed++) {
      Estimate estimate = noisyRatio(1.5, 1, 0.04, 5, seed);
      held += estimate.low() <= 1.5 && 1.5 <= estimate.high() ? 1 : 0;
    }
    assertTrue(held >= 264, held + " of 300");
  }

  @Test // a whole round on a busy machine counts for both, and a wild fork of one does not move the
  // median far
  void aDisturbedRoundDoesNotDecide() {
    Samples limit = measured(4, () -> 10).with(new double[] {31, 30, 32});
    Samples ours = measured(4, () -> 15).with(new double[] {45, 46, 47});
    assertEquals(1.5, Estimate.ratio(ours, limit).value(), 1e-9);
    assertEquals(
        1.5,
        Estimate.ratio(measured(4, () -> 15).with(new double[] {90, 95, 99}), measured(5, () -> 10))
            .value(),
        1e-9);
  }

  @Property(tries = 50)
  void moreRoundsNarrowTheInterval(@ForAll long seed) {
    Estimate few = noisyRatio(2, 1, 0.05, 4, seed);
    Estimate many = noisyRatio(2, 1, 0.05, 100, seed);
    assertTrue(many.high() - many.low() < few.high() - few.low(), few + " " + many);
  }

  @Test
  void whatIsExactHasNoInterval() {
    assertEquals(Verdict.MET, Verdict.of(0.0, 0.0));
    assertEquals(Verdict.MISSED, Verdict.of(8.0, 0.0));
  }

  @Test
  void theWordsAreThoseOfTheTable() {
    assertEquals("**met**", Verdict.MET.word());
    assertEquals("**missed**", Verdict.MISSED.word());
    assertEquals("**undecided**", Verdict.UNDECIDED.word());
    assertEquals("shown", Verdict.SHOWN.word());
  }
}
