package cnkit.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was measured of one contender: a list of iterations for each round.
 *
 * @param rounds the rounds, in the order in which they were run
 */
record Samples(List<double[]> rounds) {
  Samples {
    rounds = List.copyOf(rounds);
  }

  static Samples none() {
    return new Samples(List.of());
  }

  /** Always the same number: what absolute goals are compared with. */
  static Samples constant(double value, int rounds) {
    List<double[]> all = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      all.add(new double[] {value});
    }
    return new Samples(all);
  }

  Samples with(double[] round) {
    List<double[]> all = new ArrayList<>(rounds);
    all.add(round.clone());
    return new Samples(all);
  }

  /** The median of all iterations; NaN if there are none. */
  double median() {
    return median(rounds.stream().flatMapToDouble(Arrays::stream).toArray());
  }

  static double median(double[] values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
