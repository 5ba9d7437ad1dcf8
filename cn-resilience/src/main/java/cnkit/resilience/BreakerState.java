package cnkit.resilience;

import cnkit.core.internal.Pure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All that a breaker remembers, and the whole of its rules. Each state writes its own row of the table.
 *
 * <p>An admission is a <em>permit</em>: in a closed state the epoch's own number, in a half-open one the number of a
 * lease. All are drawn from one growing sequence, so a result counts exactly if the present state still knows its
 * permit. Times are nanosecond ticks.
 */
@Pure
sealed interface BreakerState {
  /** For how long a breaker opens, by the number of openings in a row before this one. */
  interface OpenTimes {
    long nanos(BreakerRules rules, int opensBefore);
  }

  /** The rules in force. */
  BreakerRules rules();

  /** The number of this epoch; every transition begins a new one. */
  long epoch();

  /** How often in a row it has opened; the open time grows by it. */
  int opens();

  /** What to call it. */
  Breaker.State state();

  /** The highest number drawn so far. */
  default long lastPermit() {
    return epoch();
  }

  /** Whether a result of that admission counts here. */
  default boolean knows(long permit) {
    return false;
  }

  /** What a caller finds at that time, without any change: an open state whose time is over is half-open already. */
  default Breaker.State effectiveAt(long now) {
    return state();
  }

  /** What an arriving call does to it. If a place was free, {@link #lastPermit()} of the new state is the lease. */
  default BreakerState onAcquire(long now, OpenTimes openTimes) {
    return this;
  }

  /** What the result of an admitted call does to it. */
  default BreakerState onResult(
      long permit, Handling handling, boolean slow, long now, OpenTimes openTimes) {
    return this;
  }

  /** How long a refused caller should stay away; 0 if nobody can say. */
  default long retryAfterNanos(long now) {
    return 0;
  }

  /** What brought it here; the first state has no cause. */
  Optional<Evidence> cause();

  /** The same state under rules with a window of the same shape. */
  BreakerState under(BreakerRules next, long now, OpenTimes openTimes);

  static BreakerState initial(BreakerRules r, long now) {
    return Closed.empty(new Period(r, 0, 0, Breaker.State.CLOSED, now, null));
  }

  /** A state set by hand: no timer and no result leaves it. */
  static BreakerState manual(BreakerState before, Breaker.State to, long now) {
    BreakerRules r = before.rules();
    long epoch = before.lastPermit() + 1;
    Evidence.Manual cause = new Evidence.Manual(r.name, epoch, to);
    return switch (to) {
      case CLOSED, FORCED_CLOSED, METRICS_ONLY ->
        Closed.empty(new Period(r, epoch, 0, to, now, cause));
      case DISABLED -> new Disabled(r, epoch, cause);
      case FORCED_OPEN -> new ForcedOpen(r, epoch, cause);
      case OPEN, HALF_OPEN ->
        throw new IllegalArgumentException("a breaker goes to " + to + " by itself");
    };
  }

  /**
   * Other settings. What was learned stays learned where the window has the same shape; with another shape the counts
   * mean nothing, and it begins anew as after a reset. A state set by hand stays in either case.
   */
  static BreakerState changed(
      BreakerState before, BreakerRules next, long now, OpenTimes openTimes) {
    if (before instanceof Disabled
        || before instanceof ForcedOpen
        || next.hasShapeOf(before.rules())) {
      return before.under(next, now, openTimes);
    }
    Breaker.State mode =
        before instanceof Closed closed ? closed.period.mode : Breaker.State.CLOSED;
    long epoch = before.lastPermit() + 1;
    return Closed.empty(
        new Period(next, epoch, 0, mode, now, new Evidence.Reshaped(next.name, epoch)));
  }

  /** What all states of one closed epoch have in common. */
  @Pure
  final class Period {
    final BreakerRules rules;
    final long epoch;
    final int opens;
    final Breaker.State mode;
    final @Nullable Evidence cause;
    /** Keeps the results if one word cannot. */
    final @Nullable Window window;

    /** The word of a window that is full of good outcomes: a success changes nothing there. */
    final long clean;

    final long slowNanos;

    Period(
        BreakerRules rules,
        long epoch,
        int opens,
        Breaker.State mode,
        long now,
        @Nullable Evidence cause) {
      this(rules, epoch, opens, mode, cause, rules.newWindow(now));
    }

    private Period(
        BreakerRules rules,
        long epoch,
        int opens,
        Breaker.State mode,
        @Nullable Evidence cause,
        @Nullable Window window) {
      this.rules = rules;
      this.epoch = epoch;
      this.opens = opens;
      this.mode = mode;
      this.cause = cause;
      this.window = window;
      this.clean = rules.cleanWord();
      this.slowNanos = rules.slowNanos;
    }

    Period under(BreakerRules next) {
      return new Period(next, epoch, opens, mode, cause, window);
    }
  }

