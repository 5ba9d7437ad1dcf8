package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.positive;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * When a breaker opens, for how long, and when it closes again. Immutable; each method returns a changed copy.
 *
 * <pre>{@code
 * BreakerSettings.countWindow(50).withFailureRate(0.5).withOpenTime(Duration.ofSeconds(5));
 * BreakerSettings.consecutive(5);
 * BreakerSettings.timeWindow(Duration.ofSeconds(10)).withSlowCalls(Duration.ofMillis(500), 0.8);
 * }</pre>
 *
 * @param window which results are used; default the last 50
 * @param minimumCalls with fewer results the breaker does not open: 1 to 1,000,000, at most the size of a count
 *     window; default 10, or the window's size if that is smaller
 * @param failureRate opens at this share of failures or above: above 0.0 and up to 1.0; default 0.5
 * @param slowCalls opens also at a share of slow calls; default none, because measuring costs two clock reads per
 *     call
 * @param openTime how long it stays open; default 5 s, doubled after each failed recovery up to 60 s, plus a random 0
 *     to 20 %
 * @param probing how it closes again; default 3 probes that must all succeed
 */
public record BreakerSettings(
    Window window,
    int minimumCalls,
    double failureRate,
    Optional<SlowCalls> slowCalls,
    OpenTime openTime,
    Probing probing) {

  /** Which results are used. */
  public sealed interface Window {
    /**
     * The last results, whatever their age.
     *
     * @param size 1 to 1,000,000. Up to 62, the window is exact and linearizable, and nothing is written while all
     *     calls succeed. Above 62, a decision may miss the results that other threads record at that moment
     */
    record Count(int size) implements Window {
      public Count {
        check(size >= 1 && size <= 1_000_000, "window size", "1..1000000", size);
      }
    }

    /**
     * The results of a period of time. Costs one clock read and one write per call. Covers at least
     * {@code span - bucket} and at most {@code span}; it is evaluated after failures and slow calls.
     *
     * @param span the length of the period, up to one day
     * @param bucket the length of a step, at least 1 ms; {@code span} must be a multiple of it, at most a thousand
     *     times
     */
    record Time(Duration span, Duration bucket) implements Window {
      // checks the ranges
      public Time {
        positive("window span", span);
        check(bucket.toMillis() >= 1, "window bucket", "PT0.001S or more", bucket);
        check(
            span.toNanos() % bucket.toNanos() == 0 && span.toNanos() / bucket.toNanos() <= 1000,
            "window bucket",
            "a whole fraction of " + span + ", at most a thousand of them",
            bucket);
      }
    }
  }

  /**
   * When calls count as slow, and how many of them open the breaker. A probe that is slow counts as failed.
   *
   * @param threshold a call that takes longer is slow: above 0 and up to one day
   * @param rate opens at this share of slow calls or above: above 0.0 and up to 1.0
   */
  public record SlowCalls(Duration threshold, double rate) {
    /** Checks the ranges. */
    public SlowCalls {
      positive("threshold", threshold);
      check(rate > 0.0 && rate <= 1.0, "slow rate", "above 0.0 and up to 1.0", rate);
    }
  }

  /**
   * How long a breaker stays open.
   *
   * @param base the first open time, also used if {@code growth} throws an exception: above 0 and up to one day
   * @param growth the open time as a function of the number of earlier openings in a row, from 0
   * @param cap the longest, above 0 and up to one day
   * @param jitter the time is lengthened by a random share of up to this: 0.0 to 1.0
   */
  public record OpenTime(Duration base, Backoff growth, Duration cap, double jitter) {
    public OpenTime {
      positive("openFor", base);
      requireNonNull(growth, "growth");
      positive("cap", cap);
      check(base.compareTo(cap) <= 0, "openFor", "at most the cap " + cap, base);
      check(jitter >= 0.0 && jitter <= 1.0, "jitter", "0.0..1.0", jitter);
    }
  }

  /**
   * How a half-open breaker decides.
   *
   * @param permits the number of probes that are let through: 1 to 100
   * @param successes the number of successful probes that close it: 1 to {@code permits}; it opens as soon as this
   *     number can no longer be reached
   * @param lease a probe that has not reported within this time loses its permit: above 0 and up to one day
   * @param inconclusive after this number of probes without a clear result it opens again: 1 to 1,000
   */
  public record Probing(int permits, int successes, Duration lease, int inconclusive) {
    public Probing {
      check(permits >= 1 && permits <= 100, "probes", "1..100", permits);
      check(successes >= 1 && successes <= permits, "probe successes", "1.." + permits, successes);
      positive("lease", lease);
      check(inconclusive >= 1 && inconclusive <= 1000, "inconclusive", "1..1000", inconclusive);
    }
  }

  public BreakerSettings {
    requireNonNull(window, "window");
    check(
        minimumCalls >= 1 && minimumCalls <= 1_000_000, "minimumCalls", "1..1000000", minimumCalls);
    if (window instanceof Window.Count count) {
      check(
          minimumCalls <= count.size(),
          "minimumCalls",
          "at most the window of " + count.size(),
          minimumCalls);
    }
    check(
        failureRate > 0.0 && failureRate <= 1.0,
        "failureRate",
        "above 0.0 and up to 1.0",
        failureRate);
    requireNonNull(slowCalls, "slowCalls");
    requireNonNull(openTime, "openTime");
    requireNonNull(probing, "probing");
  }

  /**
   * Uses a window of the last results.
   *
   * @param size how many
   * @return the settings, with the defaults for the rest
   */
  public static BreakerSettings countWindow(int size) {
    return of(new Window.Count(size), Math.min(size, 10));
  }

  /**
   * Uses a window of time, in ten buckets.
   *
   * @param span how long: 10 ms to one day
   * @return the settings, with the defaults for the rest
   */
  public static BreakerSettings timeWindow(Duration span) {
    Duration bucket = span.dividedBy(10);
    return of(new Window.Time(bucket.multipliedBy(10), bucket), 10);
  }

  private static BreakerSettings of(Window window, int minimumCalls) {
    Duration base = Duration.ofSeconds(5);
    return new BreakerSettings(
        window,
        minimumCalls,
        0.5,
        Optional.empty(),
        new OpenTime(base, new Backoff.Exponential(base, 2.0), Duration.ofSeconds(60), 0.2),
        new Probing(3, 3, Duration.ofSeconds(30), 5));
  }

  /**
   * Opens after this number of consecutive failures.
   *
   * @param failures how many
   * @return the settings, with the defaults for the rest
   */
  public static BreakerSettings consecutive(int failures) {
    return countWindow(failures).withMinimumCalls(failures).withFailureRate(1.0);
  }

  /**
   * Replaces the share of failures at which it opens.
   *
   * @param failureRate above 0.0 and up to 1.0
   * @return a changed copy
   */
  public BreakerSettings withFailureRate(double failureRate) {
    return new BreakerSettings(window, minimumCalls, failureRate, slowCalls, openTime, probing);
  }

  /**
   * Opens also at a share of slow calls. Costs two clock reads per call.
   *
   * @param threshold slower than this is slow
   * @param rate above 0.0 and up to 1.0
   * @return a changed copy
   */
  public BreakerSettings withSlowCalls(Duration threshold, double rate) {
    return new BreakerSettings(
        window,
        minimumCalls,
        failureRate,
        Optional.of(new SlowCalls(threshold, rate)),
        openTime,
        probing);
  }

  /**
   * Replaces the number of results below which the breaker does not open.
   *
   * @param minimumCalls at least 1
   * @return a changed copy
   */
  public BreakerSettings withMinimumCalls(int minimumCalls) {
    return new BreakerSettings(window, minimumCalls, failureRate, slowCalls, openTime, probing);
  }

  /**
   * Replaces the first open time; each failed recovery doubles it up to the cap.
   *
   * @param base the first open time
   * @return a changed copy; a cap below {@code base} is raised to it
   */
  public BreakerSettings withOpenTime(Duration base) {
    Duration cap = base.compareTo(openTime.cap) > 0 ? base : openTime.cap;
    return openTime(new OpenTime(base, new Backoff.Exponential(base, 2.0), cap, openTime.jitter));
  }

  /**
   * Replaces the open time by a function.
   *
   * @param base the open time if the function throws an exception
   * @param growth returns the open time for the number of earlier openings in a row (from 0); called before the
   *     breaker changes
   * @return a changed copy
   */
  public BreakerSettings withOpenTime(Duration base, IntFunction<Duration> growth) {
    Duration cap = base.compareTo(openTime.cap) > 0 ? base : openTime.cap;
    return openTime(new OpenTime(base, new Backoff.Custom(growth), cap, openTime.jitter));
  }

  /**
   * Replaces the longest open time.
   *
   * @param cap at least the first open time
   * @return a changed copy
   */
  public BreakerSettings withMaxOpenTime(Duration cap) {
    return openTime(new OpenTime(openTime.base, openTime.growth, cap, openTime.jitter));
  }

  /**
   * Replaces the jitter of the open time.
   *
   * @param jitter 0.0 (none) to 1.0 (up to twice the time)
   * @return a changed copy
   */
  public BreakerSettings withOpenJitter(double jitter) {
    return openTime(new OpenTime(openTime.base, openTime.growth, openTime.cap, jitter));
  }

  private BreakerSettings openTime(OpenTime openTime) {
    return new BreakerSettings(window, minimumCalls, failureRate, slowCalls, openTime, probing);
  }

  /**
   * Replaces the number of probes and how many of them must succeed.
   *
   * @param permits 1 to 100
   * @param successes 1 to {@code permits}
   * @return a changed copy
   */
  public BreakerSettings withProbes(int permits, int successes) {
    return probing(new Probing(permits, successes, probing.lease, probing.inconclusive));
  }

  /**
   * Replaces the time after which a probe that has not reported loses its permit. It should be longer than any call
   * takes.
   *
   * @param lease above 0
   * @return a changed copy
   */
  public BreakerSettings withProbeLease(Duration lease) {
    return probing(new Probing(probing.permits, probing.successes, lease, probing.inconclusive));
  }

  /**
   * Replaces the number of probes without a clear result after which the breaker opens again.
   *
   * @param inconclusive 1 to 1,000
   * @return a changed copy
   */
  public BreakerSettings withInconclusiveProbes(int inconclusive) {
    return probing(new Probing(probing.permits, probing.successes, probing.lease, inconclusive));
  }

  private BreakerSettings probing(Probing probing) {
    return new BreakerSettings(window, minimumCalls, failureRate, slowCalls, openTime, probing);
  }
}
