package cnkit.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a pipeline's settings allow but hardly anybody means. */
final class Warnings {
  private Warnings() {}

  static List<String> of(Plan p) {
    List<String> found = new ArrayList<>();
    boolean perTry = p.perTryNanos != Long.MAX_VALUE;
    boolean deadline = p.deadlineNanos != Long.MAX_VALUE;
    if (perTry && deadline && p.perTryNanos > p.deadlineNanos) {
      found.add("perTryTimeout " + text(p.perTryNanos) + " is longer than the deadline "
          + text(p.deadlineNanos) + ": it never applies");
    }
    if (p.retry != null && p.budget == null && p.retry.attempts() > 1) {
      found.add(String.format(
          Locale.ROOT,
          "retry without a budget: %d attempts feed a storm by themselves above %.0f %% utilisation of the dependency",
          p.retry.attempts(),
          100.0 / p.retry.attempts()));
    }
    return List.copyOf(found);
  }

  static Duration text(long nanos) {
    return Duration.ofNanos(nanos);
  }
}
