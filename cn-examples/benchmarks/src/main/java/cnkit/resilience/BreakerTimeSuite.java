package cnkit.resilience;

import static java.time.Duration.ofSeconds;

import cnkit.benchmarks.Fact;
import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A healthy call through a breaker with a window of 10 seconds. */
@State(Scope.Benchmark)
@Suite(name = "resilience-breaker-time", title = "Breaker, time window, success")
@Goal(of = "kit", to = "limit", ratio = 1.3)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kit", to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", to = "failsafePermit", ratio = 1.0)
public class BreakerTimeSuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;

  private final Pipeline kit =
      Pipeline.builder("b").breaker(Breaker.of("b", settings())).build();
  private final Hand.Breaker hand = new Hand.Breaker();
  private final CircuitBreaker r4j = CircuitBreaker.of(
      "b",
      CircuitBreakerConfig.custom()
          .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.TIME_BASED)
          .slidingWindowSize(10)
          .build());

  private final dev.failsafe.CircuitBreaker<Object> failsafe = dev.failsafe.CircuitBreaker.builder()
      .withFailureRateThreshold(50, 10, ofSeconds(10))
      .build();

  private static BreakerSettings settings() {
    return BreakerSettings.timeWindow(ofSeconds(10));
  }

  /** Hand-written. */
  @Benchmark
  public String limit() {
    return hand.callTimed(supplier);
  }

  /** Ours. */
  @Benchmark
  public String kit() throws InterruptedException {
    return kit.call(call);
  }

  /** resilience4j, by its supplier. */
  @Benchmark
  public String resilience4j() {
    return r4j.executeSupplier(supplier);
  }

  /** Failsafe's breaker by hand. */
  @Benchmark
  public String failsafePermit() {
    if (!failsafe.tryAcquirePermit()) {
      throw new IllegalStateException("open");
    }
    String value = supplier.get();
    failsafe.recordSuccess();
    return value;
  }

  /** Counted by a clock. */
  @Fact(value = "clock reads by 1,000 healthy calls", atMost = 1000)
  public static long clockReads() throws InterruptedException {
    return Facts.clockReads(settings());
  }
}
