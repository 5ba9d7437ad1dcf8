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

/** A healthy call through a breaker that watches for slow calls. */
@State(Scope.Benchmark)
@Suite(name = "resilience-breaker-slow", title = "Breaker with a slow-call rate, success")
@Goal(of = "kit", to = "limit", ratio = 1.2)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kit", to = "resilience4j", ratio = 1.0)
public class BreakerSlowSuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;

  private final Pipeline kit =
      Pipeline.builder("b").breaker(Breaker.of("b", settings())).build();
  private final Hand.Breaker hand = new Hand.Breaker();
  private final CircuitBreaker r4j = CircuitBreaker.of(
      "b",
      CircuitBreakerConfig.custom()
          .slidingWindowSize(50)
          .slowCallDurationThreshold(ofSeconds(1))
          .build());

  private static BreakerSettings settings() {
    return BreakerSettings.countWindow(50).withSlowCalls(ofSeconds(1), 0.5);
  }

  /** Hand-written. */
  @Benchmark
  public String limit() {
    return hand.callMeasured(supplier);
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

  /** Counted by a clock. */
  @Fact(value = "clock reads by 1,000 healthy calls", atMost = 2000)
  public static long clockReads() throws InterruptedException {
    return Facts.clockReads(settings());
  }
}
