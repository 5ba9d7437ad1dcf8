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
  private final @Nullable Charge charge;

  Execution(Plan plan, Meter meter, boolean clocked, long startNanos, long allowedNanos) {
    this(plan, meter, clocked, startNanos, allowedNanos, false);
  }

  /** For an execution whose attempts end on several threads. */
  static Execution shared(
      Plan plan, Meter meter, boolean clocked, long startNanos, long allowedNanos) {
    return new Execution(plan, meter, clocked, startNanos, allowedNanos, true);
  }

  private Execution(
      Plan plan, Meter meter, boolean clocked, long startNanos, long allowedNanos, boolean shared) {
    this.plan = plan;
    this.meter = meter;
    this.metered = meter != GuardedMeter.NONE;
    this.clocked = clocked;
    this.startNanos = startNanos;
    this.allowedNanos = allowedNanos;
    this.charge = plan.budget == null ? null : Charge.of(plan.budget, shared);
  }

  long now() {
    return clocked ? plan.ticker.getAsLong() : 0;
  }

  /** An attempt is about to be sent, so its cost is spent; its number, from 1. */
  int sent(boolean hedge) {
    if (charge != null && !hedge) {
      charge.sent();
    }
    return ++made;
  }

  /** The call has been admitted for the first time. */
  void begin() {
    if (charge != null) {
      charge.begin();
    }
  }

  /** Failures of attempts beside the one that decided. */
  void note(List<Throwable> failures) {
    for (Throwable failure : failures) {
      if (earlier.size() < MOST_EARLIER) {
        earlier.add(failure);
      }
    }
  }

  /** Who set the deadline in force. */
  String deadlineBy() {
    return allowedNanos < plan.deadlineNanos ? "caller" : plan.name;
  }

  /** Who set the limit of an attempt. */
  String limitedBy(long limitNanos) {
    return limitNanos < plan.perTryNanos ? deadlineBy() : plan.name;
  }

  /** What an attempt that starts now may take; {@link Long#MAX_VALUE}: any time. */
  long limitNanos(long now) {
    return Math.min(remainingNanos(now), plan.perTryNanos);
  }

  /** What the deadline leaves; {@link Long#MAX_VALUE}: any time. */
  long remainingNanos(long now) {
    return allowedNanos == Long.MAX_VALUE ? Long.MAX_VALUE : allowedNanos - (now - startNanos);
  }

  /** The first attempt was made without this object: tells breaker, counters and meter how it ended. */
  void firstSettled(long ticket, Ending ending, long nanos, long limitNanos) {
    made = 1;
    if (charge != null) {
      charge.begun();
    }
    plan.settle(ticket, ending.kind(), ending.late(), limitNanos, nanos);
    if (metered) {
      meter.attempted(1, ending.kind(), nanos, 0);
    }
  }

  /** Tells stages, budget, counters and meter how an attempt ended. */
  Ending settled(
      Plan.Place place, int number, boolean hedge, Ending ending, long nanos, long limitNanos) {
    plan.settle(place, ending.kind(), ending.late(), limitNanos, nanos);
    if (charge != null && !hedge) {
      charge.settled();
    }
    if (metered) {
      meter.attempted(number, ending.kind(), nanos, hedge ? 0 : backoffNanos);
    }
    return ending;
  }

  /** Takes note of how an attempt ended; the delay before the next in nanoseconds, or {@link #ENDED}. */
  long after(Ending ending) {
    tries++;
    if (ending.refusal() != null && charge != null) {
      charge.takeBack();
    }
    if (ending.refusal() == null || last == null || last.refusal() != null) {
      if (last != null && last.thrown() != null && earlier.size() < MOST_EARLIER) {
        earlier.add(last.thrown());
      }
      last = ending; // a refusal never hides what the dependency itself said before
    }
    long delay = next(ending);
    if (delay != ENDED) {
      plan.tallies.retries.increment();
      backoffNanos = delay;
    }
    return delay;
  }

  private long stop(Stop why) {
    stop = why;
    return ENDED;
  }

  /** The delay before the next attempt, or {@link #ENDED}, and then why. */
  private long next(Ending ending) {
    RetrySettings retry = plan.retry;
    Outcome.Rejected<Object> refusal = ending.refusal();
    if (refusal != null && refusal.reason() == Reason.DEADLINE) {
      return stop(Stop.DEADLINE);
    }
    if (retry == null) {
      return stop(refusal == null ? Stop.ATTEMPTS : Stop.REJECTED);
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
          retry.jitter() == Jitter.NONE ? 0 : plan.random.getAsDouble());
      if (decision instanceof RetryRule.Decision.GiveUp giveUp) {
        return stop(giveUp.stop());
      }
      if (plan.callerRetries.getAsBoolean()) {
        return stop(Stop.CALLER_RETRIES);
      }
      if (charge != null && !charge.schedule()) {
        plan.tallies.retriesDenied.increment();
        return stop(Stop.BUDGET);
      }
      return ((RetryRule.Decision.Again) decision).delayNanos();
    } catch (Throwable t) { // the user's backoff, or question about the caller
      plan.report(t);
      return stop(Stop.NOT_RETRYABLE);
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
    if (charge != null) {
      charge.takeBack();
    }
    stop = Stop.INTERRUPTED;
  }

  /** Gives back what is still charged; once, however it ended. */
  void end() {
    if (charge != null) {
      charge.end();
    }
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
    if (thrown == null && end.kind() == Kind.FAILURE && plan.onBadResult != null) {
      try {
        return plan.onBadResult.apply(end.value());
      } catch (Throwable t) {
        return t;
      }
    }
    if (thrown != null && plan.attachEarlier) {
      earlier.stream().filter(e -> e != thrown).forEach(thrown::addSuppressed);
    }
    return thrown;
  }

  private void measureEnd() {
    end();
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
