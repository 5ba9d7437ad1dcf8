package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.HandOver;
import cnkit.core.internal.Once;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One asynchronous execution. At each moment one thing is pending: a round (an attempt and the hedges beside it), or the
 * delay before the next. Whoever ends an attempt (its stage, its time limit, a quicker one, the user's cancellation)
 * claims it first, and only the one who claimed it gives back its place; so every permit is given back once.
 *
 * @param <T> what the body's stage completes with
 * @param <R> what the returned future completes with: {@code T}, or an outcome of it
 */
final class AsyncExecution<T, R> {
  private static final Time.Pending NOTHING = () -> false;

  private final Plan plan;
  private final Executor executor;
  private final AsyncCall<T> body;
  private final boolean byValue;
  private final CompletableFuture<R> result = new CompletableFuture<>();
  private final Execution execution;
  private final boolean expired;
  /** What a cancellation has to cancel. */
  private volatile Runnable cancelPending = () -> {};

  AsyncExecution(
      Plan plan,
      CallMeter meter,
      Deadline caller,
      Executor executor,
      AsyncCall<T> body,
      boolean byValue) {
    this.plan = plan;
    this.executor = requireNonNull(executor, "executor");
    requireNonNull(body, "body");
    this.body = plan.faults == null ? body : plan.faults.before(body, plan.time, executor);
    this.byValue = byValue;
    CallMeter inForce = GuardedMeter.enabled(meter);
    boolean clocked = plan.isClocked() || inForce != GuardedMeter.NONE || caller.isBounded();
    long start = clocked ? plan.time.nanoTime() : 0;
    long allowed = plan.allowedNanos(caller, start);
    this.expired = allowed <= 0;
    this.execution = Execution.shared(plan, inForce, clocked, start, allowed);
  }

  CompletableFuture<R> start() {
    CompletableFuture<R> unused = result.whenComplete((value, thrown) -> {
      cancelPending.run();
      execution.end();
    });
    if (expired) {
      goOn(AttemptResult.refused(plan.refusedByDeadline("caller")));
    } else {
      attempt();
    }
    return result;
  }

  private void attempt() {
    if (result.isDone()) {
      return; // cancelled during the delay
    }
    if (execution.limitNanos(execution.now()) <= 0) {
      goOn(AttemptResult.refused(plan.refusedByDeadline(execution.deadlineBy())));
      return;
    }
    Round round = new Round();
    onCancel(round::cancel);
    round.launch(false);
  }

  /** After a round or a refusal, on whatever thread that ended: everything further happens on the executor. */
  private void goOn(AttemptResult ending) {
    onExecutor(() -> next(ending));
  }

  private void onExecutor(Runnable task) {
    Throwable refused = HandOver.to(executor, task);
    if (refused != null) { // the executor is shut down or full: here is the only place left
      result.completeExceptionally(refused);
    }
  }

  private void next(AttemptResult ending) {
    if (result.isDone()) {
      return;
    }
    long delay = execution.after(ending);
    if (delay == Execution.ENDED) {
      finish();
    } else if (delay == 0) {
      attempt();
    } else {
      Once claimed = new Once();
      Time.Pending pending = schedule(delay, () -> {
        if (claimed.first()) {
          onExecutor(this::attempt);
        }
      });
      onCancel(() -> {
        if (claimed.first()) {
          pending.cancel();
          execution.interrupted();
        }
      });
    }
  }

  /** A timer that refuses, for example a closed one, ends the call: without it, nothing would. */
  private Time.Pending schedule(long delayNanos, Runnable task) {
    HandOver.Scheduled scheduled = HandOver.schedule(plan.time, Duration.ofNanos(delayNanos), task);
    if (scheduled.refused() != null) {
      result.completeExceptionally(scheduled.refused());
    }
    return scheduled::cancel;
  }

  private void finish() {
    if (byValue) {
      result.complete(Unchecked.cast(execution.outcome()));
      return;
    }
    Throwable failure = execution.failure();
    if (failure != null) {
      execution.outcome();
      result.completeExceptionally(failure);
    } else {
      result.complete(Unchecked.cast(execution.valueOrThrow()));
    }
  }

  private void onCancel(Runnable action) {
    cancelPending = action;
    if (result.isDone()) {
      action.run(); // cancelled between the check and the assignment
    }
  }

  /** One attempt, and the hedges that are made beside it. Its monitor is never held while user code runs. */
  private final class Round {
    private final List<Leg> legs = new ArrayList<>(2);
    private final List<Throwable> failures = new ArrayList<>(0);
    private int open;
    private int hedgesLeft = plan.hedge == null ? 0 : plan.hedge.extra();
    private boolean over;
    private @Nullable AttemptResult last;
    private volatile Time.Pending nextHedge = NOTHING;

    void launch(boolean hedge) {
      Object gate = plan.admitGate();
      Leg leg = new Leg(this, hedge, gate instanceof Plan.Place place ? place.permit() : 0);
      boolean late;
      synchronized (this) {
        late = over;
        open++;
        legs.add(leg);
      }
      if (!(gate instanceof Plan.Place)) {
        leg.refused(Unchecked.cast(gate));
      } else if (late) {
        leg.abandon();
      } else {
        leg.seekPlace();
      }
    }

    /** The number of a leg that is about to be sent; 0 if the round is over. */
    synchronized int number(boolean hedge) {
      return over ? 0 : execution.sent(hedge);
    }

    void awaitHedge() {
      HedgeSettings hedge = plan.hedge;
      boolean wanted;
      synchronized (this) {
        wanted = !over && hedgesLeft > 0;
      }
      if (hedge != null && wanted) {
        HandOver.Scheduled scheduled =
            HandOver.schedule(plan.time, hedge.delay(), this::hedgeOnExecutor);
        if (scheduled.refused() != null) {
          plan.report(scheduled.refused()); // the first attempt goes on without company
          return;
        }
        nextHedge = scheduled::cancel;
        synchronized (this) {
          if (!over) {
            return;
          }
        }
        nextHedge.cancel();
      }
    }

    private void hedgeOnExecutor() {
      Throwable refused = HandOver.to(executor, this::hedge);
      if (refused != null) {
        plan.report(refused);
      }
    }

    private void hedge() {
      RetryBudget budget = plan.hedgeBudget;
      synchronized (this) {
        if (over || hedgesLeft == 0 || budget == null) {
          return;
        }
        hedgesLeft--;
      }
      if (execution.limitNanos(execution.now()) <= 0) {
        return;
      }
      if (!budget.tryWithdraw()) {
        plan.tallies.hedgesDenied.increment(); // and nothing else: the first attempt goes on
        return;
      }
      launch(true);
      awaitHedge();
    }

    /** A leg has ended, and its place is given back. */
    void ended(AttemptResult ending) {
      List<Leg> losers;
      AttemptResult decisive;
      synchronized (this) {
        open--;
        if (over) {
          return;
        }
        boolean failed =
            ending.handling() == Handling.FAILURE || ending.handling() == Handling.NOT_SENT;
        if (last == null || last.refusal() != null || ending.refusal() == null) {
          if (last != null && last.thrown() != null) {
            failures.add(last.thrown());
          }
          last = ending; // a hedge that was refused hides nothing
        }
        if (failed && open > 0) {
          return; // another one may still answer
        }
        over = true;
        decisive = last;
        losers = List.copyOf(legs);
      }
      nextHedge.cancel();
      losers.forEach(Leg::drop);
      execution.note(failures);
      goOn(decisive);
    }

    void cancel() {
      List<Leg> pending;
      synchronized (this) {
        over = true;
        pending = List.copyOf(legs);
      }
      nextHedge.cancel();
      pending.forEach(Leg::drop);
    }
  }

  /** One attempt, from its admission until somebody claims its end. */
  private final class Leg {
    private final Round round;
    private final boolean hedge;
    private final long permit;
    private boolean claimed;
    private Plan.@Nullable Place place;
    private int number;
    private long start;
    private long limit;
    private volatile WaitingLine.@Nullable Waiter waiter;
    private volatile Time.Pending alarm = NOTHING;
    private volatile @Nullable CompletionStage<T> stage;

    Leg(Round round, boolean hedge, long permit) {
      this.round = round;
      this.hedge = hedge;
      this.permit = permit;
    }

    private synchronized boolean claim() {
      boolean first = !claimed;
      claimed = true;
      return first;
    }

    private synchronized boolean isClaimed() {
      return claimed;
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
        if (isClaimed()) {
          leaveLine(waiting.waiter()); // dropped between the two lines above
        }
      }
    }

    private void granted(Plan.Place free) {
      Throwable refused = HandOver.to(executor, () -> fly(free));
      if (refused != null) {
        boolean unused = claim();
        plan.leave(free);
        unsent();
        result.completeExceptionally(refused);
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
    private void unsent() {
      plan.notSent(permit);
      if (hedge && plan.hedgeBudget != null) {
        plan.hedgeBudget.refund();
      }
    }

    /** It came too late to seek a place. */
    void abandon() {
      boolean unused = claim();
      unsent();
    }

    private void refusedUnsent(CallOutcome.Rejected<Object> refusal) {
      unsent();
      if (claim()) {
        round.ended(AttemptResult.refused(refusal));
      }
    }

    void refused(CallOutcome.Rejected<Object> refusal) {
      if (claim()) {
        if (hedge && plan.hedgeBudget != null) {
          plan.hedgeBudget.refund();
        }
        round.ended(AttemptResult.refused(refusal));
      }
    }

    private void fly(Plan.Place free) {
      long now = execution.now();
      long time = execution.limitNanos(now);
      if (time <= 0) { // it waited too long for its place
        plan.leave(free);
        refusedUnsent(plan.refusedByDeadline(execution.deadlineBy()));
        return;
      }
      boolean flies;
      synchronized (this) {
        number = claimed ? 0 : round.number(hedge);
        flies = number > 0;
        if (flies) {
          place = free;
          start = now;
          limit = time;
        }
      }
      if (!flies) {
        plan.leave(free);
        unsent();
        return;
      }
      execution.begin();
      if (hedge) {
        plan.tallies.hedges.increment();
      } else if (number == 1 && plan.hedgeBudget != null) {
        plan.hedgeBudget.onFirstAttempt();
      }
      CompletionStage<T> begun;
      try {
        begun = requireNonNull(body.start(plan.attempt(number, start, limit)), "the body's stage");
      } catch (Throwable t) {
        end(late -> AttemptResult.thrown(plan, t, late));
        return;
      }
      stage = begun;
      if (limit != Long.MAX_VALUE) {
        alarm = schedule(limit, () -> {
          if (end(late -> AttemptResult.timedOut(plan, execution.limitedBy(limit)))) {
            cancel(begun);
          }
        });
      }
      if (isClaimed()) { // dropped while the body ran
        alarm.cancel();
        cancel(begun);
      }
      CompletionStage<T> unused = begun.whenComplete((value, thrown) -> end(late -> thrown == null
          ? AttemptResult.value(plan.handlingOf(value), value, late)
          : AttemptResult.thrown(plan, unwrap(thrown), late)));
      if (!hedge) {
        round.awaitHedge();
      }
    }

    private boolean end(Function<Boolean, AttemptResult> ending) {
      if (isClaimed()) {
        return false;
      }
      long nanos = execution.now() - start;
      AttemptResult e =
          ending.apply(limit != Long.MAX_VALUE && nanos >= limit); // user code: before the claim
      if (!claim()) {
        return false;
      }
      settle(e, nanos);
      round.ended(e);
      return true;
    }

    private void settle(AttemptResult ending, long nanos) {
      alarm.cancel();
      Plan.Place taken = place;
      if (taken != null) {
        plan.leave(taken);
        execution.settled(taken, number, hedge, ending, nanos, limit);
      }
    }

    /** Another one was quicker, or nobody wants it any more: neutral, and its place is given back. */
    void drop() {
      if (!claim()) {
        return;
      }
      WaitingLine.Waiter waits = waiter;
      CompletionStage<T> flying = stage;
      if (place != null) {
        CancellationException cancelled =
            new CancellationException("the call was cancelled, or another attempt answered first");
        settle(AttemptResult.thrown(plan, cancelled, false), execution.now() - start);
        if (flying != null) {
          cancel(flying);
        }
      } else if (waits != null) {
        leaveLine(waits);
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
