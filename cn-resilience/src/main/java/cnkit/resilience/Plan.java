package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.Complaints;
import cnkit.core.internal.Once;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pipeline's stages and settings in the form in which calls read them: one immutable object, read once a call. */
final class Plan {
  private static final Logger LOG = LoggerFactory.getLogger("cnkit.resilience.Pipeline");

  final String name;
  final Classifier classifier;
  final @Nullable RetrySettings retry;
  final @Nullable RetryBudget budget;
  final @Nullable Breaker breaker;
  final Breaker.@Nullable Cell breakerCell;
  final @Nullable Throttle throttle;
  final @Nullable RateLimiter limiter;
  final @Nullable Bulkhead bulkhead;
  final @Nullable AdaptiveLimit adaptive;
  final @Nullable HedgeSettings hedge;
  final @Nullable RetryBudget hedgeBudget;
  final @Nullable Faults faults;
  final boolean attachEarlier;
  final @Nullable Function<@Nullable Object, ? extends RuntimeException> onBadResult;
  final BooleanSupplier callerRetries;
  final long deadlineNanos; // Long.MAX_VALUE: none
  final long perTryNanos; // Long.MAX_VALUE: none
  final boolean interrupting;
  final Time time;
  final DoubleSupplier random;
  final Tallies tallies;

  /** The time an attempt has unless a caller's deadline or an earlier attempt cut it. */
  final long wholeTryNanos;

  /** Whether every execution reads the clock, even if neither a meter nor the breaker asks for it. */
  final boolean clocked;

  /** Whether an attempt may be followed by another one, which the next process then need not make, too. */
  final boolean retries;

  /** Whether there are only the stages that {@link Pipeline} runs without an {@link Execution} in health. */
  final boolean plain;

  final List<String> warnings;
  final Attempt firstUnlimited;
  /** Whether a refusal is the end of an execution, whatever else is set. */
  final boolean rejectionsEnd;

  private final Complaints complaints = new Complaints(LOG);
  private final Once overrunReported = new Once();

  /** {@code before} is the plan that this one replaces: what the builder gave only numbers for is taken over from it. */
  Plan(Stages stages, Tallies tallies, @Nullable Plan before) {
    this.tallies = tallies;
    this.name = stages.name;
    this.classifier = stages.classifier;
    this.retry = stages.retry;
    this.budget = stages.budgetInForce(before);
    this.breaker = stages.breaker;
    this.breakerCell = breaker == null ? null : breaker.cell();
    this.throttle = stages.throttle;
    this.limiter = stages.limiter;
    this.bulkhead = stages.bulkheadInForce(before);
    this.adaptive = stages.adaptive;
    this.hedge = stages.hedge;
    this.hedgeBudget = stages.hedgeBudgetInForce(before);
    this.faults = stages.faults;
    this.attachEarlier = stages.attachEarlier;
    this.onBadResult = stages.onBadResult;
    this.callerRetries = stages.callerRetries;
    this.deadlineNanos = stages.deadlineNanos;
    this.perTryNanos = stages.perTryNanos;
    this.interrupting = stages.interrupting;
    this.time = stages.time;
    this.random = stages.random;
    this.wholeTryNanos = Math.min(deadlineNanos, perTryNanos);
    this.clocked = wholeTryNanos != Long.MAX_VALUE
        || (retry != null && retry.maxElapsed().compareTo(RetrySettings.ONE_DAY) < 0);
    this.rejectionsEnd =
        retry == null || retry.repeating() != RetrySettings.Repeating.FAILURES_AND_REJECTIONS;
    this.retries = (retry != null && retry.attempts() > 1) || hedge != null;
    this.plain = throttle == null
        && adaptive == null
        && faults == null
        && !interrupting
        && (budget == null || budget.isSaturating());
    this.firstUnlimited = new Attempt(1, time, 0, false, retries);
    this.warnings = Warnings.of(this);
  }

  boolean isClocked() {
    return clocked || (breaker != null && breaker.isTimed());
  }

  /** What an execution that starts then may take; {@link Long#MAX_VALUE}: any time. */
  long allowedNanos(Deadline caller, long startNanos) {
    return caller.isBounded()
        ? Math.min(deadlineNanos, caller.atOn(time) - startNanos)
        : deadlineNanos;
  }

