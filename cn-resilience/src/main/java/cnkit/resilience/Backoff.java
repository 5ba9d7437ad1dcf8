package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.notNegative;
import static cnkit.core.internal.Arguments.positive;
import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Arguments;
import cnkit.core.internal.Pure;
import java.time.Duration;
import java.util.function.IntFunction;

/**
 * How long to wait before each retry, before cap and jitter are applied (those are in {@link RetrySettings}). Each
 * delay is computed directly from the number of the retry, without accumulated rounding errors; large delays saturate
 * and do not overflow. Immutable.
 *
 * <pre>{@code
 * new Backoff.Exponential(Duration.ofMillis(100), 2.0).nominalNanos(3); // 800 ms
 * }</pre>
 */
@Pure
public sealed interface Backoff {
  /**
   * The delay before a retry.
   *
   * @param retry the number of earlier retries, from 0
   * @return nanoseconds, not negative, saturating at 2^62
   */
  long nominalNanos(int retry);

  /**
   * The same delay each time.
   *
   * @param delay 0 to one day
   */
  record Constant(Duration delay) implements Backoff {
    public Constant {
      notNegative("delay", delay);
    }

    @Override
    public long nominalNanos(int retry) {
      return delay.toNanos();
    }
  }

  /**
   * Grows by the same step: {@code base + retry * step}.
   *
   * @param base the first delay, above 0 and up to one day
   * @param step what each further retry adds, 0 to one day
   */
  record Linear(Duration base, Duration step) implements Backoff {
    public Linear {
      positive("base", base);
      notNegative("step", step);
    }

    @Override
    public long nominalNanos(int retry) {
      return saturate(base.toNanos() + (double) step.toNanos() * retry);
    }
  }

  /**
   * Grows by the same factor: {@code base * multiplier^retry}.
   *
   * @param base the first delay, above 0 and up to one day
   * @param multiplier from 1.0 to 100.0
   */
  record Exponential(Duration base, double multiplier) implements Backoff {
    public Exponential {
      positive("base", base);
      check(multiplier >= 1.0 && multiplier <= 100.0, "multiplier", "1.0..100.0", multiplier);
    }

    @Override
    public long nominalNanos(int retry) {
      return saturate(base.toNanos() * Math.pow(multiplier, retry));
    }
  }

  /**
   * A function of the user.
   *
   * @param delays returns the delay for the number of earlier retries (from 0); a negative delay counts as zero.
   *     Called once per retry; if it throws an exception, the retry is not made
   */
  record Custom(IntFunction<Duration> delays) implements Backoff {
    public Custom {
      requireNonNull(delays, "delays");
    }

    @Override
    public long nominalNanos(int retry) {
      return Math.max(0, Arguments.saturatedNanos(delays.apply(retry)));
    }
  }

  private static long saturate(double nanos) {
    // a double goes to infinity where a long would wrap to a negative delay
    return nanos < Arguments.FOREVER_NANOS ? (long) nanos : Arguments.FOREVER_NANOS;
  }
}
