package cnkit.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToLongFunction;

/**
 * All that a breaker remembers, and the whole of its rules. Each state writes its own row of the table.
 *
 * <p>An admission is a <em>ticket</em>: in a closed state the epoch's own number, in a half-open one the number of a
 * lease. All are drawn from one growing sequence, so a result counts exactly if the present state still knows its
 * ticket. Times are nanosecond ticks.
 */
@Pure
sealed interface BreakerState {
  /** The number of this epoch; every transition begins a new one. */
  long epoch();

  /** How often in a row it has opened; the open time grows by it. */
  int opens();

  /** What to call it. */
  Breaker.State state();

  /** The highest number drawn so far. */
  default long lastTicket() {
    return epoch();
  }

  /** Whether a result of that admission counts here. */
  default boolean knows(long ticket) {
    return false;
  }

  /** What a caller finds at that time, without any change: an open state whose time is over is half-open already. */
  default Breaker.State effectiveAt(long now) {
    return state();
  }

  /** What an arriving call does to it. If a place was free, {@link #lastTicket()} of the new state is the lease. */
  default BreakerState onAcquire(BreakerRules r, long now, IntToLongFunction openNanos) {
    return this;
  }

  /** What the result of an admitted call does to it. */
  default BreakerState onResult(
      BreakerRules r, long ticket, Kind kind, boolean slow, long now, IntToLongFunction openNanos) {
    return this;
  }

  /** How long a refused caller should stay away; 0 if nobody can say. */
  default long retryAfterNanos(BreakerRules r, long now) {
    return 0;
  }

  /** What brought it here. */
  default Optional<Evidence> evidence() {
    return Optional.empty();
  }

  static BreakerState initial(BreakerRules r, long now) {
    return closed(r, 0, 0, Breaker.State.CLOSED, now);
  }

  static Closed closed(BreakerRules r, long epoch, int opens, Breaker.State mode, long now) {
    return new Closed(epoch, opens, mode, CountWord.EMPTY, r.noSlowCalls(), r.newWindow(now));
  }

  /** A state set by hand: no timer and no result leaves it. */
  static BreakerState manual(BreakerRules r, BreakerState before, Breaker.State to, long now) {
    long epoch = before.lastTicket() + 1;
    return switch (to) {
      case CLOSED, FORCED_CLOSED, METRICS_ONLY -> closed(r, epoch, 0, to, now);
      case DISABLED -> new Disabled(epoch);
      case FORCED_OPEN -> new ForcedOpen(epoch, new Evidence.Manual(r.name, epoch, to));
      case OPEN, HALF_OPEN ->
        throw new IllegalArgumentException("a breaker goes to " + to + " by itself");
    };
  }

  /**
   * Calls pass and count. With the mode FORCED_CLOSED it never opens, with METRICS_ONLY it begins a new epoch where it
   * would have.
   *
   * @param outcomes the last outcomes as a {@link CountWord}; unused if {@code window} is there
   * @param slows which of them were slow, in the same form
   */
  record Closed(
      long epoch,
      int opens,
      Breaker.State state,
      long outcomes,
      long slows,
      @Nullable Window window)
      implements BreakerState {
    @Override
    public boolean knows(long ticket) {
      return ticket == epoch;
    }

    @Override
    public BreakerState onResult(
        BreakerRules r,
        long ticket,
        Kind kind,
        boolean slow,
        long now,
        IntToLongFunction openNanos) {
      if (ticket != epoch || kind == Kind.NEUTRAL || kind == Kind.NOT_SENT) {
        return this;
      }
      boolean failed = kind == Kind.FAILURE;
      long next = CountWord.push(outcomes, r.packedSize, failed);
      long nextSlows = r.hasSlowRule() ? CountWord.push(slows, r.packedSize, slow) : slows;
      if (failed || slow) {
        int slowCalls = r.hasSlowRule() ? CountWord.bad(nextSlows) : 0;
        Window.Tally tally = new Window.Tally(CountWord.size(next), CountWord.bad(next), slowCalls);
        // a window that filled without opening was one of health: the open time grows anew
        BreakerState tripped =
            trip(r, tally, CountWord.isFull(outcomes, r.packedSize), now, openNanos);
        if (tripped != this) {
          return tripped;
        }
      }
      return next == outcomes && nextSlows == slows
          ? this
          : new Closed(epoch, opens, state, next, nextSlows, null);
    }

    /** What a window with that content makes of it; asked after a bad result only, so that no success ever opens. */
    BreakerState trip(
        BreakerRules r,
        Window.Tally tally,
        boolean healthyBefore,
        long now,
        IntToLongFunction openNanos) {
      if (state == Breaker.State.FORCED_CLOSED || !r.trips(tally)) {
        return this;
      }
      if (state == Breaker.State.METRICS_ONLY) {
        return closed(r, epoch + 1, 0, state, now);
      }
      int inARow = healthyBefore ? 1 : opens + 1;
      long nanos = openNanos.applyAsLong(inARow - 1);
      return new Open(
          epoch + 1,
          inARow,
          now,
          nanos,
          new Evidence.Tripped(
              r.name,
              epoch + 1,
              tally.calls(),
              tally.failures(),
              tally.slow(),
              r.failureRate,
              r.slowRate,
              Duration.ofNanos(nanos)));
    }
  }

