package cnkit.resilience;

import java.time.Duration;

/**
 * The reason for a decision of a stage: the numbers at the moment of the decision, for the person who investigates
 * it.
 */
public sealed interface Evidence {
  /**
   * A breaker opened because of the results in its window.
   *
   * @param breaker its name
   * @param epoch the epoch that began with it; grows with each change of state
   * @param calls results in the window
   * @param failures failures among them
   * @param slow slow calls among them; 0 without a rule about slow calls
   * @param failureRate the threshold of the failure rate that was used, 0.0 to 1.0
   * @param slowRate the threshold of the rate of slow calls that was used; above 1.0 means none
   * @param openFor for how long it opened
   */
  record Tripped(
      String breaker,
      long epoch,
      int calls,
      int failures,
      int slow,
      double failureRate,
      double slowRate,
      Duration openFor)
      implements Evidence {
    @Override
    public String toString() {
      return "breaker " + breaker + " opened for " + openFor + ": " + failures + " of " + calls
          + " calls failed" + " (threshold " + percent(failureRate) + ")"
          + (slowRate <= 1.0
              ? ", " + slow + " were slow (threshold " + percent(slowRate) + ")"
              : "")
          + ", epoch " + epoch;
    }
  }

  /**
   * A breaker opened again because too few of its probes succeeded.
   *
   * @param breaker its name
   * @param epoch the epoch that began with it
   * @param successes probes that succeeded
   * @param failures probes that failed
   * @param inconclusive probes that were sent and had no clear result, or never reported
   * @param openFor for how long it opened
   */
  record ProbesFailed(
      String breaker, long epoch, int successes, int failures, int inconclusive, Duration openFor)
      implements Evidence {
    @Override
    public String toString() {
      return "breaker " + breaker + " opened again for " + openFor + ": probes " + successes
          + " ok, " + failures + " failed, " + inconclusive + " inconclusive, epoch " + epoch;
    }
  }

  /**
   * A breaker became half-open: its open time was over, and a call came.
   *
   * @param breaker its name
   * @param epoch the half-open epoch that began with it
   * @param openFor how long it had to stay open
   */
  record Waited(String breaker, long epoch, Duration openFor) implements Evidence {
    @Override
    public String toString() {
      return "breaker " + breaker + " lets probes through after its open time of " + openFor
          + ", epoch " + epoch;
    }
  }

  /**
   * A breaker closed because its probes succeeded.
   *
   * @param breaker its name
   * @param epoch the epoch that began with it
   * @param successes probes that succeeded
   * @param failures probes that failed
   */
  record Recovered(String breaker, long epoch, int successes, int failures) implements Evidence {
    @Override
    public String toString() {
      return "breaker " + breaker + " closed: probes " + successes + " ok, " + failures
          + " failed, epoch " + epoch;
    }
  }

  /**
   * A breaker started again because its new window has another shape.
   *
   * @param breaker its name
   * @param epoch the epoch that began with it
   */
  record Reshaped(String breaker, long epoch) implements Evidence {
    @Override
    public String toString() {
      return "breaker " + breaker + " begins anew: its settings look at other results, epoch "
          + epoch;
    }
  }

  /**
   * A breaker is half-open, and all its permits for probes are in use.
   *
   * @param breaker its name
   * @param epoch the half-open epoch
   * @param permits how many probes it lets through
   */
  record Probing(String breaker, long epoch, int permits) implements Evidence {
    @Override
    public String toString() {
      return "breaker " + breaker + " is half-open and has all " + permits + " probes out, epoch "
          + epoch;
    }
  }

  /**
   * The state of a breaker was set by hand.
   *
   * @param breaker its name
   * @param epoch the epoch that began with it
   * @param state the state that was set
   */
  record Manual(String breaker, long epoch, Breaker.State state) implements Evidence {
    @Override
    public String toString() {
      return "breaker " + breaker + " was set to " + state + " by hand, epoch " + epoch;
    }
  }

  /**
   * A bulkhead was full.
   *
   * @param bulkhead its name
   * @param limit how many calls it lets run at once
   */
  record Full(String bulkhead, int limit) implements Evidence {
    @Override
    public String toString() {
      return "bulkhead " + bulkhead + " has all " + limit + " permits in use";
    }
  }

  /**
   * The queue of a bulkhead was full, or the call had waited in it for the longest time allowed.
   *
   * @param bulkhead its name
   * @param limit how many calls the bulkhead lets run at once
   * @param waiting how many calls waited
   * @param waited how long this one had waited; zero if there was no place in the queue
   */
  record Queued(String bulkhead, int limit, int waiting, Duration waited) implements Evidence {
    @Override
    public String toString() {
      return "bulkhead " + bulkhead + " has all " + limit + " permits in use and " + waiting
          + " calls waiting" + (waited.isZero() ? "" : "; this one waited for " + waited);
    }
  }

  /**
   * An adaptive limit was reached.
   *
   * @param adaptiveLimit its name
   * @param limit how many calls it lets run at once, as it stood
   * @param min the lowest that it may be
   * @param max the highest that it may be
   */
  record Saturated(String adaptiveLimit, int limit, int min, int max) implements Evidence {
    @Override
    public String toString() {
      return "adaptive limit " + adaptiveLimit + " has all " + limit + " permits in use (between "
          + min + " and " + max + ")";
    }
  }

  /**
   * A throttle rejected this call.
   *
   * @param throttle its name
   * @param requests requested calls in its window, including rejected ones
   * @param accepts how many of them succeeded
   * @param window how far back it looked
   * @param multiplier about how many times the accepted calls are sent
   * @param refused the rejected share of the calls, 0.0 to 1.0
   */
  record Throttled(
      String throttle,
      long requests,
      long accepts,
      Duration window,
      double multiplier,
      double refused)
      implements Evidence {
    @Override
    public String toString() {
      return "throttle " + throttle + " refuses " + percent(refused) + ": " + accepts + " of "
          + requests + " calls accepted in " + window + ", multiplier " + multiplier;
    }
  }

  /**
   * A rate limiter had no permit to grant.
   *
   * @param limiter its name
   * @param calls how many calls it grants
   * @param period the period for these calls
   */
  record Limited(String limiter, int calls, Duration period) implements Evidence {
    @Override
    public String toString() {
      return "rate limiter " + limiter + " grants " + calls + " calls in " + period;
    }
  }

  /**
   * The deadline expired.
   *
   * @param by who set the deadline: the name of the pipeline, or {@code caller}
   */
  record Spent(String by) implements Evidence {
    @Override
    public String toString() {
      return "the deadline set by " + by + " is spent";
    }
  }

  private static String percent(double rate) {
    return Math.round(rate * 1000) / 10.0 + " %";
  }
}