  /**
   * Calls pass and count. With the mode FORCED_CLOSED it never opens, with METRICS_ONLY it begins a new epoch where it
   * would have.
   *
   * @param outcomes the last outcomes as a {@link CountWord}; unused if the period has a window
   * @param slows which of them were slow, in the same form
   */
  record Closed(Period period, long outcomes, long slows) implements BreakerState {
    static Closed empty(Period period) {
      return new Closed(period, CountWord.EMPTY, period.rules.noSlowCalls());
    }

    @Override
    public BreakerRules rules() {
      return period.rules;
    }

    @Override
    public long epoch() {
      return period.epoch;
    }

    @Override
    public int opens() {
      return period.opens;
    }

    @Override
    public Breaker.State state() {
      return period.mode;
    }

    @Override
    public Optional<Evidence> cause() {
      return Optional.ofNullable(period.cause);
    }

    @Override
    public boolean knows(long permit) {
      return permit == period.epoch;
    }

    @Override
    public BreakerState under(BreakerRules next, long now, OpenTimes openTimes) {
      return new Closed(period.under(next), outcomes, slows);
    }

    @Override
    public BreakerState onResult(
        long permit, Handling handling, boolean slow, long now, OpenTimes openTimes) {
      if (permit != period.epoch || handling == Handling.NEUTRAL || handling == Handling.NOT_SENT) {
        return this;
      }
      BreakerRules r = period.rules;
      boolean failed = handling == Handling.FAILURE;
      long next = CountWord.push(outcomes, r.packedSize, failed);
      long nextSlows = r.hasSlowRule() ? CountWord.push(slows, r.packedSize, slow) : slows;
      if (failed || slow) {
        int slowCalls = r.hasSlowRule() ? CountWord.bad(nextSlows) : 0;
        Window.Tally tally = new Window.Tally(CountWord.size(next), CountWord.bad(next), slowCalls);
        // a window that filled without opening was one of health: the open time grows anew
        BreakerState tripped =
            trip(tally, CountWord.isFull(outcomes, r.packedSize), now, openTimes);
        if (tripped != this) {
          return tripped;
        }
      }
      return next == outcomes && nextSlows == slows ? this : new Closed(period, next, nextSlows);
    }

    /** What a window with that content makes of it; asked after a bad result only, so that no success ever opens. */
    BreakerState trip(Window.Tally tally, boolean healthyBefore, long now, OpenTimes openTimes) {
      BreakerRules r = period.rules;
      if (period.mode == Breaker.State.FORCED_CLOSED || !r.trips(tally)) {
        return this;
      }
      boolean opens = period.mode != Breaker.State.METRICS_ONLY;
      int inARow = healthyBefore ? 1 : period.opens + 1;
      long nanos = opens ? openTimes.nanos(r, inARow - 1) : 0;
      long next = period.epoch + 1;
      Evidence.Tripped cause = new Evidence.Tripped(
          r.name,
          next,
          tally.calls(),
          tally.failures(),
          tally.slow(),
          r.failureRate,
          r.slowRate,
          Duration.ofNanos(nanos));
      return opens
          ? new Open(r, next, inARow, now, nanos, cause)
          : empty(new Period(r, next, 0, period.mode, now, cause));
    }
  }

  /** Nothing passes until its time is over; the first call after that is the first probe. */
  record Open(
      BreakerRules rules, long epoch, int opens, long sinceNanos, long forNanos, Evidence evidence)
      implements BreakerState {
    @Override
    public Breaker.State state() {
      return Breaker.State.OPEN;
    }

    @Override
    public Optional<Evidence> cause() {
      return Optional.of(evidence);
    }

    @Override
    public BreakerState under(BreakerRules next, long now, OpenTimes openTimes) {
      return new Open(next, epoch, opens, sinceNanos, forNanos, evidence);
    }

    @Override
    public Breaker.State effectiveAt(long now) {
      return retryAfterNanos(now) > 0 ? state() : Breaker.State.HALF_OPEN;
    }

    @Override
    public long retryAfterNanos(long now) {
      // ticks may wrap; a difference of two of them does not
      return Math.max(0, forNanos - (now - sinceNanos));
    }

    @Override
    public BreakerState onAcquire(long now, OpenTimes openTimes) {
      if (retryAfterNanos(now) > 0) {
        return this;
      }
      Evidence.Waited waited =
          new Evidence.Waited(rules.name, epoch + 1, Duration.ofNanos(forNanos));
      return new HalfOpen(rules, epoch + 1, opens, epoch + 1, List.of(), 0, 0, 0, waited)
          .onAcquire(now, openTimes);
    }
  }

