package cnkit.resilience;

import cnkit.benchmarks.Fact;
import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.function.CheckedSupplier;
import io.github.resilience4j.retry.Retry;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A call that succeeds at the first attempt, with retries and their default budget around it. */
@State(Scope.Benchmark)
@Suite(name = "resilience-retry-ok", title = "Retry, first attempt succeeds")
@Goal(of = "kit", to = "raw", over = 3)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kit", to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", to = "failsafe", ratio = 1.0)
public class RetrySuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;
  final CheckedSupplier<String> checked = () -> answer;

  private final Pipeline kit =
      Pipeline.builder("r").retry(RetrySettings.immediate()).build();
  private final Retry r4j = Retry.ofDefaults("r");
  private final FailsafeExecutor<Object> failsafe =
      Failsafe.with(RetryPolicy.builder().withMaxAttempts(3).build());

  /** The call alone. */
  @Benchmark
  public String raw() {
    return supplier.get();
  }

  /** Ours. */
  @Benchmark
  public String kit() throws InterruptedException {
    return kit.call(call);
  }

  /** resilience4j. */
  @Benchmark
  public String resilience4j() {
    return r4j.executeSupplier(supplier);
  }

  /** Failsafe. */
  @Benchmark
  public String failsafe() {
    return failsafe.get(checked);
  }

  /** Counted by a clock. */
  @Fact(value = "clock reads by 1,000 healthy calls", atMost = 0)
  public static long clockReads() throws InterruptedException {
    return Facts.clockReads(
        BreakerSettings.countWindow(50), pipeline -> pipeline.retry(RetrySettings.immediate()));
  }
}
