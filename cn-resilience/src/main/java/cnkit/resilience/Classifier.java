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
 * Turns what a call returned or threw into a {@link Handling}; every stage of the pipeline reads that, none has rules of
 * its own. Called once an attempt, on the thread that ends it; must be safe for many threads. What it throws is logged
 * once, and the attempt then counts as a failure that is not retried (a value: as neutral).
 *
 * <pre>{@code
 * Classifier.ofResult(HttpResponse.class, r -> r.statusCode() >= 500 ? Handling.FAILURE : Handling.SUCCESS)
 *     .thrown(IllegalArgumentException.class, Handling.NEUTRAL);
 * }</pre>
 */
@SuppressWarnings("exports") // a consumer compiles without JSpecify
public interface Classifier {
  /**
   * Judges a returned value.
   *
   * @param value what the call returned; may be {@code null} if the call may return that
   * @return success, unless overridden
   */
  default Handling result(@Nullable Object value) {
    return Handling.SUCCESS;
  }

  /**
   * Judges what was thrown. Not asked about {@link Error} (a failure, never retried), {@link InterruptedException} and
   * {@link CancellationException} (neutral), nor about the rejection of a nested pipeline (not sent).
   *
   * @param thrown what the call threw
   * @return failure, unless overridden
   */
  default Handling thrown(Exception thrown) {
    return Handling.FAILURE;
  }

  /**
   * Whether a failed call provably never reached the dependency, so that even a call that must not be made twice may be
   * made again. It still is a failure of the dependency.
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
   * When the server wants to be asked again, for example from {@code Retry-After}. A floor for the computed delay; if
   * it lies beyond the deadline, there is no retry.
   *
   * @param failed the value or the throwable that was classified as a failure; may be {@code null} if the call returned
   *     that
   * @return the wish; empty or negative is ignored
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
   * Judges values of one type; other values are successes, exceptions failures.
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
   * Judges values of one type first; asks this classifier about all others.
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
   * Judges exceptions of one type first; asks this classifier about all others.
   *
   * @param type which exceptions, subtypes included
   * @param handling what they are worth
   * @return a classifier
   */
  default Classifier thrown(Class<? extends Exception> type, Handling handling) {
    return new Rules.Thrown(this, requireNonNull(type, "type"), requireNonNull(handling, "kind"));
  }

  /**
   * Reads the server's wish from failed values of one type; asks this classifier about all others.
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
