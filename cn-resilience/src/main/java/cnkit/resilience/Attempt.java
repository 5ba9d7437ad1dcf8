package cnkit.resilience;

import cnkit.core.Time;
import java.time.Duration;
import java.util.Optional;

/**
 * Information for the body of a call: the number of the attempt and the time it may take. Immutable.
 *
 * <pre>{@code
 * inventory.call(a -> http.send(HttpRequest.newBuilder(uri).timeout(a.remaining()).build(), ofString()));
 * }</pre>
 */
public final class Attempt {
  /**
   * The header which tells the next process that this caller retries, so that the next process does not retry too;
   * otherwise the attempts multiply. Its value is {@link #toHeader()}. The next process uses {@link #callerRetries}
   * in {@link PipelineBuilder#noRetryWhen}.
   */
  public static final String HEADER = "x-call-attempt";

  private final int number;
  private final Time time;
  private final long dueNanos;
  private final boolean bounded;
  private final boolean retried;

  Attempt(int number, Time time, long dueNanos, boolean bounded, boolean retried) {
    this.number = number;
    this.time = time;
    this.dueNanos = dueNanos;
    this.bounded = bounded;
    this.retried = retried;
  }

  /**
   * Whether the caller of the current request retries or hedges it.
   *
   * <pre>{@code
   * builder.noRetryWhen(() -> Attempt.callerRetries(currentRequest().header(Attempt.HEADER)));
   * }</pre>
   *
   * @param header the value of the inbound {@link #HEADER}; a value that is not a whole number of at least 1 counts
   *     as absent
   * @return {@code true} if the caller sent a valid header
   */
  public static boolean callerRetries(Optional<String> header) {
    return header.isPresent() && header.get().matches("[1-9][0-9]{0,8}");
  }

  /**
   * What to send to the next process as {@link #HEADER}.
   *
   * @return this attempt's number; the empty text if the pipeline never makes a second attempt (then send no header)
   */
  public String toHeader() {
    return retried ? Integer.toString(number) : "";
  }

  /** {@return the number of this attempt, counted from 1} */
  public int number() {
    return number;
  }

  /**
   * The time that is left for this attempt: the smaller of the per-try timeout and the rest of the deadline. Pass it
   * to the client that makes the call. Without {@link PipelineBuilder#interruptLateCalls}, a pipeline cannot end a
   * body that ignores it.
   *
   * @return the time left; 1 ns if the time is up, because clients reject timeouts of zero; {@link Long#MAX_VALUE}
   *     nanoseconds if there is no limit
   */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /**
   * As {@link #remaining()}, without creating an object.
   *
   * @return nanoseconds, at least 1
   */
  public long remainingNanos() {
    return bounded ? Math.max(1, dueNanos - time.nanoTime()) : Long.MAX_VALUE;
  }

  /**
   * This attempt's limit as a deadline, for a nested call or another thread.
   *
   * @return the deadline; {@link Deadline#none()} if there is no limit
   */
  public Deadline deadline() {
    return bounded ? Deadline.at(time, dueNanos) : Deadline.none();
  }

  boolean isBounded() {
    return bounded;
  }

  boolean isLate(long nowNanos) {
    return bounded && nowNanos - dueNanos >= 0;
  }

  @Override
  public String toString() {
    return "Attempt[" + number + (bounded ? ", " + remaining() + " left]" : "]");
  }
}