  /** Nothing passes until its time is over; the first call after that is the first probe. */
  record Open(long epoch, int opens, long sinceNanos, long forNanos, Evidence cause)
      implements BreakerState {
    @Override
    public Breaker.State state() {
      return Breaker.State.OPEN;
    }

    @Override
    public Breaker.State effectiveAt(long now) {
      return retryAfterNanos(now) > 0 ? state() : Breaker.State.HALF_OPEN;
    }

    long retryAfterNanos(long now) {
      // ticks may wrap; a difference of two of them does not
      return Math.max(0, forNanos - (now - sinceNanos));
    }

    @Override
    public long retryAfterNanos(BreakerRules r, long now) {
      return retryAfterNanos(now);
    }

    @Override
    public BreakerState onAcquire(BreakerRules r, long now, IntToLongFunction openNanos) {
      return retryAfterNanos(now) > 0
          ? this
          : new HalfOpen(epoch + 1, opens, epoch + 1, List.of(), 0, 0, 0)
              .onAcquire(r, now, openNanos);
    }

    @Override
    public Optional<Evidence> evidence() {
      return Optional.of(cause);
    }
  }

  /** A few probes pass, each on a lease. */
  record HalfOpen(
      long epoch,
      int opens,
      long lastTicket,
      List<Lease> leases,
      int successes,
      int failures,
      int inconclusive)
      implements BreakerState {
    /** The permit of one probe. */
    record Lease(long ticket, long expiresAtNanos) {}

    @Override
    public Breaker.State state() {
      return Breaker.State.HALF_OPEN;
    }

    @Override
    public boolean knows(long ticket) {
      return indexOf(ticket) >= 0;
    }

    @Override
    public BreakerState onAcquire(BreakerRules r, long now, IntToLongFunction openNanos) {
      List<Lease> valid = new ArrayList<>(leases);
      valid.removeIf(lease -> Ticks.isDue(lease.expiresAtNanos, now));
      int silent = inconclusive + leases.size() - valid.size();
      if (silent >= r.inconclusiveLimit) {
        return reopened(r, silent, failures, now, openNanos);
      }
      if (valid.size() + successes + failures >= r.probes) {
        return this; // then none has expired: each that had would have left a place
      }
      valid.add(new Lease(lastTicket + 1, now + r.leaseNanos));
      return new HalfOpen(
          epoch, opens, lastTicket + 1, List.copyOf(valid), successes, failures, silent);
    }

    @Override
    public BreakerState onResult(
        BreakerRules r,
        long ticket,
        Kind kind,
        boolean slow,
        long now,
        IntToLongFunction openNanos) {
      int index = indexOf(ticket);
      if (index < 0) {
        return this;
      }
      boolean bad = kind == Kind.FAILURE || (kind == Kind.SUCCESS && slow);
      int ok = successes + (kind == Kind.SUCCESS && !slow ? 1 : 0);
      int failed = failures + (bad ? 1 : 0);
      int silent = inconclusive + (kind == Kind.NEUTRAL ? 1 : 0);
      if (ok >= r.probeSuccesses) {
        return closed(r, lastTicket + 1, opens, Breaker.State.CLOSED, now);
      }
      if (failed > r.probes - r.probeSuccesses || silent >= r.inconclusiveLimit) {
        return reopened(r, silent, failed, now, openNanos);
      }
      List<Lease> left = new ArrayList<>(leases);
      left.remove(index);
      return new HalfOpen(epoch, opens, lastTicket, List.copyOf(left), ok, failed, silent);
    }

    private Open reopened(
        BreakerRules r, int silent, int failed, long now, IntToLongFunction openNanos) {
      long nanos = openNanos.applyAsLong(opens);
      return new Open(
          lastTicket + 1,
          opens + 1,
          now,
          nanos,
          new Evidence.ProbesFailed(
              r.name, lastTicket + 1, successes, failed, silent, Duration.ofNanos(nanos)));
    }

    private int indexOf(long ticket) {
      for (int i = 0; i < leases.size(); i++) {
        if (leases.get(i).ticket == ticket) {
          return i;
        }
      }
      return -1;
    }

    @Override
    public long retryAfterNanos(BreakerRules r, long now) {
      // a lease's end is certain, but probes usually decide long before it
      long soonest = r.baseOpenNanos;
      for (Lease lease : leases) {
        soonest = Math.min(soonest, lease.expiresAtNanos - now);
      }
      return Math.max(1, soonest);
    }

    @Override
    public Optional<Evidence> evidence() {
      return Optional.empty();
    }
  }

  /** Everything passes, nothing is recorded. */
  record Disabled(long epoch) implements BreakerState {
    @Override
    public int opens() {
      return 0;
    }

    @Override
    public Breaker.State state() {
      return Breaker.State.DISABLED;
    }

    @Override
    public boolean knows(long ticket) {
      return ticket == epoch;
    }
  }

  /** Nothing passes. */
  record ForcedOpen(long epoch, Evidence cause) implements BreakerState {
    @Override
    public int opens() {
      return 0;
    }

    @Override
    public Breaker.State state() {
      return Breaker.State.FORCED_OPEN;
    }

    @Override
    public Optional<Evidence> evidence() {
      return Optional.of(cause);
    }
  }
}
