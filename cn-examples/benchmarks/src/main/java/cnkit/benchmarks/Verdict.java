package cnkit.benchmarks;

import java.util.Locale;

/** How a goal came out. */
enum Verdict {
  /** The interval's lower end is at or below the target. */
  MET,
  /** The interval's lower end lies above the target. */
  MISSED,
  /** There is no interval: too few rounds, or a contender that failed. */
  UNDECIDED,
  /** More threads than cores: says how the scheduler feels, not what the code costs. */
  SHOWN;

  static Verdict of(Estimate estimate, double target) {
    if (Double.isNaN(estimate.low()) || Double.isNaN(estimate.high())) {
      return UNDECIDED;
    }
    return estimate.low() <= target ? MET : MISSED;
  }

  /** For what is exact. */
  static Verdict of(double exact, double target) {
    return Double.isNaN(exact) ? UNDECIDED : exact <= target ? MET : MISSED;
  }

  /** The word in the table. */
  String word() {
    String word = name().toLowerCase(Locale.ROOT);
    return this == SHOWN ? word : "**" + word + "**";
  }
}