  Attempt attempt(int number, long startNanos, long limitNanos) {
    if (limitNanos == Long.MAX_VALUE) {
      return number == 1 ? firstUnlimited : new Attempt(number, time, 0, false, retries);
    }
    return new Attempt(number, time, startNanos + limitNanos, true, retries);
  }

  /** What a value is worth; a classifier that throws leaves it neutral. */
  Handling handlingOf(@Nullable Object value) {
    if (classifier == Rules.STANDARD) {
      return Handling.SUCCESS;
    }
    try {
      return classifier.result(value);
    } catch (Throwable t) {
      report(t);
      return Handling.NEUTRAL;
    }
  }

  /** The server's wish in nanoseconds; negative: none. */
  long hintNanos(@Nullable Object failed) {
    if (failed instanceof CallRejectedException rejected) {
      return rejected.retryAfterNanos() > 0 ? rejected.retryAfterNanos() : -1;
    }
    try {
      Optional<Duration> hint = classifier.retryAfter(failed);
      return hint.isPresent() ? RetryRule.hintNanos(hint.get()) : -1;
    } catch (Throwable t) {
      report(t);
      return -1;
    }
  }

  boolean neverSent(Throwable thrown) {
    try {
      return classifier.neverSent(thrown);
    } catch (Throwable t) {
      report(t);
      return false;
    }
  }

  void report(Throwable t) {
    complaints.warn("The classifier, meter, timer or executor of pipeline " + name, t);
  }

  /**
   * What the breaker is told. An attempt that had its whole time and used it up is a failure, even if an answer came in
   * the end; one whose time others had cut short says nothing about the dependency when it fails late. An eighth may be
   * missing: the way to the body takes a moment, and so do attempts that fail at once.
   */
  Handling forBreaker(Handling handling, boolean late, long limitNanos) {
    if (!late) {
      return handling;
    }
    if (limitNanos >= wholeTryNanos - wholeTryNanos / 8) {
      return handling == Handling.SUCCESS ? Handling.FAILURE : handling;
    }
    return handling == Handling.FAILURE ? Handling.NEUTRAL : handling;
  }

  /** Tells breaker and counters; not called for a success in time that is known to move nothing. */
  void settle(long permit, Handling handling, boolean late, long limitNanos, long nanos) {
    tallies.attempted(handling);
    if (late) {
      tallies.late.increment();
    }
    if (breaker != null
        && breaker.complete(permit, forBreaker(handling, late, limitNanos), nanos)
            == Completion.STALE) {
      tallies.stale.increment();
    }
  }

  /** Tells all stages how an attempt ended, after {@link #leave}. */
  void settle(Place place, Handling handling, boolean late, long limitNanos, long nanos) {
    settle(place.permit, handling, late, limitNanos, nanos);
    Handling worth = forBreaker(handling, late, limitNanos);
    if (throttle != null) {
      throttle.complete(worth);
    }
    if (adaptive != null) {
      adaptive.leave(place.epoch, worth);
    }
  }

  /** Says once that a body takes no notice of its limit; nothing else can be done about it. */
  void reportOverrun(long limitNanos, long nanos) {
    if (!interrupting && nanos / 2 >= limitNanos && overrunReported.first()) {
      LOG.warn(
          "Pipeline {}: an attempt was given {} and took {}; its body must hand Attempt.remaining() to the client, or "
              + "the pipeline needs interruptLateCalls(); not logged again",
          name,
          Duration.ofNanos(limitNanos),
          Duration.ofNanos(nanos));
    }
  }

  /** A place in all stages for an attempt, or the refusal. */
  Object admit() {
    Object gate = admitGate();
    if (!(gate instanceof Place place)) {
      return gate;
    }
    Object admission = admitPlace(place.permit);
    if (admission instanceof Place) {
      return admission;
    }
    notSent(place.permit);
    return refusedByPlace(Unchecked.cast(admission));
  }

  /** What breaker or throttle, and the rate limit say: a place that lacks its permit, or the refusal. */
  Object admitGate() {
    long permit = 0;
    if (breaker != null) {
      permit = breaker.admit();
      if (permit < 0) {
        return refusedByBreaker(~permit);
      }
    }
    if (throttle != null) {
      Evidence.Throttled throttled = throttle.admit();
      if (throttled != null) {
        return refused(RejectionReason.THROTTLED, 0, throttled);
      }
    }
    if (limiter != null) {
      long wait = limiter.ask(1);
      if (wait > 0) {
        return refusedByLimiter(permit, wait);
      }
    }
    return new Place(permit, 0, 0);
  }

