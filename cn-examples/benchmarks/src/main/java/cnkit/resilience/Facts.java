package cnkit.resilience;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Counts what healthy calls do. */
final class Facts {
  private static final int CALLS = 1_000;

  private Facts() {}

  /** How many times the state was replaced; states are immutable, so one that is the same object was not written. */
  @SuppressWarnings("ReferenceEquality") // whether it is the same object is the question
  static long stores(BreakerSettings settings) throws InterruptedException {
    Breaker breaker = Breaker.of("b", settings);
    Pipeline pipeline = Pipeline.builder("b").breaker(breaker).build();
    AtomicLong stores = new AtomicLong();
    long unused = during(pipeline, stores);
    for (int i = 0; i < CALLS; i++) {
      BreakerState.Closed before = breaker.cell().healthy();
      pipeline.call(attempt -> "ok");
      if (before == null || breaker.cell().healthy() != before) {
        stores.incrementAndGet();
      }
    }
    return stores.get();
  }

  static long clockReads(BreakerSettings settings) throws InterruptedException {
    return clockReads(settings, builder -> builder);
  }

  static long clockReads(BreakerSettings settings, UnaryOperator<PipelineBuilder> stages)
      throws InterruptedException {
    AtomicLong reads = new AtomicLong();
    CountingTime time = new CountingTime(reads);
    Breaker breaker = Breaker.of("b", settings, time);
    Pipeline pipeline =
        stages.apply(Pipeline.builder("b").breaker(breaker).time(time)).build();
    return during(pipeline, reads);
  }

  private static long during(Pipeline pipeline, AtomicLong count) throws InterruptedException {
    for (int i = 0; i < CALLS; i++) {
      pipeline.call(attempt -> "fills the window");
    }
    long before = count.get();
    for (int i = 0; i < CALLS; i++) {
      pipeline.call(attempt -> "ok");
    }
    return count.get() - before;
  }
}
