package cnkit.resilience;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pipeline's stages and settings in the form in which calls read them: one immutable object, read once a call. */
final class Plan {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

  final String name;
  final Classifier classifier;
  final @Nullable RetrySettings retry;
  final @Nullable RetryBudget budget;
  final @Nullable Breaker breaker;
  final @Nullable RateLimiter limiter;
  final @Nullable Bulkhead bulkhead;
  final @Nullable Function<@Nullable Object, ? extends RuntimeException> onBadResult;
  final BooleanSupplier callerRetries;
  final long deadlineNanos; // Long.MAX_VALUE: none
  final long perTryNanos; // Long.MAX_VALUE: none
  final @Nullable Timer interruptAt;
  final LongSupplier ticker;
  final DoubleSupplier random;
  final Sleeper sleeper;
  final Timer timer;
  final Tallies tallies;

  /** The time an attempt has unless a caller's deadline or an earlier attempt cut it. */
  final long wholeTryNanos;

  /** Whether every execution reads the clock, even if neither a meter nor the breaker asks for it. */
  final boolean clocked;

  final Attempt firstUnlimited;
  /** Whether a refusal is the end of an execution, whatever else is set. */
  final boolean rejectionsEnd;

  private final ConcurrentMap<Class<?>, Boolean> reported = new ConcurrentHashMap<>();

  Plan(Pipeline.Builder b, Tallies tallies) {
    this.tallies = tallies;
    this.name = b.name;
    this.classifier = b.classifier;
    this.retry = b.retry;
    this.budget = b.budgetInForce();
    this.breaker = b.breaker;
    this.limiter = b.limiter;
    this.bulkhead = b.bulkhead;
    this.onBadResult = b.onBadResult;
    this.callerRetries = b.callerRetries;
    this.deadlineNanos = b.deadlineNanos;
    this.perTryNanos = b.perTryNanos;
    this.interruptAt = b.interruptAt;
    this.ticker = b.ticker;
    this.random = b.random;
    this.sleeper = b.sleeper;
    this.timer = b.timer;
    this.wholeTryNanos = Math.min(deadlineNanos, perTryNanos);
    this.clocked = wholeTryNanos != Long.MAX_VALUE
        || (retry != null && retry.maxElapsed().compareTo(Checks.ONE_DAY) < 0);
    this.rejectionsEnd =
        retry == null || retry.repeating() != RetrySettings.Repeating.FAILURES_AND_REJECTIONS;
    this.firstUnlimited = new Attempt(1, ticker, 0, false);
  }

  boolean isClocked() {
    return clocked || (breaker != null && breaker.isTimed());
  }

  Attempt attempt(int number, long startNanos, long limitNanos) {
    if (limitNanos == Long.MAX_VALUE) {
      return number == 1 ? firstUnlimited : new Attempt(number, ticker, 0, false);
    }
    return new Attempt(number, ticker, startNanos + limitNanos, true);
  }

  /** What a value is worth; a classifier that throws leaves it neutral. */
  Kind kindOf(@Nullable Object value) {
    try {
      return classifier.result(value);
    } catch (Throwable t) {
      report(t);
      return Kind.NEUTRAL;
    }
  }

  /** What a throwable is worth; empty if the classifier threw: a failure that is not to be repeated. */
  Optional<Kind> kindOfThrown(Throwable thrown) {
    try {
      return Optional.of(Rules.of(classifier, thrown));
    } catch (Throwable t) {
      report(t);
      return Optional.empty();
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
    if (reported.putIfAbsent(t.getClass(), true) == null) {
      LOG.warn(
          "The classifier or meter of pipeline {} threw; this kind is not logged again", name, t);
    }
  }

  /**
   * What the breaker is told. An attempt that had its whole time and used it up is a failure, even if an answer came in
   * the end; one whose time others had cut short says nothing about the dependency when it fails late.
   */
  Kind forBreaker(Kind kind, boolean late, long limitNanos) {
    if (!late) {
      return kind;
    }
    if (limitNanos >= wholeTryNanos) {
      return kind == Kind.SUCCESS ? Kind.FAILURE : kind;
    }
    return kind == Kind.FAILURE ? Kind.NEUTRAL : kind;
  }

  /** Tells breaker and counters; not called for a success in time that moves nothing. */
  void settle(long ticket, Kind kind, boolean late, long limitNanos, long nanos) {
    tallies.attempted(kind);
    if (late) {
      tallies.late.increment();
    }
    if (breaker != null
        && breaker.complete(ticket, forBreaker(kind, late, limitNanos), nanos) == Recorded.STALE) {
      tallies.stale.increment();
    }
  }

  /** A place in breaker and bulkhead for an attempt after the first, or the refusal. */
  Object admit() {
    long ticket = 0;
    if (breaker != null) {
      ticket = breaker.admit();
      if (ticket < 0) {
        return refusedByBreaker(~ticket);
      }
    }
    if (limiter != null) {
      long wait = limiter.ask(1);
      if (wait > 0) {
        return refusedByLimiter(ticket, wait);
      }
    }
    int stripe = 0;
    if (bulkhead != null) {
      stripe = bulkhead.tryEnter();
      if (stripe < 0) {
        return refusedByBulkhead(ticket);
      }
    }
    return new Place(ticket, stripe);
  }

  /** An admission as an object, for the slow paths. */
  record Place(long ticket, int stripe) {}

  CallRejectedException exception(Outcome.Rejected<Object> refusal) {
    return new CallRejectedException(
        name, refusal.reason(), refusal.retryAfterNanos(), refusal.evidence());
  }

  Outcome.Rejected<Object> refusedByDeadline(String by) {
    tallies.rejected(Reason.DEADLINE);
    return new Outcome.Rejected<>(Reason.DEADLINE, 0, new Evidence.Spent(by));
  }

  Outcome.Rejected<Object> refusedByBreaker(long retryAfterNanos) {
    Evidence evidence = breaker == null ? new Evidence.Spent(name) : breaker.refusal();
    Reason reason =
        evidence instanceof Evidence.Probing ? Reason.BREAKER_PROBING : Reason.BREAKER_OPEN;
    tallies.rejected(reason);
    return new Outcome.Rejected<>(reason, retryAfterNanos, evidence);
  }

  Outcome.Rejected<Object> refusedByLimiter(long ticket, long waitNanos) {
    returnProbe(ticket);
    tallies.rejected(Reason.RATE_LIMITED);
    Evidence evidence = limiter == null ? new Evidence.Spent(name) : limiter.evidence();
    return new Outcome.Rejected<>(Reason.RATE_LIMITED, waitNanos, evidence);
  }

  private void returnProbe(long ticket) {
    if (breaker != null) {
      breaker.complete(ticket, Kind.NOT_SENT, 0);
    }
  }

  Outcome.Rejected<Object> refusedByBulkhead(long ticket) {
    returnProbe(ticket);
    if (limiter != null) {
      limiter.giveBack(1);
    }
    tallies.rejected(Reason.BULKHEAD_FULL);
    Evidence evidence = bulkhead == null ? new Evidence.Spent(name) : bulkhead.evidence();
    return new Outcome.Rejected<>(Reason.BULKHEAD_FULL, 0, evidence);
  }
}
