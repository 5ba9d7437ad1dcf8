package cnkit.resilience;

import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

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
    RetrySettings retry = p.retry;
    if (retry != null && retry.attempts() > 1) {
      if (p.budget == null) {
        found.add("retry without a budget: " + retry.attempts()
            + " attempts feed a storm by themselves above " + Math.round(100 * stormThreshold(p))
            + " % utilisation of the dependency");
      }
      if (perTry && deadline && p.perTryNanos <= p.deadlineNanos) {
        int fitting = attemptsThatFit(p, retry);
        if (fitting < retry.attempts()) {
          found.add("the deadline " + text(p.deadlineNanos) + " leaves time for " + fitting + " of "
              + retry.attempts() + " attempts that take their whole perTryTimeout "
              + text(p.perTryNanos));
        }
      }
    }
    if (p.breaker != null) {
      if (p.wholeTryNanos != Long.MAX_VALUE) {
        warnOfBreaker(p.breaker, p.wholeTryNanos, found);
      }
      if ((p.breaker.time() == SystemTime.SHARED) != (p.time == SystemTime.SHARED)) {
        found.add("breaker " + p.breaker.name()
            + " runs on another clock than the pipeline: its times and the pipeline's do not meet");
      }
    }
    if (p.throttle != null
        && p.throttle.settings().window().toNanos() < p.wholeTryNanos
        && p.wholeTryNanos != Long.MAX_VALUE) {
      found.add("throttle " + p.throttle.name() + " looks at the last "
          + p.throttle.settings().window() + ", shorter than a call may take ("
          + text(p.wholeTryNanos) + "): requests leave it before their answers come");
    }
    if (retry != null
        && retry.repeating() == RetrySettings.Repeating.FAILURES_AND_REJECTIONS
        && !deadline) {
      found.add("rejections are waited for only within a deadline, and the pipeline sets none");
    }
    if (p.hedge != null && p.hedge.delay().toNanos() >= p.wholeTryNanos) {
      found.add("hedge after " + p.hedge.delay() + ": an attempt has ended by then ("
          + text(p.wholeTryNanos) + "), so it is never made");
    }
    if (p.faults != null) {
      found.add(p.faults.summary());
    }
    return List.copyOf(found);
  }

  private static int attemptsThatFit(Plan p, RetrySettings retry) {
    double used = p.perTryNanos;
    int fitting = 1;
    while (fitting < retry.attempts()) {
      // the longest delay that the jitter allows; a user's own backoff is not asked at build
      double delay = retry.backoff() instanceof Backoff.Custom
          ? 0
          : Math.min(retry.cap().toNanos(), retry.backoff().nominalNanos(fitting - 1));
      used += delay + p.perTryNanos;
      if (used > p.deadlineNanos) {
        return fitting;
      }
      fitting++;
    }
    return fitting;
  }

  private static void warnOfBreaker(Breaker breaker, long tryNanos, List<String> found) {
    BreakerSettings s = breaker.settings();
    if (s.openTime().base().toNanos() < tryNanos) {
      found.add("breaker " + breaker.name() + " stays open for " + s.openTime().base()
          + ", shorter than a call may take (" + text(tryNanos)
          + "): it probes before it knows how its calls ended");
    }
    if (s.window() instanceof BreakerSettings.Window.Time time
        && time.span().toNanos() < tryNanos) {
      found.add("breaker " + breaker.name() + " looks at the last " + time.span()
          + ", shorter than a call may take (" + text(tryNanos)
          + "): slow failures never meet in it");
    }
    if (s.probing().lease().toNanos() < tryNanos) {
      found.add("breaker " + breaker.name() + " takes a probe's permit back after "
          + s.probing().lease() + ", earlier than a call may end (" + text(tryNanos)
          + "): slow probes never count");
    }
  }

  /** The utilisation of the dependency above which retries can keep an overload alive by themselves. */
  static double stormThreshold(Plan p) {
    if (p.retry == null) {
      return 1.0;
    }
    double withoutBudget = 1.0 / p.retry.attempts();
    return p.budget == null
        ? withoutBudget
        : Math.max(withoutBudget, 1.0 / (1.0 + p.budget.settings().ratio()));
  }

  private static Duration text(long nanos) {
    return Duration.ofNanos(nanos);
  }
}
