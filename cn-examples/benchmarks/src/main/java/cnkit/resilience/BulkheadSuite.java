package cnkit.resilience;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Entering and leaving a bulkhead of 64 places that never fills. */
@State(Scope.Benchmark)
@Suite(name = "resilience-bulkhead", title = "Bulkhead, 64 permits")
@Goal(of = "kit", to = "limit", ratio = 1.3)
@Goal(of = "kit", threads = 2, to = "limit", ratio = 1.3)
@Goal(of = "kit", bytes = 0)
@Goal(of = "kit", threads = 2, to = "resilience4j", ratio = 1.0)
@Goal(of = "kit", threads = 2, to = "failsafePermit", ratio = 1.0)
public class BulkheadSuite {
  private final String answer = "ok";

  final Call<String, RuntimeException> call = attempt -> answer;
  final Supplier<String> supplier = () -> answer;

  private final Pipeline kit = Pipeline.builder("b").bulkhead(64).build();
  private final Hand.Bulkhead hand = new Hand.Bulkhead(64);
  private final io.github.resilience4j.bulkhead.Bulkhead r4j =
      io.github.resilience4j.bulkhead.Bulkhead.of(
          "b", BulkheadConfig.custom().maxConcurrentCalls(64).build());
  private final dev.failsafe.Bulkhead<Object> failsafe = dev.failsafe.Bulkhead.of(64);

  /** Hand-written: exact, permits in stripes. */
  @Benchmark
  public String limit() {
    int place = hand.enter();
    if (place < 0) {
      throw new IllegalStateException("full");
    }
    try {
      return supplier.get();
    } finally {
      hand.exit(place);
    }
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

  /** Failsafe's bulkhead by hand. */
  @Benchmark
  public String failsafePermit() {
    if (!failsafe.tryAcquirePermit()) {
      throw new IllegalStateException("full");
    }
    try {
      return supplier.get();
    } finally {
      failsafe.releasePermit();
    }
  }
}
