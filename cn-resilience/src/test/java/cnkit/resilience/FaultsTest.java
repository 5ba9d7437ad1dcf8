package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class FaultsTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();

  private PipelineBuilder pipeline(Faults faults) {
    return Pipeline.builder("p").time(time).faults(faults);
  }

  private void runQueue() {
    for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
      task.run();
    }
  }

  private static List<Boolean> failures(Pipeline p, int calls) {
    List<Boolean> failed = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      failed.add(p.tryCall(a -> "ok") instanceof CallOutcome.Failure);
    }
    return failed;
  }

  @Test
  void theSameSeedFailsTheSameCallsAndAboutTheShare() {
    List<Boolean> first = failures(pipeline(Faults.seeded(42).withErrors(0.1)).build(), 10_000);
    assertEquals(first, failures(pipeline(Faults.seeded(42).withErrors(0.1)).build(), 10_000));
    assertFalse(
        first.equals(failures(pipeline(Faults.seeded(43).withErrors(0.1)).build(), 10_000)));
    long failed = first.stream().filter(b -> b).count();
    assertTrue(failed > 900 && failed < 1100, failed + " of 10000");
    assertEquals(
        10_000,
        failures(pipeline(Faults.seeded(1).withErrors(1)).build(), 10_000).stream()
            .filter(b -> b)
            .count());
    assertFalse(failures(pipeline(Faults.seeded(1)).build(), 1000).contains(true));
  }

  @Test
  void latencyIsAroundItsMean() throws Exception {
    Pipeline p = pipeline(Faults.seeded(1).withLatency(ofMillis(100))).build();
    for (int i = 0; i < 1000; i++) {
      Duration before = time.elapsed();
      assertEquals("ok", p.call(a -> "ok"));
      Duration took = time.elapsed().minus(before);
      assertTrue(took.compareTo(ofMillis(50)) >= 0 && took.compareTo(ofMillis(150)) < 0);
    }
    assertEquals(100.0, time.elapsed().toMillis() / 1000.0, 3.0);
  }

  @Test
  void aHangIsBoundedByTheStagesAroundIt() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(2), time);
    Pipeline p = pipeline(Faults.seeded(1).withHangs(1))
        .perTryTimeout(ofMillis(100))
        .breaker(breaker)
        .build();
    CompletableFuture<CallOutcome<String>> f =
        p.tryCallAsync(queue::add, a -> CompletableFuture.completedFuture("never"));
    time.advance(ofMillis(100));
    runQueue();
    assertEquals(new CallOutcome.DeadlineExceeded<>("p", 1), f.join());
    assertInstanceOf(CallOutcome.Failure.class, p.tryCall(a -> "never"));
    assertEquals(ofMinutes(1).plusMillis(100), time.elapsed());
    assertEquals(Breaker.State.OPEN, breaker.state());
  }

  @Test
  void anAsynchronousCallIsDelayedFailedAndCancelled() {
    Pipeline p = pipeline(Faults.seeded(1).withLatency(ofMillis(100))).build();
    List<CompletableFuture<String>> stages = new ArrayList<>();
    AsyncCall<String> body = a -> {
      CompletableFuture<String> stage = new CompletableFuture<>();
      stages.add(stage);
      return stage;
    };
    CompletableFuture<String> f = p.callAsync(queue::add, body);
    assertEquals(0, stages.size());
    time.advance(ofMillis(150));
    runQueue();
    stages.get(0).complete("ok");
    runQueue();
    assertEquals("ok", f.join());

    CompletableFuture<String> early = p.callAsync(queue::add, body);
    early.cancel(true);
    assertEquals(0, time.pending());
    CompletableFuture<String> late = p.callAsync(queue::add, body);
    time.advance(ofMillis(150));
    runQueue();
    late.cancel(true);
    assertTrue(stages.get(1).isCancelled());

    Pipeline failing = pipeline(Faults.seeded(1).withErrors(1)).build();
    CompletableFuture<CallOutcome<String>> failed = failing.tryCallAsync(queue::add, body);
    runQueue();
    assertInstanceOf(
        UncheckedIOException.class,
        assertInstanceOf(CallOutcome.Failure.class, failed.join()).thrown().orElseThrow());
  }

  @Test
  void anExecutorThatRefusesAfterTheLatencyFailsTheCall() {
    Pipeline p = pipeline(Faults.seeded(1).withLatency(ofMillis(100))).build();
    CompletableFuture<String> f = p.callAsync(
        task -> {
          throw new RejectedExecutionException("full");
        },
        a -> CompletableFuture.completedFuture("never"));
    time.advance(ofSeconds(1));
    assertTrue(f.isCompletedExceptionally());
  }

  @Test
  void theyAreOffUnlessBuiltInAndThenTheWarningsSaySo() {
    assertEquals(List.of(), Pipeline.builder("p").time(time).build().warnings());
    assertEquals(
        List.of("injects faults: 10.0 % errors, 1.0 % hangs, PT0.05S latency, seed 42"),
        pipeline(Faults.seeded(42).withErrors(0.1).withLatency(ofMillis(50)).withHangs(0.01))
            .build()
            .warnings());
    assertThrows(IllegalArgumentException.class, () -> Faults.seeded(1).withErrors(1.5));
    assertThrows(IllegalArgumentException.class, () -> Faults.seeded(1).withHangs(-0.1));
    IllegalStateException own = new IllegalStateException("own");
    assertEquals(
        own,
        assertThrows(
            IllegalStateException.class,
            () -> pipeline(Faults.seeded(1).withErrors(1).withError(() -> own))
                .build()
                .call(a -> "never")));
  }
}
