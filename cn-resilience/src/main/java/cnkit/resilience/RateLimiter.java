package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.Once;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.Optional;

/**
 * Limits the rate of calls. Safe for use by many threads; owns no thread; several pipelines may share one. An idle
 * limiter grants its burst and no more. The time to wait is exact. A request that can never be granted is rejected at
 * once.
 *
 * <pre>{@code
 * RateLimiter limiter = RateLimiter.of("mail", RateLimit.of(10, Duration.ofSeconds(1)).withBurst(5));
 * if (!limiter.tryAcquire(1)) {
 *   sendLater(limiter.retryAfter(1));
 * }
 * }</pre>
 */
public final class RateLimiter {
  private final String name;
  private final Time time;
  private final AtomicWord tat;
  private volatile Rule rule;

  /** A limit with what is computed from it: read in one piece, so that a change is never seen by halves. */
  private record Rule(RateLimit limit, long intervalNanos, long toleranceNanos)
      implements AtomicWord.Step {
    static Rule of(RateLimit limit) {
      return new Rule(limit, limit.intervalNanos(), limit.toleranceNanos());
    }

    /** Asks for so many calls now. */
    @Override
    public long apply(long tat, long now, long calls) {
      return waitNanos(tat, now, calls) > 0 ? tat : advance(tat, now, calls);
    }

    long waitNanos(long tat, long now, long calls) {
      return Gcra.waitNanos(tat, now, calls, intervalNanos, toleranceNanos);
    }

    long advance(long tat, long now, long calls) {
      return Gcra.advance(tat, now, calls, intervalNanos);
    }
  }

  private RateLimiter(String name, RateLimit limit, Time time) {
    this.name = Arguments.name(name);
    this.time = requireNonNull(time, "time");
    this.tat = new AtomicWord(time.nanoTime());
    this.rule = Rule.of(limit);
  }

  /**
   * A limiter on the JVM's monotonic clock; its whole burst is available.
   *
   * @param name for messages and metrics
   * @param limit how much
   * @return a limiter
   */
  public static RateLimiter of(String name, RateLimit limit) {
    return of(name, limit, SystemTime.SHARED);
  }

  /**
   * A limiter on the given clock; its whole burst is available.
   *
   * @param name for messages and metrics
   * @param limit how much
   * @param time its clock
   * @return a limiter
   */
  public static RateLimiter of(String name, RateLimit limit, Time time) {
    return new RateLimiter(name, limit, time);
  }

  /** {@return the name, as given} */
  public String name() {
    return name;
  }

  /** {@return the current limit, as given or as changed} */
  public RateLimit limit() {
    return rule.limit;
  }

  /**
   * Changes the limit. If the new burst is smaller, the excess is lost at once; the refill continues.
   *
   * @param newLimit from now on
   */
  public void change(RateLimit newLimit) {
    rule = Rule.of(newLimit);
  }

  /**
   * Takes permits for calls now, all or none.
   *
   * @param calls how many: 1 to the burst
   * @return {@code true} if they are granted; {@code false} if nothing was taken; then see {@link #retryAfter}
   * @throws IllegalArgumentException if so many can never be granted at once
   */
  public boolean tryAcquire(int calls) {
    checkPossible(calls);
    return ask(calls) <= 0;
  }

  /**
   * The time until this number of calls can be granted; takes nothing.
   *
   * @param calls how many: 1 to the burst
   * @return zero if they would be granted now; the wait becomes longer if other callers come first
   * @throws IllegalArgumentException if so many can never be granted at once
   */
  public Duration retryAfter(int calls) {
    checkPossible(calls);
    Rule r = rule;
    long now = time.nanoTime();
    long wait = Gcra.waitNanos(tat.get(), now, calls, r.intervalNanos, r.toleranceNanos);
    return Duration.ofNanos(Math.max(0, wait));
  }

  /**
   * Reserves calls that may be made after a delay, if the delay is not too long. A caller that does not make the
   * calls should cancel the reservation.
   *
   * @param calls how many: 1 to the burst
   * @param atMost the longest wait; zero or more
   * @return the reservation; empty if the wait would be longer, then nothing is taken
   * @throws IllegalArgumentException if so many can never be granted at once
   */
  public Optional<Reservation> reserve(int calls, Duration atMost) {
    checkPossible(calls);
    long patience = Arguments.saturatedNanos(atMost);
    long now = time.nanoTime();
    Rule r = rule;
    long before =
        tat.advance(t -> r.waitNanos(t, now, calls) > patience ? t : r.advance(t, now, calls));
    long wait = Math.max(0, r.waitNanos(before, now, calls));
    return wait > patience
        ? Optional.empty()
        : Optional.of(new Reservation(this, calls * r.intervalNanos, now + wait));
  }

  private void checkPossible(int calls) {
    int burst = rule.limit.burst();
    if (calls < 1 || calls > burst) { // only then is there a text to make
      check(false, "calls", "1.." + burst + ", the burst", calls);
    }
  }

  /** 0 or less: granted; otherwise how long to wait, and nothing is taken. */
  long ask(int calls) {
    long now = time.nanoTime();
    Rule r = rule;
    return r.waitNanos(tat.advance(r, now, calls), now, calls);
  }

  /** Calls that were granted just now and not made. */
  void giveBack(int calls) {
    giveBackNanos(calls * rule.intervalNanos);
  }

  private void giveBackNanos(long nanos) {
    long now = time.nanoTime();
    tat.advance(t -> Gcra.giveBack(t, now, 1, nanos));
  }

  Evidence.Limited evidence() {
    RateLimit limit = rule.limit;
    return new Evidence.Limited(name, limit.calls(), limit.period());
  }

  @Override
  public String toString() {
    RateLimit limit = rule.limit;
    return "RateLimiter[" + name + ", " + limit.calls() + " in " + limit.period() + "]";
  }

  /** Calls that may be made after {@link #delay()}. Safe for use by many threads. */
  public static final class Reservation {
    private final RateLimiter limiter;
    /** What was taken, whatever a call is worth by now. */
    private final long takenNanos;

    private final long dueNanos;
    private final Once over = new Once();

    Reservation(RateLimiter limiter, long takenNanos, long dueNanos) {
      this.limiter = limiter;
      this.takenNanos = takenNanos;
      this.dueNanos = dueNanos;
    }

    /** {@return the time that is left to wait; zero or more} */
    public Duration delay() {
      return Duration.ofNanos(Math.max(0, dueNanos - limiter.time.nanoTime()));
    }

    /**
     * Returns the calls, so that other callers wait less. This is possible once, and only before the delay has ended.
     *
     * @return whether the calls were returned
     */
    public boolean cancel() {
      if (limiter.time.nanoTime() - dueNanos >= 0 || !over.first()) {
        return false;
      }
      limiter.giveBackNanos(takenNanos);
      return true;
    }
  }
}
