package cnkit.resilience;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a call, as a value; see {@link Pipeline#tryCall}.
 *
 * <pre>{@code
 * CallOutcome<String> outcome = pipeline.tryCall(a -> client.fetch(sku));
 * if (outcome instanceof CallOutcome.Success<String> success) {
 *   return success.value();
 * }
 * }</pre>
 *
 * @param <T> what the call returns
 */
@SuppressWarnings("exports") // a consumer compiles without JSpecify
public sealed interface CallOutcome<T> {
  /**
   * The dependency answered, and the answer was classified as success or neutral.
   *
   * @param value the answer; {@code null} if the call returned {@code null}
   * @param attempts the number of attempts that were made
   * @param late whether the answer came after its time limit; it is still the answer
   * @param <T> what the call returns
   */
  record Success<T>(@Nullable T value, int attempts, boolean late) implements CallOutcome<T> {}

  /**
   * The dependency failed, at least in the last attempt.
   *
   * @param value the answer that was classified as a failure; empty if the last attempt threw (or answered
   *     {@code null})
   * @param thrown what the last attempt threw, the same instance, unmodified; empty if it answered
   * @param attempts how many attempts were made
   * @param notRetried why there was no further attempt
   * @param earlier what earlier attempts threw, oldest first, at most 100
   * @param <T> what the call returns
   */
  record Failure<T>(
      Optional<T> value,
      Optional<Throwable> thrown,
      int attempts,
      NotRetried notRetried,
      List<Throwable> earlier)
      implements CallOutcome<T> {
    public Failure {
      earlier = List.copyOf(earlier);
    }
  }

  /**
   * A stage rejected the call before the dependency was called.
   *
   * @param reason which stage rejected the call, and why
   * @param retryAfterNanos how long to wait before the next call, in nanoseconds; 0 if it is not known
   * @param evidence the numbers behind the decision
   * @param <T> what the call would have returned
   */
  record Rejected<T>(RejectionReason reason, long retryAfterNanos, Evidence evidence)
      implements CallOutcome<T> {
    /** {@return how long to wait before the next call, counted from the rejection; empty if it is not known} */
    public Optional<Duration> retryAfter() {
      return retryAfterNanos > 0
          ? Optional.of(Duration.ofNanos(retryAfterNanos))
          : Optional.empty();
    }
  }

  /**
   * The caller cancelled the call: the thread was interrupted (its interrupt flag is set again), or the future was
   * cancelled.
   *
   * @param thrown the exception that reported it
   * @param attempts how many attempts were begun
   * @param <T> what the call would have returned
   */
  record Cancelled<T>(Throwable thrown, int attempts) implements CallOutcome<T> {}

  /**
   * The deadline expired before there was an answer or a failure.
   *
   * @param by who set it: the name of the pipeline, or {@code caller}
   * @param attempts how many attempts were begun
   * @param <T> what the call would have returned
   */
  record DeadlineExceeded<T>(String by, int attempts) implements CallOutcome<T> {}
}
