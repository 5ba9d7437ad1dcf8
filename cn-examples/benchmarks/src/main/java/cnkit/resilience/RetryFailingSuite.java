package cnkit.resilience;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.function.CheckedSupplier;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Three attempts that fail, one after another; the budget is large enough for all of them. */
@State(Scope.Benchmark)
@Suite(name = "resilience-retry-failing", title = "Retry, three failing attempts, no delay")
@Goal(of = "kit", nanos = 120)
@Goal(of = "kit", to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", to = "failsafe", ratio = 1.0)
public class RetryFailingSuite {
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure() {
      super("failed", null, false, false);
    }
  }

  private final Failure failure = new Failure();

  final Call<String, RuntimeException> call = attempt -> {
    throw failure;
  };
  final Supplier<String> supplier = () -> {
    throw failure;
  };
  final CheckedSupplier<String> checked = () -> {
    throw failure;
  };

  private final Pipeline kit = Pipeline.builder("r")
      .retry(RetrySettings.immediate().withAttempts(3))
      .budget(RetryBudget.of(RetryBudgetSettings.ratio(2.0)))
      .build();
  private final Retry r4j = Retry.of(
      "r", RetryConfig.custom().maxAttempts(3).intervalFunction(attempt -> 0L).build());
  private final FailsafeExecutor<Object> failsafe =
      Failsafe.with(RetryPolicy.builder().withMaxAttempts(3).build());

  /** A loop. */
  @Benchmark
  public Object limit() {
    RuntimeException last = failure;
    for (int attempt = 1; attempt <= 3; attempt++) {
      try {
        return supplier.get();
      } catch (RuntimeException e) {
        last = e;
      }
    }
    return last;
  }

  /** Ours. */
  @Benchmark
  public Object kit() throws InterruptedException {
    try {
      return kit.call(call);
    } catch (Failure e) {
      return e;
    }
  }

  /** resilience4j. */
  @Benchmark
  public Object resilience4j() {
    try {
      return r4j.executeSupplier(supplier);
    } catch (Failure e) {
      return e;
    }
  }

  /** Failsafe. */
  @Benchmark
  public Object failsafe() {
    try {
      return failsafe.get(checked);
    } catch (Failure e) {
      return e;
    }
  }
}
