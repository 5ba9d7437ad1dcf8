package cnkit.telemetry;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Call;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import io.opentelemetry.api.OpenTelemetry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A healthy guarded call, observed without an SDK, beside the same call that nobody observes. */
@State(Scope.Benchmark)
@Suite(name = "telemetry-call", title = "A guarded call, observed without an SDK")
@Goal(of = "kit", to = "raw", over = 10)
@Goal(of = "kit", bytes = 0)
public class ObservedCallSuite {
  private final String answer = "ok";
  final Call<String, RuntimeException> call = attempt -> answer;
  private final Pipeline plain = pipeline("plain");
  private final Pipeline observed = pipeline("observed");

  /** Attaches the observer to one of the two. */
  public ObservedCallSuite() {
    PipelineTelemetry.observe(observed, OpenTelemetry.noop());
  }

  private static Pipeline pipeline(String name) {
    return Pipeline.builder(name)
        .retry(RetrySettings.immediate())
        .breaker(Breaker.of(name, BreakerSettings.countWindow(50)))
        .bulkhead(64)
        .build();
  }

  /** Nobody observes it. */
  @Benchmark
  public String raw() throws InterruptedException {
    return plain.call(call);
  }

  /** Ours. */
  @Benchmark
  public String kit() throws InterruptedException {
    return observed.call(call);
  }
}
