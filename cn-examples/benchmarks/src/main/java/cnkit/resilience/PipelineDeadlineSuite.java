package cnkit.resilience;

import static java.time.Duration.ofSeconds;

import cnkit.benchmarks.Fact;
import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import cnkit.core.Time;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.function.CheckedSupplier;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.decorators.Decorators;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A healthy call through retry, breaker and bulkhead, within a deadline of its own. */
@State(Scope.Benchmark)
@Suite(name = "resilience-pipeline-deadline", title = "The same with a deadline for each call")
@Goal(of = "kit", to = "limit", ratio = 1.5)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kitInterrupting", nanos = 1_500)
@Goal(of = "kitInterrupting", to = "failsafe", ratio = 1.0)
public class PipelineDeadlineSuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;
  final CheckedSupplier<String> checked = () -> answer;

  private final Time timer = Time.system();
  private final Pipeline kit = stages(Pipeline.builder("p"))
      .breaker(Breaker.of("p", BreakerSettings.countWindow(50)))
      .build();
  private final Pipeline interrupting = stages(Pipeline.builder("p"))
      .breaker(Breaker.of("p", BreakerSettings.countWindow(50)))
      .time(timer)
      .interruptLateCalls()
      .build();
  private final Hand.Pipeline hand = new Hand.Pipeline();

  private final ExecutorService pool = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "resilience4j");
    thread.setDaemon(true);
    return thread;
  });
  private final TimeLimiter limiter = TimeLimiter.of(ofSeconds(10));
  private final Supplier<String> r4j = Decorators.ofSupplier(supplier)
      .withBulkhead(io.github.resilience4j.bulkhead.Bulkhead.of(
          "p", BulkheadConfig.custom().maxConcurrentCalls(64).build()))
      .withCircuitBreaker(CircuitBreaker.of(
          "p", CircuitBreakerConfig.custom().slidingWindowSize(50).build()))
      .withRetry(Retry.ofDefaults("p"))
      .decorate();
  private final FailsafeExecutor<Object> failsafe = Failsafe.with(
      dev.failsafe.Timeout.of(ofSeconds(10)),
      RetryPolicy.builder().withMaxAttempts(3).build(),
      dev.failsafe.CircuitBreaker.builder().withFailureThreshold(25, 50).build(),
      dev.failsafe.Bulkhead.of(64));

  private static PipelineBuilder stages(PipelineBuilder pipeline) {
    return pipeline.deadline(ofSeconds(10)).retry(RetrySettings.immediate()).bulkhead(64);
  }

  /** Ends the threads. */
  @TearDown
  public void close() {
    timer.close();
    pool.shutdownNow();
  }

  /** Hand-written: a slot in which a watchdog would find it. */
  @Benchmark
  public String limit() {
    return hand.call(10_000_000_000L, supplier);
  }

  /** Ours, cooperative. */
  @Benchmark
  public String kit() throws InterruptedException {
    return kit.call(call);
  }

  /** Ours, with a timer that would interrupt the body. */
  @Benchmark
  public String kitInterrupting() throws InterruptedException {
    return interrupting.call(call);
  }

  /** resilience4j: the call is handed to another thread. */
  @Benchmark
  public String resilience4j() throws Exception {
    return limiter.executeFutureSupplier(() -> pool.submit(r4j::get));
  }

  /** Failsafe: schedules an interruption and cancels it. */
  @Benchmark
  public String failsafe() {
    return failsafe.get(checked);
  }

  /** Counted by a clock: one read for the deadline, one to know whether the answer came late. */
  @Fact(value = "clock reads by 1,000 healthy calls", atMost = 2_000)
  public static long clockReads() throws InterruptedException {
    return Facts.clockReads(BreakerSettings.countWindow(50), PipelineDeadlineSuite::stages);
  }
}
