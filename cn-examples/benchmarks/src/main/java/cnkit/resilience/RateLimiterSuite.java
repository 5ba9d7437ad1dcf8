package cnkit.resilience;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Asking for one call of a billion a second, so that every answer is yes. */
@State(Scope.Benchmark)
@Suite(name = "resilience-rate-limiter", title = "Rate limiter, granted")
@Goal(of = "kit", to = "limit", ratio = 1.15)
@Goal(of = "kit", threads = 2, to = "limitLeases", ratio = 1.3)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kit", to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", to = "failsafe", ratio = 1.0)
public class RateLimiterSuite {
  private static final int BURST = 1_000_000;

  private final RateLimiter kit =
      RateLimiter.of("l", RateLimit.of(1_000_000_000, ofSeconds(1)).withBurst(BURST));
  private final Hand.Gcra hand = new Hand.Gcra(1, BURST);
  private final Hand.Leases leases = new Hand.Leases(1, BURST);
  private final io.github.resilience4j.ratelimiter.RateLimiter r4j =
      io.github.resilience4j.ratelimiter.RateLimiter.of(
          "l",
          RateLimiterConfig.custom()
              .limitForPeriod(BURST)
              .limitRefreshPeriod(ofMillis(1))
              .timeoutDuration(ZERO)
              .build());
  private final dev.failsafe.RateLimiter<Object> failsafe =
      dev.failsafe.RateLimiter.smoothBuilder(ofNanos(1)).build();

  /** Hand-written: a clock read and a compare-and-set. */
  @Benchmark
  public boolean limit() {
    return hand.tryAcquire();
  }

  /** Hand-written: 16 at once for each thread. */
  @Benchmark
  public boolean limitLeases() {
    return leases.tryAcquire();
  }

  /** Ours. */
  @Benchmark
  public boolean kit() {
    return kit.tryAcquire(1);
  }

  /** resilience4j. */
  @Benchmark
  public boolean resilience4j() {
    return r4j.acquirePermission();
  }

  /** Failsafe. */
  @Benchmark
  public boolean failsafe() {
    return failsafe.tryAcquirePermit();
  }
}
