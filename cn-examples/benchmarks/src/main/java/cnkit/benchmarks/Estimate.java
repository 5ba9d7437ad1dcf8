package cnkit.benchmarks;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;

/**
 * A number with its 95 % interval; the ends are NaN where there is too little to say.
 *
 * @param value the ratio (or difference) of the medians
 * @param low the lower end
 * @param high the upper end
 */
record Estimate(double value, double low, double high) {
  private static final int DRAWS = 4_000;
  private static final long SEED = 20_261_124;

  static Estimate ratio(Samples of, Samples to) {
    return of(of, to, (a, b) -> a / b);
  }

  static Estimate difference(Samples of, Samples to) {
    return of(of, to, (a, b) -> a - b);
  }

  /**
   * A bootstrap in two steps, since iterations of one fork resemble each other: rounds are drawn with both contenders'
   * forks together, as they were run one after another, then iterations within each fork. The seed is fixed: the same
   * measurements always get the same word.
   */
  private static Estimate of(Samples of, Samples to, DoubleBinaryOperator join) {
    double value = join.applyAsDouble(of.median(), to.median());
    int rounds = Math.min(of.rounds().size(), to.rounds().size());
    if (rounds < 2 || !Double.isFinite(value)) {
      return new Estimate(value, Double.NaN, Double.NaN);
    }
    Random random = new Random(SEED);
    double[] draws = new double[DRAWS];
    int[] drawn = new int[rounds];
    for (int i = 0; i < DRAWS; i++) {
      Arrays.setAll(drawn, ignored -> random.nextInt(rounds));
      draws[i] =
          join.applyAsDouble(redrawnMedian(of, drawn, random), redrawnMedian(to, drawn, random));
    }
    Arrays.sort(draws);
    return new Estimate(value, draws[DRAWS / 40], draws[DRAWS - 1 - DRAWS / 40]);
  }

  private static double redrawnMedian(Samples samples, int[] drawn, Random random) {
    int size = 0;
    for (int round : drawn) {
      size += samples.rounds().get(round).length;
    }
    double[] all = new double[size];
    int n = 0;
    for (int round : drawn) {
      double[] iterations = samples.rounds().get(round);
      for (int i = 0; i < iterations.length; i++) {
        all[n++] = iterations[random.nextInt(iterations.length)];
      }
    }
    return Samples.median(all);
  }
}
