package cnkit.resilience;

import static java.time.Duration.ofHours;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A call that an open breaker refuses. */
@State(Scope.Benchmark)
@Suite(name = "resilience-breaker-open", title = "Breaker, rejected while open")
@Goal(of = "kitValue", nanos = 30)
@Goal(of = "kitValue", bytes = 48)
@Goal(of = "kitException", nanos = 150)
@Goal(of = "kitException", to = "resilience4j", ratio = 1.0)
public class BreakerOpenSuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;

  private final Pipeline kit = tripped();
  private final CircuitBreaker r4j = CircuitBreaker.of(
      "b", CircuitBreakerConfig.custom().waitDurationInOpenState(ofHours(10)).build());

  /** Opens resilience4j's. */
  public BreakerOpenSuite() {
    r4j.transitionToOpenState();
  }

  private static Pipeline tripped() {
    Breaker breaker = Breaker.of("b", BreakerSettings.countWindow(10).withOpenTime(ofHours(10)));
    Pipeline pipeline = Pipeline.builder("b").breaker(breaker).build();
    while (breaker.state() != Breaker.State.OPEN) {
      CallOutcome<String> unused = pipeline.tryCall(attempt -> {
        throw new IllegalStateException("trips it");
      });
    }
    return pipeline;
  }

  /** Ours, as a value. */
  @Benchmark
  public CallOutcome<String> kitValue() {
    return kit.tryCall(call);
  }

  /** Ours, as an exception. */
  @Benchmark
  public Object kitException() throws InterruptedException {
    try {
      return kit.call(call);
    } catch (CallRejectedException e) {
      return e;
    }
  }

  /** resilience4j. */
  @Benchmark
  public Object resilience4j() {
    try {
      return r4j.executeSupplier(supplier);
    } catch (CallNotPermittedException e) {
      return e;
    }
  }
}
