package cnkit.resilience;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one execution remembers from its first attempt that was not a plain success to its end. Used by one thread at a
 * time. A success at the first attempt never gets here, and so costs none of it.
 */
final class Execution {
  static final long ENDED = -1;
  private static final int MOST_EARLIER = 100;

  final Plan plan;
  final CallMeter meter;
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
  private @Nullable AttemptResult last;
  private NotRetried notRetried = NotRetried.ATTEMPTS;
  private final @Nullable BudgetUse charge;

  Execution(Plan plan, CallMeter meter, boolean clocked, long startNanos, long allowedNanos) {
    this(plan, meter, clocked, startNanos, allowedNanos, false);
  }

  /** For an execution whose attempts end on several threads. */
  static Execution shared(
      Plan plan, CallMeter meter, boolean clocked, long startNanos, long allowedNanos) {
    return new Execution(plan, meter, clocked, startNanos, allowedNanos, true);
  }

  private Execution(
      Plan plan,
      CallMeter meter,
      boolean clocked,
      long startNanos,
      long allowedNanos,
      boolean shared) {
    this.plan = plan;
    this.meter = meter;
    this.metered = meter != GuardedMeter.NONE;
    this.clocked = clocked;
    this.startNanos = startNanos;
    this.allowedNanos = allowedNanos;
    this.charge = plan.budget == null ? null : BudgetUse.of(plan.budget, shared);
  }

  long now() {
    return clocked ? plan.time.nanoTime() : 0;
  }

  int made() {
    return made;
  }

  /** An attempt is about to be sent, so its cost is spent; false if the call has ended meanwhile. */
  boolean sent() {
    return charge == null || charge.sent();
  }

  /** The next attempt of a synchronous call has been admitted. */
  Flight fly(Plan.Place place, long start, long limitNanos) {
    boolean unused = sent();
    return new Flight(this, place, ++made, false, start, limitNanos);
  }

