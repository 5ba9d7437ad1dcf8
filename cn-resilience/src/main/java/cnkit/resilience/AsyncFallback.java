package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Something else to complete with when there is no good answer. */
final class AsyncFallback {
  private AsyncFallback() {}

  static <T> CompletableFuture<T> of(
      CompletableFuture<CallOutcome<T>> call,
      Function<? super CallOutcome<T>, ? extends CompletionStage<? extends T>> fallback) {
    CompletableFuture<T> result = new CompletableFuture<>();
    CompletableFuture<T> unused = result.whenComplete((value, thrown) -> call.cancel(true));
    CompletableFuture<CallOutcome<T>> unusedToo = call.whenComplete((outcome, thrown) -> {
      if (thrown != null) { // the executor refused, or the result was cancelled
        result.completeExceptionally(thrown);
      } else if (outcome instanceof CallOutcome.Success<T> success) {
        result.complete(Unchecked.cast(success.value()));
      } else if (outcome instanceof CallOutcome.Failure<T> failure
          && failure.thrown().orElse(null) instanceof Error error) {
        result.completeExceptionally(error);
      } else if (!result.isDone()) {
        answer(result, outcome, fallback);
      }
    });
    return result;
  }

  private static <T> void answer(
      CompletableFuture<T> result,
      CallOutcome<T> outcome,
      Function<? super CallOutcome<T>, ? extends CompletionStage<? extends T>> fallback) {
    try {
      CompletionStage<? extends T> other =
          requireNonNull(fallback.apply(outcome), "the fallback's stage");
      CompletionStage<?> unused = other.whenComplete((value, thrown) -> {
        if (thrown == null) {
          result.complete(value);
        } else {
          result.completeExceptionally(thrown);
        }
      });
      CompletableFuture<T> unusedToo = result.whenComplete((value, thrown) -> {
        if (result.isCancelled()) {
          other.toCompletableFuture().cancel(true);
        }
      });
    } catch (Throwable t) {
      result.completeExceptionally(t);
    }
  }
}
