package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One asynchronous execution. At each moment at most one thing is pending: a stage in flight, or the delay before the
 * next. Whoever ends it (the stage, the time limit, the user's cancellation) claims it first, and only the one who
 * claimed it gives back its place and goes on; so every permit is given back once.
 *
 * @param <T> what the body's stage completes with
 * @param <R> what the returned future completes with: {@code T}, or an outcome of it
 */
final class AsyncExecution<T, R> {
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
      Meter meter,
      Deadline caller,
      Executor executor,
      AsyncCall<T> body,
      boolean byValue) {
    this.plan = plan;
    this.executor = requireNonNull(executor, "executor");
    this.body = requireNonNull(body, "body");
    this.byValue = byValue;
    boolean metered = meter.enabled();
    boolean clocked = plan.isClocked() || metered || caller.isBounded();
    long start = clocked ? plan.ticker.getAsLong() : 0;
    long allowed = plan.deadlineNanos;
    if (caller.isBounded()) {
      allowed = Math.min(allowed, caller.atOn(plan.ticker) - start);
    }
    this.expired = allowed <= 0;
    this.execution = new Execution(plan, meter, metered, clocked, start, allowed);
  }

  CompletableFuture<R> start() {
    CompletableFuture<R> unused = result.whenComplete((value, thrown) -> cancelPending.run());
    if (expired) {
      goOn(Ending.refused(plan.refusedByDeadline("caller")));
    } else {
      attempt();
    }
    return result;
  }

  private void attempt() {
    if (result.isDone()) {
      return; // cancelled during the delay
    }
    long start = execution.now();
    long limit = execution.limitNanos(start);
    if (limit <= 0) {
      goOn(Ending.refused(plan.refusedByDeadline(plan.name)));
      return;
    }
    Object admission = plan.admit();
    if (!(admission instanceof Plan.Place place)) {
      goOn(Ending.refused(Unchecked.cast(admission)));
      return;
    }
    if (execution.made() == 0 && plan.budget != null) {
      plan.budget.onFirstAttempt();
    }
    execution.sent();
    new InFlight(place, start, limit).run();
  }

  /** After an attempt or a refusal, on whatever thread that ended: everything further happens on the executor. */
  private void goOn(Ending ending) {
    try {
      executor.execute(() -> next(ending));
    } catch (RuntimeException e) { // the executor is shut down or full: here is the only place left
      result.completeExceptionally(e);
    }
  }

  private void next(Ending ending) {
    if (result.isDone()) {
      return;
    }
    long delay = execution.after(ending);
    if (delay == Execution.ENDED) {
      finish();
    } else if (delay == 0) {
      attempt();
    } else {
      AtomicBoolean claimed = new AtomicBoolean();
      Timer.Pending pending = plan.timer.schedule(Duration.ofNanos(delay), () -> {
        if (claimed.compareAndSet(false, true)) {
          try {
            executor.execute(this::attempt);
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        }
      });
      onCancel(() -> {
        if (claimed.compareAndSet(false, true)) {
          pending.cancel();
          execution.interrupted();
        }
      });
    }
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

  /** One attempt, from admission until somebody claims its end. */
  private final class InFlight {
    private final AtomicBoolean claimed = new AtomicBoolean();
    private final Plan.Place place;
    private final long start;
    private final long limit;
    private volatile Timer.Pending alarm = () -> {};

    InFlight(Plan.Place place, long start, long limit) {
      this.place = place;
      this.start = start;
      this.limit = limit;
    }

    void run() {
      CompletionStage<T> stage;
      try {
        stage = requireNonNull(
            body.start(plan.attempt(execution.made() + 1, start, limit)), "the body's stage");
      } catch (Throwable t) {
        end(late -> Ending.thrown(plan, t, late));
        return;
      }
      if (limit != Long.MAX_VALUE) {
        alarm = plan.timer.schedule(Duration.ofNanos(limit), () -> {
          if (end(late -> Ending.timedOut(plan))) {
            cancel(stage);
          }
        });
      }
      onCancel(() -> {
        CancellationException cancelled =
            new CancellationException("the returned future was cancelled");
        if (settle(Ending.thrown(plan, cancelled, false))) {
          cancel(stage);
        }
      });
      stage.whenComplete((value, thrown) -> end(late -> thrown == null
          ? Ending.value(plan.kindOf(value), value, late)
          : Ending.thrown(plan, unwrap(thrown), late)));
    }

    private boolean end(java.util.function.Function<Boolean, Ending> ending) {
      long nanos = execution.now() - start;
      Ending e = ending.apply(limit != Long.MAX_VALUE && nanos >= limit);
      if (!settle(e)) {
        return false;
      }
      goOn(e);
      return true;
    }

    private boolean settle(Ending ending) {
      if (!claimed.compareAndSet(false, true)) {
        return false;
      }
      alarm.cancel();
      if (plan.bulkhead != null) {
        plan.bulkhead.exit(place.stripe());
      }
      execution.settled(place.ticket(), ending, execution.now() - start, limit);
      return true;
    }

    private void cancel(CompletionStage<T> stage) {
      try {
        stage.toCompletableFuture().cancel(true);
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