  /** A place in the bulkhead or under the adaptive limit, or the evidence that there is none. */
  Object admitPlace(long permit) {
    if (adaptive != null) {
      int epoch = adaptive.tryEnter();
      return epoch < 0 ? adaptive.evidence() : new Place(permit, 0, epoch);
    }
    if (bulkhead != null) {
      int stripe = bulkhead.tryEnter();
      return stripe < 0 ? bulkhead.evidence() : new Place(permit, stripe, 0);
    }
    return new Place(permit, 0, 0);
  }

  /** Gives a permit back before anybody is told how the attempt ended; the adaptive limit does that in one step. */
  void leave(Place place) {
    if (bulkhead != null) {
      bulkhead.exit(place.stripe);
    }
  }

  /** What {@link #admitGate} granted and was not used. */
  void notSent(long permit) {
    returnProbe(permit);
    if (limiter != null) {
      limiter.giveBack(1);
    }
  }

  CallOutcome.Rejected<Object> refusedByPlace(Evidence evidence) {
    RejectionReason reason = evidence instanceof Evidence.Saturated
        ? RejectionReason.LIMIT_REACHED
        : RejectionReason.BULKHEAD_FULL;
    return refused(reason, 0, evidence);
  }

  private CallOutcome.Rejected<Object> refused(
      RejectionReason reason, long nanos, Evidence evidence) {
    tallies.rejected(reason);
    return new CallOutcome.Rejected<>(reason, nanos, evidence);
  }

  /** An admission as an object, for the slow paths. */
  record Place(long permit, int stripe, int epoch) {}

  CallRejectedException exception(CallOutcome.Rejected<Object> refusal) {
    return new CallRejectedException(
        name, refusal.reason(), refusal.retryAfterNanos(), refusal.evidence());
  }

  CallOutcome.Rejected<Object> refusedByDeadline(String by) {
    tallies.rejected(RejectionReason.DEADLINE);
    return new CallOutcome.Rejected<>(RejectionReason.DEADLINE, 0, new Evidence.Spent(by));
  }

  CallOutcome.Rejected<Object> refusedByBreaker(long retryAfterNanos) {
    Evidence evidence = breaker == null ? new Evidence.Spent(name) : breaker.refusal();
    RejectionReason reason = evidence instanceof Evidence.Probing
        ? RejectionReason.BREAKER_PROBING
        : RejectionReason.BREAKER_OPEN;
    tallies.rejected(reason);
    return new CallOutcome.Rejected<>(reason, retryAfterNanos, evidence);
  }

  CallOutcome.Rejected<Object> refusedByLimiter(long permit, long waitNanos) {
    returnProbe(permit);
    tallies.rejected(RejectionReason.RATE_LIMITED);
    Evidence evidence = limiter == null ? new Evidence.Spent(name) : limiter.evidence();
    return new CallOutcome.Rejected<>(RejectionReason.RATE_LIMITED, waitNanos, evidence);
  }

  /**
   * A place behind breaker and throttle for an attempt of a {@link #plain} pipeline: the stripe of its permit; if
   * negative, -1 for a full bulkhead or the complement of how long the rate limiter would have it wait.
   */
  long takePlace() {
    long wait = limiter == null ? 0 : limiter.ask(1);
    if (wait > 0) {
      return ~wait;
    }
    return bulkhead == null ? 0 : bulkhead.tryEnter();
  }

  /** Who refused: the breaker, if the permit is negative, or else what {@link #takePlace} says. */
  CallOutcome.Rejected<Object> refused(long permit, long place) {
    if (permit < 0) {
      return refusedByBreaker(~permit);
    }
    return place == -1 ? refusedByBulkhead(permit) : refusedByLimiter(permit, ~place);
  }

  private void returnProbe(long permit) {
    if (breaker != null) {
      breaker.complete(permit, Handling.NOT_SENT, 0);
    }
    if (throttle != null) {
      throttle.complete(Handling.NOT_SENT);
    }
  }

  private CallOutcome.Rejected<Object> refusedByBulkhead(long permit) {
    notSent(permit);
    return refusedByPlace(bulkhead == null ? new Evidence.Spent(name) : bulkhead.evidence());
  }
}
