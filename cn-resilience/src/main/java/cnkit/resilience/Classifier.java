package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Classifies what a call returned or threw as a {@link Handling}. All stages of the pipeline use this result; none
 * has its own rules. Called once per attempt, on the thread that ends the attempt; must be safe for use by many
 * threads. An exception of the classifier is logged once; the attempt then counts as a failure that is not retried,
 * or as neutral if the call had returned a value.
 *
 * <pre>{@code
 * Classifier.ofResult(HttpResponse.class, r -> r.statusCode() >= 500 ? Handling.FAILURE : Handling.SUCCESS)
 *     .thrown(IllegalArgumentException.class, Handling.NEUTRAL);
 * }</pre>
 */
@SuppressWarnings("exports") // a consumer compiles without JSpecify
public interface Classifier {
  /**
   * Classifies a returned value.
   *
   * @param value what the call returned; {@code null} if the call returned {@code null}
   * @return success, unless overridden
   */
  default Handling result(@Nullable Object value) {
    return Handling.SUCCESS;
  }

  /**
   * Classifies what the call threw. Not called for an {@link Error} (a failure, never retried), for
   * {@link InterruptedException} and {@link CancellationException} (neutral), and for the rejection of a nested
   * pipeline (not sent).
   *
   * @param thrown what the call threw
   * @return failure, unless overridden
   */
  default Handling thrown(Exception thrown) {
    return Handling.FAILURE;
  }

  /**
   * Whether a failed call certainly did not reach the dependency. Then it may be made again, even if it must not be
   * made twice. It still counts as a failure of the dependency.
   *
   * @param thrown what the call threw
   * @return {@code true} for a refused or unroutable connection and an unknown host, unless overridden
   */
  default boolean neverSent(Throwable thrown) {
    return thrown instanceof ConnectException
        || thrown instanceof NoRouteToHostException
        || thrown instanceof UnknownHostException
        || thrown instanceof CallRejectedException;
  }

  /**
   * How long the server asks to wait before the next attempt, for example from {@code Retry-After}. The computed
   * delay is at least this time; if the delay ends after the deadline, there is no retry.
   *
   * @param failed the value or the throwable that was classified as a failure; may be {@code null} if the call returned
   *     that
   * @return the time to wait; an empty or negative value is ignored
   */
  default Optional<Duration> retryAfter(@Nullable Object failed) {
    return Optional.empty();
  }

  /**
   * Values are successes, exceptions failures.
   *
   * @return the default classifier
   */
  static Classifier standard() {
    return Rules.STANDARD;
  }

  /**
   * Classifies values of one type; other values are successes, exceptions are failures.
   *
   * @param type which values
   * @param rule what they are worth
   * @param <R> the type
   * @return a classifier
   */
  static <R> Classifier ofResult(Class<R> type, Function<? super R, Handling> rule) {
    return Rules.STANDARD.result(type, rule);
  }

  /**
   * Classifies values of one type; this classifier is used for all others.
   *
   * @param type which values
   * @param rule what they are worth
   * @param <R> the type
   * @return a classifier
   */
  default <R> Classifier result(Class<R> type, Function<? super R, Handling> rule) {
    return new Rules.Results<>(this, requireNonNull(type, "type"), requireNonNull(rule, "rule"));
  }

  /**
   * Classifies exceptions of one type; this classifier is used for all others.
   *
   * @param type which exceptions, subtypes included
   * @param handling what they are worth
   * @return a classifier
   */
  default Classifier thrown(Class<? extends Exception> type, Handling handling) {
    return new Rules.Thrown(this, requireNonNull(type, "type"), requireNonNull(handling, "kind"));
  }

  /**
   * Reads the time to wait from failed results of one type; this classifier is used for all others.
   *
   * @param type which values or throwables
   * @param rule how long to wait
   * @param <R> the type
   * @return a classifier
   */
  default <R> Classifier retryAfter(Class<R> type, Function<? super R, Optional<Duration>> rule) {
    return new Rules.Hints<>(this, requireNonNull(type, "type"), requireNonNull(rule, "rule"));
  }
}
