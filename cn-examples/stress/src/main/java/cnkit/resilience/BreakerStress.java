package cnkit.resilience;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofNanos;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Where two threads meet in a breaker, on the real class and the real memory model; three would need a core each. */
public final class BreakerStress {
  private BreakerStress() {}

  private static int recorded(Completion result) {
    return result == Completion.RECORDED ? 1 : 0;
  }

  /** Two failures of one epoch on a breaker that one opens. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 1", "0, 1, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "one opens it, the other is stale")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a failure was lost, or counted after the opening")
  @State
  public static class Opening {
    private final Breaker breaker = Breaker.of(
        "b",
        BreakerSettings.countWindow(2)
            .withMinimumCalls(1)
            .withFailureRate(0.1)
            .withOpenTime(ofHours(1)));
    private final long permit = breaker.admit();

    /** One. */
    @Actor
    public void one(III_Result r) {
      r.r1 = recorded(breaker.complete(permit, Handling.FAILURE, 0));
    }

    /** The other. */
    @Actor
    public void other(III_Result r) {
      r.r2 = recorded(breaker.complete(permit, Handling.FAILURE, 0));
    }

    /** What is there in the end. */
    @Arbiter
    public void end(III_Result r) {
      r.r3 = breaker.state() == Breaker.State.OPEN ? 1 : 0;
    }
  }

  /** Two results that fill a window of two: neither is lost. */
  @JCStressTest
  @Outcome(id = "1, 1, 11", expect = Expect.ACCEPTABLE, desc = "both count")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a result was lost")
  @State
  public static class Counting {
    private final Breaker breaker =
        Breaker.of("b", BreakerSettings.countWindow(2).withMinimumCalls(2).withFailureRate(1.0));
    private final long permit = breaker.admit();

    /** A success. */
    @Actor
    public void success(III_Result r) {
      r.r1 = recorded(breaker.complete(permit, Handling.SUCCESS, 0));
    }

    /** A failure. */
    @Actor
    public void failure(III_Result r) {
      r.r2 = recorded(breaker.complete(permit, Handling.FAILURE, 0));
    }

    /** Successes times ten and failures in the window. */
    @Arbiter
    public void end(III_Result r) {
      Breaker.Snapshot end = breaker.snapshot();
      r.r3 = 10 * (end.calls() - end.failures()) + end.failures();
    }
  }

  /** Two callers of a half-open breaker with one lease. */
  @JCStressTest
  @Outcome(
      id = {"1, 0", "0, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "exactly one is let in")
  @Outcome(expect = Expect.FORBIDDEN, desc = "a lease too many or too few")
  @State
  public static class Probing {
    private final Breaker breaker = Breaker.of(
        "b",
        BreakerSettings.countWindow(2)
            .withMinimumCalls(1)
            .withFailureRate(0.1)
            .withOpenTime(ofNanos(1))
            .withOpenJitter(0)
            .withProbeLease(ofHours(1))
            .withProbes(1, 1));

    /** Opens it; its time is over at once. */
    public Probing() {
      Completion unused = breaker.complete(breaker.admit(), Handling.FAILURE, 0);
      while (breaker.state() != Breaker.State.HALF_OPEN) {
        Thread.onSpinWait();
      }
    }

    private int let() {
      return breaker.admit() >= 0 ? 1 : 0;
    }

    /** One. */
    @Actor
    public void one(II_Result r) {
      r.r1 = let();
    }

    /** The other. */
    @Actor
    public void other(II_Result r) {
      r.r2 = let();
    }
  }
}
