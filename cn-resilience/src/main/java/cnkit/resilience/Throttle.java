package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import cnkit.core.internal.Once;
import cnkit.core.internal.SystemTime;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Rejects the share of calls that the dependency would not serve anyway. It is an alternative to a {@link Breaker}
 * for dependencies that are overloaded but not down. A breaker lets all calls pass or none; a throttle sends about
 * {@code multiplier} times as many calls as the dependency accepted. Safe for use by many threads; several pipelines
 * may share one.
 *
 * <p>The rejected share is {@code max(0, (requests - multiplier * accepts) / (requests + 1))}, at most
 * {@code mostRefused}. It is computed over a sliding window and over the last fifth of the window, and the lower
 * value is used, so a recovery is noticed within one window. Every requested call counts as a request, also a
 * rejected one. Successful calls count as accepted.
 *
 * <pre>{@code
 * Throttle throttle = Throttle.of("search", ThrottleSettings.standard());
 * Pipeline search = Pipeline.builder("search").throttle(throttle).build();
 * }</pre>
 */
public final class Throttle {
  private final String name;
  private final Time time;
  private final DoubleSupplier random;
  private volatile Counts counts;

  /** One window; another takes its place when the settings look at another span. */
  private record Counts(ThrottleSettings settings, SlidingCount requests, SlidingCount accepts) {
    static Counts of(ThrottleSettings settings, long now) {
      long span = settings.window().toNanos();
      return new Counts(settings, new SlidingCount(span, now), new SlidingCount(span, now));
    }

    double refusal(long asked, long accepted, long now) {
      return ThrottleRule.refusal(
          settings, asked, accepted, requests.recent(now), accepts.recent(now));
    }
  }

  private Throttle(String name, ThrottleSettings settings, Time time, DoubleSupplier random) {
    this.name = Arguments.name(name);
    this.time = requireNonNull(time, "time");
    this.random = requireNonNull(random, "random");
    this.counts = Counts.of(settings, time.nanoTime());
  }

  /**
   * A throttle on the JVM's monotonic clock.
   *
   * @param name for messages and metrics
   * @param settings when it rejects calls
   * @return a throttle with no counts, which rejects no call
   */
  public static Throttle of(String name, ThrottleSettings settings) {
    return of(name, settings, SystemTime.SHARED, Jitter.RANDOM);
  }

  /**
   * A throttle with the given clock and source of random numbers.
   *
   * @param name for messages and metrics
   * @param settings when it rejects calls
   * @param time its clock
   * @param random uniform in [0, 1); decides which calls are rejected
   * @return a throttle with no counts, which rejects no call
   */
  public static Throttle of(
      String name, ThrottleSettings settings, Time time, DoubleSupplier random) {
    return new Throttle(name, settings, time, random);
  }

  /** {@return the name, as given} */
  public String name() {
    return name;
  }

  /** {@return the settings, as given or as changed} */
  public ThrottleSettings settings() {
    return counts.settings;
  }

  /**
   * Replaces the settings. The counts are kept if the window stays the same.
   *
   * @param settings from now on
   */
  public void change(ThrottleSettings settings) {
    Counts before = counts;
    counts = settings.window().equals(before.settings.window())
        ? new Counts(settings, before.requests, before.accepts)
        : Counts.of(settings, time.nanoTime());
  }

  /**
   * The share of calls that is rejected now.
   *
   * @return 0.0 to {@link ThrottleSettings#mostRefused()}; changes nothing
   */
  public double refusedShare() {
    Counts c = counts;
    long now = time.nanoTime();
    return c.refusal(c.requests.sum(now), c.accepts.sum(now), now);
  }

  /**
   * Asks for a permit for one call. The caller must complete the permit.
   *
   * @return the permit; empty if the call is rejected
   */
  public Optional<Permit> tryAcquire() {
    return admit() == null ? Optional.of(new Permit(this)) : Optional.empty();
  }

  /** The reason to refuse a call; {@code null} if it passes. It is counted in either case. */
  Evidence.@Nullable Throttled admit() {
    Counts c = counts;
    long now = time.nanoTime();
    long requests = c.requests.sum(now);
    long accepts = c.accepts.sum(now);
    double share = c.refusal(requests, accepts, now);
    boolean refused = share > 0.0 && draw() < share;
    c.requests.add(1, now);
    return refused
        ? new Evidence.Throttled(
            name, requests, accepts, c.settings.window(), c.settings.multiplier(), share)
        : null;
  }

  private double draw() {
    try {
      return random.getAsDouble();
    } catch (Throwable t) { // the user's randomness: without it nobody is refused
      return 1.0;
    }
  }

  void complete(Handling handling) {
    Counts c = counts;
    switch (handling) {
      case SUCCESS -> c.accepts.add(1, time.nanoTime());
      case NEUTRAL, NOT_SENT -> c.requests.add(-1, time.nanoTime());
      case FAILURE -> {
        // counted as requested and not accepted
      }
    }
  }

  @Override
  public String toString() {
    return "Throttle[" + name + ", " + Math.round(refusedShare() * 1000) / 10.0 + " % refused]";
  }

  /** The permit of one call; complete it once, on any thread. */
  public static final class Permit {
    private final Throttle throttle;
    private final Once used = new Once();

    Permit(Throttle throttle) {
      this.throttle = throttle;
    }

    /**
     * Reports the result of the call; a second report is ignored. A call that is neutral or was not sent counts as if
     * it had not been requested.
     *
     * @param handling how the call's result is classified
     */
    public void complete(Handling handling) {
      requireNonNull(handling, "handling");
      if (used.first()) {
        throttle.complete(handling);
      }
    }
  }
}
