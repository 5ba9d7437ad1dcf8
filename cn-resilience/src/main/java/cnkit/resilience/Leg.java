package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.HandOver;
import cnkit.resilience.RoundState.LegState;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt or hedge of an asynchronous execution: from its admission by breaker, throttle and rate limit until somebody
 * claims its end in the {@link Round}. Only the one who claimed it gives back its place, so that happens once.
 */
final class Leg<T> {
  private final AsyncExecution<T, ?> call;
  private final Plan plan;
  private final Execution execution;
  private final Round<T> round;
  private final boolean hedge;
  private final long permit;
  private volatile WaitingLine.@Nullable Waiter waiter;
  private volatile Time.Pending alarm = AsyncExecution.NOTHING;
  private volatile @Nullable CompletionStage<T> stage;

  Leg(AsyncExecution<T, ?> call, Round<T> round, boolean hedge, long permit) {
    this.call = call;
    this.plan = call.plan;
    this.execution = call.execution;
    this.round = round;
    this.hedge = hedge;
    this.permit = permit;
  }

  /** Takes a place in the bulkhead, or in the queue before it. */
  void seekPlace() {
    Object admission = plan.admitPlace(permit);
    if (admission instanceof Plan.Place free) {
      fly(free);
      return;
    }
    WaitingLine line = plan.bulkhead == null ? null : plan.bulkhead.line();
    if (line == null) {
      refusedUnsent(plan.refusedByPlace(Unchecked.cast(admission)));
      return;
    }
    WaitingLine.Joined joined = line.join(
        execution.remainingNanos(execution.now()),
        plan.time,
        stripe -> granted(new Plan.Place(permit, stripe, 0)),
        this::expired);
    if (joined instanceof WaitingLine.Joined.Refused refused) {
      refusedUnsent(plan.refusedByPlace(refused.evidence()));
    } else if (joined instanceof WaitingLine.Joined.Waiting waiting) {
      waiter = waiting.waiter();
      if (round.isClaimed(this)) {
        leaveLine(waiting.waiter()); // dropped between the two lines above
      }
    }
  }

  private void granted(Plan.Place free) {
    Throwable refused = HandOver.to(call.executor, () -> fly(free));
    if (refused != null) {
      boolean unused = round.claim(this);
      plan.leave(free);
      unsent();
      call.fail(refused);
    }
  }

  private void expired(Evidence why) {
    refusedUnsent(
        execution.remainingNanos(execution.now()) <= 0
            ? plan.refusedByDeadline(execution.deadlineBy())
            : plan.refusedByPlace(why));
  }

  private void leaveLine(WaitingLine.Waiter place) {
    if (place.leave()) {
      unsent();
    }
  }

  /** The admission by breaker, throttle and rate limit was not used. */
  void unsent() {
    plan.notSent(permit);
    refundHedge();
  }

  private void refundHedge() {
    if (hedge && plan.hedgeBudget != null) {
      plan.hedgeBudget.refund();
    }
  }

  private void refusedUnsent(CallOutcome.Rejected<Object> refusal) {
    unsent();
    if (round.claim(this)) {
      round.ended(new AttemptResult.Refused(refusal));
    }
  }

  void refused(CallOutcome.Rejected<Object> refusal) {
    if (round.claim(this)) {
      refundHedge();
      round.ended(new AttemptResult.Refused(refusal));
    }
  }

  private void fly(Plan.Place free) {
    long now = execution.now();
    long limit = execution.limitNanos(now);
    if (limit <= 0) { // it waited too long for its place
      plan.leave(free);
      refusedUnsent(plan.refusedByDeadline(execution.deadlineBy()));
    } else if (round.fly(this, new Flight(execution, free, 0, hedge, now, limit))
        instanceof LegState.Flying flying) {
      start(flying.flight());
    } else {
      plan.leave(free);
      unsent();
    }
  }

  private void start(Flight flight) {
    if (hedge) {
      plan.tallies.hedges.increment();
    } else if (!execution.sent()) {
      return; // the call was cancelled just now, and has dropped this leg
    } else if (flight.number() == 1 && plan.hedgeBudget != null) {
      plan.hedgeBudget.onFirstAttempt();
    }
    CompletionStage<T> begun;
    try {
      begun = requireNonNull(call.body.start(flight.attempt()), "the body's stage");
    } catch (Throwable t) {
      end(flight, null, t);
      return;
    }
    stage = begun;
    if (flight.isLimited()) {
      alarm = call.schedule(flight.limitNanos(), () -> {
        long nanos = flight.nanos();
        if (round.claim(this)) {
          ended(flight, flight.timedOut(), nanos);
          cancel(begun);
        }
      });
    }
    if (round.isClaimed(this)) { // dropped while the body ran
      alarm.cancel();
      cancel(begun);
    }
    CompletionStage<T> unused = begun.whenComplete(
        (value, thrown) -> end(flight, value, thrown == null ? null : unwrap(thrown)));
    if (!hedge) {
      round.awaitHedge();
    }
  }

  private void end(Flight flight, @Nullable Object value, @Nullable Throwable thrown) {
    if (!round.isClaimed(this)) {
      long nanos = flight.nanos();
      AttemptResult result = flight.result(value, thrown, nanos); // user code: before the claim
      if (round.claim(this)) {
        ended(flight, result, nanos);
      }
    }
  }

  private void ended(Flight flight, AttemptResult result, long nanos) {
    alarm.cancel();
    flight.leave();
    flight.settle(result, nanos);
    round.ended(result);
  }

  /** Another leg was quicker, or nobody waits for it any more: neutral, and its place is given back. */
  void dropped(LegState was) {
    if (was instanceof LegState.Flying flying) {
      alarm.cancel();
      flying.flight().leave();
      flying
          .flight()
          .settle(
              AttemptResult.thrown(
                  plan,
                  new CancellationException(
                      "the call was cancelled, or another attempt answered first"),
                  false),
              flying.flight().nanos());
      CompletionStage<T> begun = stage;
      if (begun != null) {
        cancel(begun);
      }
    } else if (was instanceof LegState.Seeking) {
      WaitingLine.Waiter waits = waiter;
      if (waits != null) {
        leaveLine(waits);
      }
    }
  }

  private void cancel(CompletionStage<T> begun) {
    try {
      begun.toCompletableFuture().cancel(true);
    } catch (
        RuntimeException e) { // a stage that cannot be cancelled goes on; its result is ignored
      plan.report(e);
    }
  }

  private static Throwable unwrap(Throwable thrown) {
    Throwable t = thrown;
    while ((t instanceof CompletionException || t instanceof ExecutionException)
        && t.getCause() != null) {
      t = t.getCause();
    }
    return t;
  }
}
