package cnkit.resilience;

import static java.time.Duration.ofHours;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Where two threads meet in what counts: budget, rate limiter, bulkhead, a time window. */
public final class LimitsStress {
  private LimitsStress() {}

  /** Two retries of a budget that has one. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "one is granted")
  @Outcome(expect = Expect.FORBIDDEN, desc = "over-issued, or lost")
  @State
  public static class Budget {
    private final RetryBudget budget =
        RetryBudget.of(RetryBudgetSettings.ratio(0.1).withInitial(1).withFloorPerSecond(0));

    private int granted() {
      return budget.tryWithdraw() ? 1 : 0;
    }

    /** One. */
    @Actor
    public void one(II_Result r) {
      r.r1 = granted();
    }

    /** The other. */
    @Actor
    public void other(II_Result r) {
      r.r2 = granted();
    }
  }

  /** Two calls of a limiter with a burst of one. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "one is granted")
  @Outcome(expect = Expect.FORBIDDEN, desc = "over-issued, or lost")
  @State
  public static class Rate {
    private final RateLimiter limiter = RateLimiter.of("l", RateLimit.of(1, ofHours(1)));

    private int granted() {
      return limiter.tryAcquire(1) ? 1 : 0;
    }

    /** One. */
    @Actor
    public void one(II_Result r) {
      r.r1 = granted();
    }

    /** The other. */
    @Actor
    public void other(II_Result r) {
      r.r2 = granted();
    }
  }

  /** Two enter a bulkhead of one, whose permit rests in one of two stripes. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "one is granted")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a permit was made or not found")
  @State
  public static class Entering {
    private final Bulkhead bulkhead = new Bulkhead("b", 1, 2);

    private int granted() {
      return bulkhead.tryEnter() >= 0 ? 1 : 0;
    }

    /** One. */
    @Actor
    public void one(II_Result r) {
      r.r1 = granted();
    }

    /** The other. */
    @Actor
    public void other(II_Result r) {
      r.r2 = granted();
    }
  }

  /** One enters while the only permit comes back. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "it found the permit, or came before it")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a permit was made or lost")
  @State
  public static class Leaving {
    private final Bulkhead bulkhead = new Bulkhead("b", 1, 2);
    private final int held = bulkhead.tryEnter();

    /** Whoever enters. */
    @Actor
    public void entering(II_Result r) {
      r.r1 = bulkhead.tryEnter() >= 0 ? 1 : 0;
    }

    /** Whoever leaves. */
    @Actor
    public void leaving() {
      bulkhead.exit(held);
    }

    /** How many are free in the end. */
    @Arbiter
    public void end(II_Result r) {
      r.r2 = 1 - bulkhead.inUse();
    }
  }

  /** Two threads count in a time window. */
  @JCStressTest
  @Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "both are counted")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a result was lost")
  @State
  public static class Counting {
    private final TimeWindow window =
        new TimeWindow(new BreakerSettings.Window.Time(ofHours(1), ofHours(1)), false, 0, 1);

    /** A success. */
    @Actor
    public void success() {
      window.record(false, false, 1);
    }

    /** A failure. */
    @Actor
    public void failure() {
      window.record(true, false, 1);
    }

    /** What the window holds. */
    @Arbiter
    public void end(II_Result r) {
      Window.Tally tally = window.tally(1);
      r.r1 = tally.calls();
      r.r2 = tally.failures();
    }
  }
}
