package cnkit.resilience;

import cnkit.core.Time;
import java.time.Duration;
import java.util.Optional;

/**
 * What the body of a call knows about itself: which attempt it is and how long it may take. Immutable.
 *
 * <pre>{@code
 * inventory.call(a -> http.send(HttpRequest.newBuilder(uri).timeout(a.remaining()).build(), ofString()));
 * }</pre>
 */
public final class Attempt {
  /**
   * The header that tells the next process that this caller retries by itself, so that it does not retry below: layers
   * of retries multiply. Its text is {@link #toHeader()}; the next process asks {@link #callerRetries} in {@link
   * PipelineBuilder#noRetryWhen}.
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
   * Whether the caller of the present request retries or hedges it by itself.
   *
   * <pre>{@code
   * builder.noRetryWhen(() -> Attempt.callerRetries(currentRequest().header(Attempt.HEADER)));
   * }</pre>
   *
   * @param header the text of the inbound {@link #HEADER}; what is not a whole number from 1 on counts as absent
   * @return {@code true} if it sent one
   */
  public static boolean callerRetries(Optional<String> header) {
    return header.isPresent() && header.get().matches("[1-9][0-9]{0,8}");
  }

  /**
   * What to send to the next process as {@link #HEADER}.
   *
   * @return this attempt's number; empty text if the pipeline never makes a second one (then send no header)
   */
  public String toHeader() {
    return retried ? Integer.toString(number) : "";
  }

  /** {@return the number of this attempt, counted from 1} */
  public int number() {
    return number;
  }

  /**
   * How long this attempt may take: the smaller of the per-try timeout and what the deadline leaves. Give it to the
   * client that makes the call; a pipeline without an interrupting timer cannot end a body that ignores it.
   *
   * @return the time left; never zero or negative, since clients refuse such timeouts, but 1 ns when the time is up;
   *     {@link Long#MAX_VALUE} nanoseconds if there is no limit
   */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /**
   * As {@link #remaining()}, without an object.
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
