package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.notNegative;
import static cnkit.core.internal.Arguments.positive;
import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Whether and when a failed call is tried again. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * RetrySettings.exponential(Duration.ofMillis(50)).withAttempts(3);
 * RetrySettings.exponential(Duration.ofMillis(50)).withRepeating(RetrySettings.Repeating.UNSENT); // not idempotent
 * }</pre>
 *
 * @param backoff the delay before each retry, before cap and jitter
 * @param jitter how the delay is randomised; default {@link Jitter#FULL}
 * @param cap the longest delay, above 0 and up to one day; applied before the jitter, so that delays do not
 *     accumulate at the cap; default 20 s
 * @param attempts the maximum number of attempts, including the first: 1 to 1,000,000; default 3
 * @param maxElapsed no attempt starts later than this time after the start of the first: above 0; default one day
 * @param minUseful an attempt that would have less time than this before the deadline is not made: 0 to one day;
 *     default 0
 * @param repeating what may be repeated; default {@link Repeating#FAILURES}
 */
public record RetrySettings(
    Backoff backoff,
    Jitter jitter,
    Duration cap,
    int attempts,
    Duration maxElapsed,
    Duration minUseful,
    Repeating repeating) {

  /** What may be repeated. */
  public enum Repeating {
    /** Every failure except an {@link Error}. For calls that may be made twice. */
    FAILURES,

    /**
     * Only calls that certainly did not reach the dependency ({@link Classifier#neverSent}). For calls that must not
     * be made twice.
     */
    UNSENT,

    /**
     * Failures, and rejections by a stage if their {@code retryAfter} ends before the deadline. The caller's thread
     * then waits for the breaker. Without a deadline, a call never waits after a rejection.
     */
    FAILURES_AND_REJECTIONS
  }

  static final Duration ONE_DAY = Duration.ofDays(1);

  /** Checks the ranges. */
  public RetrySettings {
    requireNonNull(backoff, "backoff");
    requireNonNull(jitter, "jitter");
    positive("cap", cap);
    check(attempts >= 1 && attempts <= 1_000_000, "attempts", "1..1000000", attempts);
    positive("maxElapsed", maxElapsed);
    notNegative("minUseful", minUseful);
    requireNonNull(repeating, "repeating");
  }

  /**
   * Any backoff, with the defaults for the rest.
   *
   * @param backoff the delays
   * @return the settings
   */
  public static RetrySettings of(Backoff backoff) {
    return new RetrySettings(
        backoff,
        Jitter.FULL,
        Duration.ofSeconds(20),
        3,
        ONE_DAY,
        Duration.ZERO,
        Repeating.FAILURES);
  }

  /**
   * Delays that double.
   *
   * @param base the first delay
   * @return the settings
   */
  public static RetrySettings exponential(Duration base) {
    return of(new Backoff.Exponential(base, 2.0));
  }

  /**
   * Delays that grow by {@code base} each time.
   *
   * @param base the first delay and the step
   * @return the settings
   */
  public static RetrySettings linear(Duration base) {
    return of(new Backoff.Linear(base, base));
  }

  /**
   * The same delay each time, with the default jitter unless {@link #withJitter(Jitter)} changes it.
   *
   * @param delay the delay
   * @return the settings
   */
  public static RetrySettings constant(Duration delay) {
    return of(new Backoff.Constant(delay));
  }

  /** {@return settings that retry at once, without a delay} */
  public static RetrySettings immediate() {
    return constant(Duration.ZERO).withJitter(Jitter.NONE);
  }

  /**
   * Replaces the number of attempts.
   *
   * @param attempts the first included
   * @return a changed copy
   */
  public RetrySettings withAttempts(int attempts) {
    return new RetrySettings(backoff, jitter, cap, attempts, maxElapsed, minUseful, repeating);
  }

  /**
   * Replaces the jitter.
   *
   * @param jitter how delays are spread
   * @return a changed copy
   */
  public RetrySettings withJitter(Jitter jitter) {
    return new RetrySettings(backoff, jitter, cap, attempts, maxElapsed, minUseful, repeating);
  }

  /**
   * Replaces the cap.
   *
   * @param cap the longest delay
   * @return a changed copy
   */
  public RetrySettings withCap(Duration cap) {
    return new RetrySettings(backoff, jitter, cap, attempts, maxElapsed, minUseful, repeating);
  }

  /**
   * Replaces the time within which attempts start.
   *
   * @param maxElapsed from the start of the first attempt
   * @return a changed copy
   */
  public RetrySettings withMaxElapsed(Duration maxElapsed) {
    return new RetrySettings(backoff, jitter, cap, attempts, maxElapsed, minUseful, repeating);
  }

  /**
   * Replaces the minimum time that must be left for an attempt.
   *
   * @param minUseful what must be left of the deadline when an attempt starts
   * @return a changed copy
   */
  public RetrySettings withMinUseful(Duration minUseful) {
    return new RetrySettings(backoff, jitter, cap, attempts, maxElapsed, minUseful, repeating);
  }

  /**
   * Replaces what may be repeated.
   *
   * @param repeating what may be repeated
   * @return a changed copy
   */
  public RetrySettings withRepeating(Repeating repeating) {
    return new RetrySettings(backoff, jitter, cap, attempts, maxElapsed, minUseful, repeating);
  }
}
