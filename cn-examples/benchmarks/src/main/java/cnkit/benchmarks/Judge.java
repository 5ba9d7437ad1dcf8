package cnkit.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Compares what was measured with the goals. */
final class Judge {
  /** A goal, what came out, and the word. */
  record Ruling(String goal, String measured, Verdict verdict) {}

  private final int cores;

  Judge(int cores) {
    this.cores = cores;
  }

  List<Ruling> rule(Contest contest, Results results) {
    List<Ruling> rulings = new ArrayList<>();
    for (Goal goal : contest.goals()) {
      rulings.add(rule(contest, goal, results));
    }
    return rulings;
  }

  private Ruling rule(Contest contest, Goal goal, Results results) {
    int toThreads = Contest.toThreads(goal);
    if (!Double.isNaN(goal.bytes())) {
      double bytes = Math.rint(
          results.of(contest, goal.of(), goal.threads(), Results.Unit.BYTES).median());
      return new Ruling(
          text("%s: at most %.0f B/op", goal.of(), goal.bytes()),
          text("%.0f B/op", bytes),
          Verdict.of(bytes, goal.bytes()));
    }
    Samples of = results.time(contest, goal.of(), goal.threads());
    Samples to = results.time(contest, goal.to(), toThreads);
    boolean crowded = Math.max(goal.threads(), toThreads) > cores;
    String at = at(goal.threads());
    String than = toThreads == goal.threads() ? goal.to() : goal.to() + at(toThreads);
    if (!Double.isNaN(goal.ratio())) {
      Estimate ratio = Estimate.ratio(of, to);
      return new Ruling(
          text("%s%s: at most %.2f x %s", goal.of(), at, goal.ratio(), than),
          text("%.2f (%.2f–%.2f)", ratio.value(), ratio.low(), ratio.high()),
          crowded ? Verdict.SHOWN : Verdict.of(ratio, goal.ratio()));
    }
    boolean relative = !Double.isNaN(goal.over());
    double target = relative ? goal.over() : goal.nanos();
    Estimate nanos =
        Estimate.difference(of, relative ? to : Samples.constant(0, of.rounds().size()));
    return new Ruling(
        relative
            ? text("%s%s: at most %.1f ns over %s", goal.of(), at, target, than)
            : text("%s%s: at most %.0f ns", goal.of(), at, target),
        text("%.1f ns (%.1f–%.1f)", nanos.value(), nanos.low(), nanos.high()),
        crowded ? Verdict.SHOWN : Verdict.of(nanos, target));
  }

  private static String at(int threads) {
    return threads == 1 ? ", 1 thread" : ", " + threads + " threads";
  }

  static String text(String format, Object... args) {
    return String.format(Locale.ROOT, format, args);
  }
}