  /** A few probes pass, each on a lease. */
  record HalfOpen(
      BreakerRules rules,
      long epoch,
      int opens,
      long lastPermit,
      List<Lease> leases,
      int successes,
      int failures,
      int inconclusive,
      Evidence.Waited evidence)
      implements BreakerState {
    /** The permit of one probe. */
    record Lease(long permit, long expiresAtNanos) {}

    @Override
    public Breaker.State state() {
      return Breaker.State.HALF_OPEN;
    }

    @Override
    public boolean knows(long permit) {
      return indexOf(permit) >= 0;
    }

    @Override
    public Optional<Evidence> cause() {
      return Optional.of(evidence);
    }

    /** Other rules may find that the probes so far decide already. */
    @Override
    public BreakerState under(BreakerRules next, long now, OpenTimes openTimes) {
      return new HalfOpen(
              next, epoch, opens, lastPermit, leases, successes, failures, inconclusive, evidence)
          .decided(now, openTimes);
    }

    @Override
    public BreakerState onAcquire(long now, OpenTimes openTimes) {
      List<Lease> valid = new ArrayList<>(leases);
      valid.removeIf(lease -> now - lease.expiresAtNanos >= 0);
      int silent = inconclusive + leases.size() - valid.size();
      if (silent >= rules.inconclusiveLimit) {
        return with(lastPermit, valid, successes, failures, silent).decided(now, openTimes);
      }
      if (valid.size() + successes + failures >= rules.probes) {
        return this; // then none has expired: each that had would have left a place
      }
      valid.add(new Lease(lastPermit + 1, now + rules.leaseNanos));
      return with(lastPermit + 1, valid, successes, failures, silent);
    }

    @Override
    public BreakerState onResult(
        long permit, Handling handling, boolean slow, long now, OpenTimes openTimes) {
      int index = indexOf(permit);
      if (index < 0) {
        return this;
      }
      boolean bad = handling == Handling.FAILURE || (handling == Handling.SUCCESS && slow);
      int ok = successes + (handling == Handling.SUCCESS && !slow ? 1 : 0);
      int failed = failures + (bad ? 1 : 0);
      int silent = inconclusive + (handling == Handling.NEUTRAL ? 1 : 0);
      List<Lease> left = new ArrayList<>(leases);
      left.remove(index);
      return with(lastPermit, left, ok, failed, silent).decided(now, openTimes);
    }

    private HalfOpen with(long last, List<Lease> out, int ok, int failed, int silent) {
      return new HalfOpen(
          rules, epoch, opens, last, List.copyOf(out), ok, failed, silent, evidence);
    }

    /** Where the probes so far lead; itself if they leave it open. */
    private BreakerState decided(long now, OpenTimes openTimes) {
      long next = lastPermit + 1;
      if (successes >= rules.probeSuccesses) {
        Evidence.Recovered cause = new Evidence.Recovered(rules.name, next, successes, failures);
        return Closed.empty(new Period(rules, next, opens, Breaker.State.CLOSED, now, cause));
      }
      if (failures > rules.probes - rules.probeSuccesses
          || inconclusive >= rules.inconclusiveLimit) {
        long nanos = openTimes.nanos(rules, opens);
        return new Open(
            rules,
            next,
            opens + 1,
            now,
            nanos,
            new Evidence.ProbesFailed(
                rules.name, next, successes, failures, inconclusive, Duration.ofNanos(nanos)));
      }
      return this;
    }

    private int indexOf(long permit) {
      for (int i = 0; i < leases.size(); i++) {
        if (leases.get(i).permit == permit) {
          return i;
        }
      }
      return -1;
    }

    @Override
    public long retryAfterNanos(long now) {
      // a lease's end is certain, but probes usually decide long before it
      long soonest = rules.baseOpenNanos;
      for (Lease lease : leases) {
        soonest = Math.min(soonest, lease.expiresAtNanos - now);
      }
      return Math.max(1, soonest);
    }
  }

  /** Everything passes, nothing is recorded. */
  record Disabled(BreakerRules rules, long epoch, Evidence evidence) implements BreakerState {
    @Override
    public int opens() {
      return 0;
    }

    @Override
    public Breaker.State state() {
      return Breaker.State.DISABLED;
    }

    @Override
    public Optional<Evidence> cause() {
      return Optional.of(evidence);
    }

    @Override
    public BreakerState under(BreakerRules next, long now, OpenTimes openTimes) {
      return new Disabled(next, epoch, evidence);
    }

    @Override
    public boolean knows(long permit) {
      return permit == epoch;
    }
  }

  /** Nothing passes. */
  record ForcedOpen(BreakerRules rules, long epoch, Evidence evidence) implements BreakerState {
    @Override
    public int opens() {
      return 0;
    }

    @Override
    public Breaker.State state() {
      return Breaker.State.FORCED_OPEN;
    }

    @Override
    public Optional<Evidence> cause() {
      return Optional.of(evidence);
    }

    @Override
    public BreakerState under(BreakerRules next, long now, OpenTimes openTimes) {
      return new ForcedOpen(next, epoch, evidence);
    }
  }
}
