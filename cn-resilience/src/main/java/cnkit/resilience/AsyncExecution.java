package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.HandOver;
import cnkit.core.internal.Once;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * One asynchronous execution. At each moment one thing is pending: a {@link Round} (an attempt and the hedges beside it),
 * or the delay before the next.
 *
 * @param <T> what the body's stage completes with
 * @param <R> what the returned future completes with: {@code T}, or an outcome of it
 */
final class AsyncExecution<T, R> {
  static final Time.Pending NOTHING = () -> false;

  final Plan plan;
  final Executor executor;
  final AsyncCall<T> body;
  private final boolean byValue;
  private final CompletableFuture<R> result = new CompletableFuture<>();
  final Execution execution;
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
      goOn(new AttemptResult.Refused(plan.refusedByDeadline("caller")));
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
      goOn(new AttemptResult.Refused(plan.refusedByDeadline(execution.deadlineBy())));
      return;
    }
    Round<T> round = new Round<>(this);
    onCancel(round::cancel);
    round.launch(false);
  }

  void decided(RoundState<?> round) {
    execution.roundOver(round.made(), round.failures());
    goOn(requireNonNull(round.last()));
  }

  /** After a round or a refusal, on whatever thread that ended: everything further happens on the executor. */
  private void goOn(AttemptResult ending) {
    onExecutor(() -> next(ending));
  }

  private void onExecutor(Runnable task) {
    Throwable refused = HandOver.to(executor, task);
    if (refused != null) { // the executor is shut down or full: here is the only place left
      fail(refused);
    }
  }

  void fail(Throwable thrown) {
    result.completeExceptionally(thrown);
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
  Time.Pending schedule(long delayNanos, Runnable task) {
    HandOver.Scheduled scheduled = HandOver.schedule(plan.time, Duration.ofNanos(delayNanos), task);
    if (scheduled.refused() != null) {
      fail(scheduled.refused());
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
      fail(failure);
    } else {
      result.complete(Unchecked.cast(execution.value()));
    }
  }

  private void onCancel(Runnable action) {
    cancelPending = action;
    if (result.isDone()) {
      action.run(); // cancelled between the check and the assignment
    }
  }
}
