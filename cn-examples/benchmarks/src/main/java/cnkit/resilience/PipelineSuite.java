package cnkit.resilience;

import cnkit.benchmarks.Fact;
import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.function.CheckedSupplier;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.decorators.Decorators;
import io.github.resilience4j.retry.Retry;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A healthy call through retry with its default budget, breaker and bulkhead. */
@State(Scope.Benchmark)
@Suite(name = "resilience-pipeline", title = "Retry + breaker + bulkhead, success")
@Goal(of = "kit", to = "limit", ratio = 1.5)
@Goal(of = "kit", threads = 2, to = "limit", ratio = 1.5)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kit", to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", to = "failsafe", ratio = 1.0)
public class PipelineSuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;
  final CheckedSupplier<String> checked = () -> answer;

  private final Pipeline kit = stages(Pipeline.builder("p"))
      .breaker(Breaker.of("p", BreakerSettings.countWindow(50)))
      .build();
  private final Hand.Pipeline hand = new Hand.Pipeline();
  private final Supplier<String> r4j = Decorators.ofSupplier(supplier)
      .withBulkhead(io.github.resilience4j.bulkhead.Bulkhead.of(
          "p", BulkheadConfig.custom().maxConcurrentCalls(64).build()))
      .withCircuitBreaker(CircuitBreaker.of(
          "p", CircuitBreakerConfig.custom().slidingWindowSize(50).build()))
      .withRetry(Retry.ofDefaults("p"))
      .decorate();
  private final FailsafeExecutor<Object> failsafe = Failsafe.with(
      RetryPolicy.builder().withMaxAttempts(3).build(),
      dev.failsafe.CircuitBreaker.builder().withFailureThreshold(25, 50).build(),
      dev.failsafe.Bulkhead.of(64));

  private static PipelineBuilder stages(PipelineBuilder pipeline) {
    return pipeline.retry(RetrySettings.immediate()).bulkhead(64);
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

  /** resilience4j. */
  @Benchmark
  public String resilience4j() {
    return r4j.get();
  }

  /** Failsafe. */
  @Benchmark
  public String failsafe() {
    return failsafe.get(checked);
  }

  /** Counted by a clock. */
  @Fact(value = "clock reads by 1,000 healthy calls", atMost = 0)
  public static long clockReads() throws InterruptedException {
    return Facts.clockReads(BreakerSettings.countWindow(50), PipelineSuite::stages);
  }
}
