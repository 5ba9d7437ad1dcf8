package cnkit.telemetry;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.WorkKind;
import io.opentelemetry.api.OpenTelemetry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Entering and leaving, observed without an SDK, beside the same that nobody observes. */
@State(Scope.Benchmark)
@Suite(name = "telemetry-in-flight", title = "In-flight enter and exit, observed without an SDK")
@Goal(of = "kit", to = "raw", over = 10)
@Goal(of = "kit", bytes = 0)
public class ObservedWorkSuite {
  private final InFlight plain = new InFlight();
  private final InFlight observed = new InFlight();

  /** Attaches the observer to the lifecycle of one of the two. */
  public ObservedWorkSuite() {
    LifecycleTelemetry.observe(Lifecycle.builder().drain(observed).build(), OpenTelemetry.noop());
  }

  /** Nobody observes it. */
  @Benchmark
  public int raw() {
    int slot = plain.enter(WorkKind.REQUEST);
    plain.exit(slot);
    return slot;
  }

  /** Ours. */
  @Benchmark
  public int kit() {
    int slot = observed.enter(WorkKind.REQUEST);
    observed.exit(slot);
    return slot;
  }
}
