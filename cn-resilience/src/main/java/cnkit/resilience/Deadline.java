package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The instant, on the monotonic clock, after which an answer is no longer useful. Immutable; it may be passed to
 * other threads. A nested deadline can only be earlier: the result of {@link #within(Duration)} is never later than
 * its parent.
 *
 * <p>Between processes, the remaining time is sent, because the clocks of two hosts differ:
 *
 * <pre>{@code
 * Deadline deadline = Deadline.fromHeader(request.header(Deadline.HEADER), ofSeconds(10)); // inbound, capped
 * inventory.call(deadline, a -> client.send(builder.header(Deadline.HEADER, a.deadline().toHeader()).build()));
 * }</pre>
 */
public final class Deadline {
  /** The header for the remaining time: whole milliseconds, rounded down; absent for {@link #none()}. */
  public static final String HEADER = "x-call-remaining-ms";

  private static final Deadline NONE = new Deadline(SystemTime.SHARED, 0, false);
  private static final int MOST_DIGITS = 15;

  private final Time time;
  private final long atNanos;
  private final boolean bounded;

  private Deadline(Time time, long atNanos, boolean bounded) {
    this.time = time;
    this.atNanos = atNanos;
    this.bounded = bounded;
  }

  static Deadline at(Time time, long atNanos) {
    return new Deadline(time, atNanos, true);
  }

  /** {@return the deadline that never expires} */
  public static Deadline none() {
    return NONE;
  }

  /**
   * A deadline from now on the JVM's monotonic clock.
   *
   * @param timeout how long from now; with zero or less, the deadline has expired; more than 146 years count as 146
   *     years
   * @return the deadline
   */
  public static Deadline in(Duration timeout) {
    return in(timeout, SystemTime.SHARED);
  }

  /**
   * A deadline from now on the given clock.
   *
   * @param timeout how long from now; zero or negative is spent already
   * @param time whose clock it is
   * @return the deadline
   */
  public static Deadline in(Duration timeout, Time time) {
    requireNonNull(time, "time");
    return new Deadline(time, time.nanoTime() + Arguments.saturatedNanos(timeout), true);
  }

  /**
   * The deadline that a caller sent in {@link #HEADER}, limited by {@code cap}.
   *
   * @param header the header's value; a value that is not a whole number of milliseconds counts as absent, so that a
   *     caller's mistake does not remove the limit
   * @param cap the longest that we accept from a caller; also what holds when the header is absent
   * @return the deadline, at most {@code cap} from now
   */
  public static Deadline fromHeader(Optional<String> header, Duration cap) {
    return fromHeader(header, cap, SystemTime.SHARED);
  }

  /**
   * As {@link #fromHeader(Optional, Duration)}, on the given clock.
   *
   * @param header the header's text
   * @param cap the longest that we accept from a caller; also what holds when the header is absent
   * @param time whose clock it is
   * @return the deadline, at most {@code cap} from now
   */
  public static Deadline fromHeader(Optional<String> header, Duration cap, Time time) {
    long millis = header.map(Deadline::parseMillis).orElse(-1L);
    Duration sent = millis < 0 ? cap : Duration.ofMillis(millis);
    return in(sent.compareTo(cap) < 0 ? sent : cap, time);
  }

  private static long parseMillis(String text) {
    if (text.isEmpty()) {
      return -1;
    }
    long millis = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9' || i >= MOST_DIGITS) {
        return -1;
      }
      millis = millis * 10 + (c - '0');
    }
    return millis;
  }

  /**
   * A nested deadline: the earlier of this one and {@code timeout} from now.
   *
   * @param timeout how long from now
   * @return this deadline if it comes first, otherwise an earlier one on the same clock
   */
  public Deadline within(Duration timeout) {
    return within(Arguments.saturatedNanos(timeout));
  }

  Deadline within(long timeoutNanos) {
    long now = time.nanoTime();
    return bounded && atNanos - now <= timeoutNanos
        ? this
        : new Deadline(time, now + timeoutNanos, true);
  }

  /**
   * Whether there is a limit.
   *
   * @return {@code false} for {@link #none()} only
   */
  public boolean isBounded() {
    return bounded;
  }

  /**
   * Whether the time is up.
   *
   * @return {@code true} from the deadline on
   */
  public boolean isExpired() {
    return bounded && time.nanoTime() - atNanos >= 0;
  }

  /**
   * The time that is left.
   *
   * @return the time left, never negative; {@link Long#MAX_VALUE} nanoseconds if there is no limit
   */
  public Duration remaining() {
    return Duration.ofNanos(remainingNanos());
  }

  /**
   * The time that is left, without creating an object.
   *
   * @return nanoseconds, never negative; {@link Long#MAX_VALUE} if there is no limit
   */
  public long remainingNanos() {
    return bounded ? Math.max(0, atNanos - time.nanoTime()) : Long.MAX_VALUE;
  }

  /**
   * What to send to the next process as {@link #HEADER}.
   *
   * @return the remaining milliseconds, rounded down; the empty text if there is no limit (then send no header)
   */
  public String toHeader() {
    return bounded ? Long.toString(remainingNanos() / 1_000_000) : "";
  }

  /** This deadline as a tick of {@code other}; reads both clocks when they differ. */
  long atOn(Time other) {
    return other == time ? atNanos : other.nanoTime() + remainingNanos();
  }

  @Override
  public String toString() {
    return bounded ? String.format(Locale.ROOT, "Deadline[in %s]", remaining()) : "Deadline[none]";
  }
}
