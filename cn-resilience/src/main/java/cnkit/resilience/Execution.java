package cnkit.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/**
 * What one execution remembers from its first attempt that was not a plain success to its end. Used by one thread at a
 * time. A success at the first attempt never gets here, and so costs none of it.
 */
final class Execution {
  static final long ENDED = -1;
  private static final int MOST_EARLIER = 100;

  final Plan plan;
  final Meter meter;
  final boolean metered;
  private final boolean clocked;
  private final long startNanos;
  /** From the start to the deadline; {@link Long#MAX_VALUE} without one. */
  private final long allowedNanos;

  private final List<Throwable> earlier = new ArrayList<>(2);
  /** Attempts and refusals; the settings bound their number. */
  private int tries;
  /** Attempts that were made. */
  private int made;

  private long backoffNanos;
  private @Nullable Ending last;
  private Stop stop = Stop.ATTEMPTS;
  private boolean charged;

  Execution(
      Plan plan,
      Meter meter,
      boolean metered,
      boolean clocked,
      long startNanos,
      long allowedNanos) {
    this.plan = plan;
    this.meter = meter;
    this.metered = metered;
    this.clocked = clocked;
    this.startNanos = startNanos;
    this.allowedNanos = allowedNanos;
  }

  long now() {
    return clocked ? plan.ticker.getAsLong() : 0;
  }

  int made() {
    return made;
  }

  /** What an attempt that starts now may take; {@link Long#MAX_VALUE}: any time. */
  long limitNanos(long now) {
    return Math.min(remainingNanos(now), plan.perTryNanos);
  }

  private long remainingNanos(long now) {
    return allowedNanos == Long.MAX_VALUE ? Long.MAX_VALUE : allowedNanos - (now - startNanos);
  }

  /** Tells breaker, counters and meter how an attempt ended. */
  Ending settled(long ticket, Ending ending, long nanos, long limitNanos) {
    plan.settle(ticket, ending.kind(), ending.late(), limitNanos, nanos);
    if (metered) {
      meter.attempted(made + 1, ending.kind(), nanos, backoffNanos);
    }
    return ending;
  }

  /** Takes note of how an attempt ended; the delay before the next in nanoseconds, or {@link #ENDED}. */
  long after(Ending ending) {
    tries++;
    if (ending.refusal() != null) {
      refund();
    } else {
      made++;
    }
    if (ending.refusal() == null || last == null || last.refusal() != null) {
      if (last != null && last.thrown() != null && earlier.size() < MOST_EARLIER) {
        earlier.add(last.thrown());
      }
      last = ending; // a refusal never hides what the dependency itself said before
    }
    Object next = next(ending);
    if (next instanceof Stop why) {
      stop = why;
      return ENDED;
    }
    charged = true;
    plan.tallies.retries.increment();
    backoffNanos = ((RetryRule.Decision.Again) next).delayNanos();
    return backoffNanos;
  }

  /** A {@link Stop} or a {@link RetryRule.Decision.Again}. */
  private Object next(Ending ending) {
    RetrySettings retry = plan.retry;
    Outcome.Rejected<Object> refusal = ending.refusal();
    if (refusal != null && refusal.reason() == Reason.DEADLINE) {
      return Stop.DEADLINE;
    }
    if (retry == null) {
      return refusal == null ? Stop.ATTEMPTS : Stop.REJECTED;
    }
    try {
      long now = now();
      RetryRule.Decision decision = RetryRule.decide(
          retry,
          new RetryRule.Situation(
              tries,
              ending.kind(),
              !ending.repeatable(),
              retry.repeating() == RetrySettings.Repeating.UNSENT
                  && ending.thrown() != null
                  && plan.neverSent(ending.thrown()),
              now - startNanos,
              remainingNanos(now),
              hintNanos(ending),
              backoffNanos),
          plan.random.getAsDouble());
      if (decision instanceof RetryRule.Decision.GiveUp giveUp) {
        return giveUp.stop();
      }
      if (plan.callerRetries.getAsBoolean()) {
        return Stop.CALLER_RETRIES;
      }
      if (plan.budget != null && !plan.budget.tryWithdraw()) {
        plan.tallies.retriesDenied.increment();
        return Stop.BUDGET;
      }
      return decision;
    } catch (Throwable t) { // the user's backoff, or question about the caller
      plan.report(t);
      return Stop.NOT_RETRYABLE;
    }
  }

  private long hintNanos(Ending ending) {
    Outcome.Rejected<Object> refusal = ending.refusal();
    if (refusal != null) {
      return refusal.retryAfterNanos() > 0 ? refusal.retryAfterNanos() : -1;
    }
    return plan.hintNanos(ending.thrown() != null ? ending.thrown() : ending.value());
  }

  /** The wait for the next attempt was interrupted; what happened before stands. */
  void interrupted() {
    refund();
    stop = Stop.INTERRUPTED;
  }

  /** The next attempt is being sent: what it cost is spent. */
  void sent() {
    charged = false;
  }

  private void refund() {
    if (charged && plan.budget != null) {
      plan.budget.refund();
    }
    charged = false;
  }

  private Ending last() {
    if (last == null) {
      throw new IllegalStateException("an execution ends after an attempt");
    }
    return last;
  }

  /** The end as a value. */
  Outcome<Object> outcome() {
    measureEnd();
    Ending end = last();
    Throwable thrown = end.thrown();
    if (end.refusal() != null) {
      return rejected(end.refusal());
    }
    if (thrown == null) {
      return end.kind() == Kind.FAILURE
          ? new Outcome.Failure<>(
              Optional.ofNullable(end.value()), Optional.empty(), made, stop, earlier)
          : new Outcome.Success<>(end.value(), made, end.late());
    }
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    if (thrown instanceof InterruptedException || thrown instanceof CancellationException) {
      return new Outcome.Cancelled<>(thrown, made);
    }
    if (thrown instanceof CallRejectedException e && e.evidence().isPresent()) {
      return rejected(
          new Outcome.Rejected<>(e.reason(), e.retryAfterNanos(), e.evidence().get()));
    }
    return new Outcome.Failure<>(Optional.empty(), Optional.of(thrown), made, stop, earlier);
  }

  private Outcome<Object> rejected(Outcome.Rejected<Object> rejection) {
    return rejection.evidence() instanceof Evidence.Spent spent
        ? new Outcome.DeadlineExceeded<>(spent.by(), made)
        : rejection;
  }

  /** The end as what a call returns or throws. */
  @Nullable
  Object valueOrThrow() {
    measureEnd();
    Throwable failure = failure();
    if (failure != null) {
      throw Unchecked.sneak(failure);
    }
    return last().value();
  }

  /** What a call throws in the end, if anything. */
  @Nullable
  Throwable failure() {
    Ending end = last();
    Throwable thrown = end.thrown();
    if (end.refusal() != null) {
      return plan.exception(end.refusal());
    }
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return thrown == null && end.kind() == Kind.FAILURE && plan.onBadResult != null
        ? plan.onBadResult.apply(end.value())
        : thrown;
  }

  private void measureEnd() {
    if (metered) {
      Ending end = last();
      long nanos = now() - startNanos;
      if (end.refusal() != null) {
        meter.rejected(end.refusal().reason(), made, nanos);
      } else {
        meter.executed(end.kind(), made, nanos);
      }
    }
  }
}
