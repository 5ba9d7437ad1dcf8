package cnkit.resilience;

import cnkit.benchmarks.Fact;
import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.function.CheckedSupplier;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A healthy call through a breaker with a window of 50 calls. */
@State(Scope.Benchmark)
@Suite(name = "resilience-breaker-count", title = "Breaker, count window, success")
@Goal(of = "kit", to = "limit", ratio = 2.0)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kit", threads = 2, to = "kit", toThreads = 1, ratio = 1.3)
@Goal(of = "kit", to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", to = "failsafePermit", ratio = 1.0)
@Goal(of = "kit", threads = 2, to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", threads = 2, to = "failsafePermit", ratio = 1.0)
public class BreakerCountSuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;
  final CheckedSupplier<String> checked = () -> answer;

  private final Pipeline kit = Pipeline.builder("b")
      .breaker(Breaker.of("b", BreakerSettings.countWindow(50)))
      .build();
  private final Hand.Breaker hand = new Hand.Breaker();
  private final io.github.resilience4j.circuitbreaker.CircuitBreaker r4j =
      io.github.resilience4j.circuitbreaker.CircuitBreaker.of(
          "b", CircuitBreakerConfig.custom().slidingWindowSize(50).build());
  private final dev.failsafe.CircuitBreaker<Object> failsafe =
      dev.failsafe.CircuitBreaker.builder().withFailureThreshold(25, 50).build();
  private final FailsafeExecutor<Object> executor = Failsafe.with(failsafe);

  /** The call alone. */
  @Benchmark
  public String raw() {
    return supplier.get();
  }

  /** Hand-written. */
  @Benchmark
  public String limit() {
    return hand.call(supplier);
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

  /** Failsafe's breaker by its executor. */
  @Benchmark
  public String failsafe() {
    return executor.get(checked);
  }

  /** Counted by the breaker's own hook, once its window is full. */
  @Fact(value = "stores by 1,000 healthy calls", atMost = 0)
  public static long stores() throws InterruptedException {
    return Facts.stores(BreakerSettings.countWindow(50));
  }

  /** Counted by a clock. */
  @Fact(value = "clock reads by 1,000 healthy calls", atMost = 0)
  public static long clockReads() throws InterruptedException {
    return Facts.clockReads(BreakerSettings.countWindow(50));
  }
}