  /** How many attempts have been made, and the failures of those beside the one that decided. */
  void roundOver(int attempts, List<Throwable> failures) {
    made = attempts;
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
  void firstSettled(long permit, AttemptResult ending, long nanos, long limitNanos) {
    made = 1;
    if (charge != null) {
      charge.begun();
    }
    plan.settle(permit, ending.handling(), ending.late(), limitNanos, nanos);
    if (metered) {
      meter.attempted(1, ending.handling(), nanos, 0);
    }
  }

  /** Tells stages, budget, counters and meter how an attempt ended. */
  void settled(Flight flight, AttemptResult result, long nanos) {
    plan.settle(flight.place(), result.handling(), result.late(), flight.limitNanos(), nanos);
    if (charge != null && !flight.hedge()) {
      charge.settled();
    }
    if (metered) {
      meter.attempted(flight.number(), result.handling(), nanos, flight.hedge() ? 0 : backoffNanos);
    }
  }

  /** Takes note of how an attempt ended; the delay before the next in nanoseconds, or {@link #ENDED}. */
  long after(AttemptResult ending) {
    tries++;
    boolean refused = ending instanceof AttemptResult.Refused;
    if (refused && charge != null) {
      charge.takeBack();
    }
    if (!refused || last == null || last instanceof AttemptResult.Refused) {
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

  private long giveUp(NotRetried why) {
    notRetried = why;
    return ENDED;
  }

  /** The delay before the next attempt, or {@link #ENDED}, and then why. */
  private long next(AttemptResult ending) {
    RetrySettings retry = plan.retry;
    if (ending instanceof AttemptResult.Refused refused
        && refused.refusal().reason() == RejectionReason.DEADLINE) {
      return giveUp(NotRetried.DEADLINE);
    }
    if (retry == null) {
      return giveUp(
          ending instanceof AttemptResult.Refused ? NotRetried.REJECTED : NotRetried.ATTEMPTS);
    }
    try {
      long now = now();
      RetryRule.Decision decision = RetryRule.decide(
          retry,
          new RetryRule.Situation(
              tries,
              ending.handling(),
              ending instanceof AttemptResult.Thrown thrown && !thrown.repeatable(),
              retry.repeating() == RetrySettings.Repeating.UNSENT
                  && ending.thrown() != null
                  && plan.neverSent(ending.thrown()),
              now - startNanos,
              remainingNanos(now),
              hintNanos(ending),
              backoffNanos),
          retry.jitter() == Jitter.NONE ? 0 : plan.random.getAsDouble());
      if (decision instanceof RetryRule.Decision.GiveUp giveUp) {
        return giveUp(giveUp.why());
      }
      if (plan.callerRetries.getAsBoolean()) {
        return giveUp(NotRetried.CALLER_RETRIES);
      }
      if (charge != null && !charge.schedule()) {
        plan.tallies.retriesDenied.increment();
        return giveUp(NotRetried.BUDGET);
      }
      return ((RetryRule.Decision.Again) decision).delayNanos();
    } catch (Throwable t) { // the user's backoff, or question about the caller
      plan.report(t);
      return giveUp(NotRetried.NOT_RETRYABLE);
    }
  }

  private long hintNanos(AttemptResult ending) {
    if (ending instanceof AttemptResult.Refused refused) {
      long nanos = refused.refusal().retryAfterNanos();
      return nanos > 0 ? nanos : -1;
    }
    return plan.hintNanos(ending instanceof AttemptResult.Value v ? v.value() : ending.thrown());
  }

  /** The wait for the next attempt was interrupted; what happened before stands. */
  void interrupted() {
    if (charge != null) {
      charge.takeBack();
    }
    notRetried = NotRetried.INTERRUPTED;
  }

  /** Gives back what is still charged; once, however it ended. */
  void end() {
    if (charge != null) {
      charge.end();
    }
  }

  private AttemptResult last() {
    if (last == null) {
      throw new IllegalStateException("an execution ends after an attempt");
    }
    return last;
  }

  /** The end as a value. */
  CallOutcome<Object> outcome() {
    measureEnd();
    AttemptResult end = last();
    if (end instanceof AttemptResult.Refused refused) {
      return rejected(refused.refusal());
    }
    if (end instanceof AttemptResult.Value v) {
      return v.handling() == Handling.FAILURE
          ? new CallOutcome.Failure<>(
              Optional.ofNullable(v.value()), Optional.empty(), made, notRetried, earlier)
          : new CallOutcome.Success<>(v.value(), made, v.late());
    }
    Throwable thrown = ((AttemptResult.Thrown) end).thrown();
    keepInterrupt(thrown);
    if (thrown instanceof InterruptedException || thrown instanceof CancellationException) {
      return new CallOutcome.Cancelled<>(thrown, made);
    }
    if (thrown instanceof CallRejectedException e && e.evidence().isPresent()) {
      return rejected(new CallOutcome.Rejected<>(
          e.reason(), e.retryAfterNanos(), e.evidence().get()));
    }
    return new CallOutcome.Failure<>(
        Optional.empty(), Optional.of(thrown), made, notRetried, earlier);
  }

  private CallOutcome<Object> rejected(CallOutcome.Rejected<Object> rejection) {
    return rejection.evidence() instanceof Evidence.Spent spent
        ? new CallOutcome.DeadlineExceeded<>(spent.by(), made)
        : rejection;
  }

  private static void keepInterrupt(Throwable thrown) {
    if (thrown instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /** The end as what a call returns or throws. */
  @Nullable
  Object valueOrThrow() {
    Throwable failure = failure();
    if (failure != null) {
      throw Unchecked.sneak(failure);
    }
    return value();
  }

  /** What a call returns if it does not throw. */
  @Nullable
  Object value() {
    return last() instanceof AttemptResult.Value v ? v.value() : null;
  }

  /** What a call throws in the end, if anything. */
  @Nullable
  Throwable failure() {
    measureEnd();
    AttemptResult end = last();
    if (end instanceof AttemptResult.Refused refused) {
      return plan.exception(refused.refusal());
    }
    if (end instanceof AttemptResult.Value v) {
      return v.handling() == Handling.FAILURE && plan.onBadResult != null
          ? thrownFor(plan.onBadResult, v.value())
          : null;
    }
    Throwable thrown = ((AttemptResult.Thrown) end).thrown();
    keepInterrupt(thrown);
    if (plan.attachEarlier) {
      earlier.stream().filter(e -> e != thrown).forEach(thrown::addSuppressed);
    }
    return thrown;
  }

  private static Throwable thrownFor(
      Function<@Nullable Object, ? extends RuntimeException> onBadResult, @Nullable Object value) {
    try {
      return onBadResult.apply(value);
    } catch (Throwable t) {
      return t;
    }
  }

  private void measureEnd() {
    end();
    if (metered) {
      AttemptResult end = last();
      long nanos = now() - startNanos;
      if (end instanceof AttemptResult.Refused refused) {
        meter.rejected(refused.refusal().reason(), made, nanos);
      } else {
        meter.executed(end.handling(), made, nanos);
      }
    }
  }
}
