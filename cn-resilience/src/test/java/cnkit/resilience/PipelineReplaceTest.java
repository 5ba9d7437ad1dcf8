package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Breaker.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PipelineReplaceTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final List<CompletableFuture<String>> stages = new ArrayList<>();

  private PipelineBuilder pipeline() {
    return Pipeline.builder("p").time(time);
  }

  private CompletableFuture<String> stage(Attempt a) {
    CompletableFuture<String> stage = new CompletableFuture<>();
    stages.add(stage);
    return stage;
  }

  private void runQueue() {
    for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
      task.run();
    }
  }

  @Test
  @DisplayName(
      "case R83: three calls in flight finish on the settings they began with, and an open breaker stays open")
  void callsInFlightFinishAsTheyBegan() throws Exception {
    BreakerSettings settings =
        BreakerSettings.consecutive(2).withOpenTime(ofSeconds(10)).withOpenJitter(0);
    Breaker breaker = Breaker.of("b", settings, time);
    Pipeline p = pipeline()
        .perTryTimeout(ofMillis(100))
        .retry(RetrySettings.constant(ofMillis(10)).withJitter(Jitter.NONE).withAttempts(2))
        .breaker(breaker)
        .bulkhead(5)
        .build();
    List<CompletableFuture<CallOutcome<String>>> inFlight = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      inFlight.add(p.tryCallAsync(queue::add, this::stage));
    }
    for (int i = 0; i < 2; i++) {
      breaker.tryAcquire().orElseThrow().complete(Handling.FAILURE);
    }
    time.advance(ofMillis(50));

    breaker.change(settings.withOpenTime(ofSeconds(60)));
    p.replace(pipeline().perTryTimeout(ofMillis(10)).breaker(breaker).bulkhead(2));
    assertEquals(State.OPEN, breaker.state());
    assertEquals(Optional.of(ofMillis(9950)), breaker.snapshot().retryAfter());
    assertInstanceOf(CallOutcome.Rejected.class, p.tryCall(a -> "never"));
    assertEquals(3, p.bulkhead().orElseThrow().inUse(), "the permits of those in flight count on");
    assertEquals(2, p.bulkhead().orElseThrow().limit());

    stages.get(0).complete("ok");
    stages.get(1).completeExceptionally(new IOException());
    runQueue();
    assertEquals(
        "ok",
        assertInstanceOf(CallOutcome.Success.class, inFlight.get(0).join()).value());
    time.advance(ofMillis(50)); // the third has the old time limit; the second's delay is over
    runQueue();
    assertEquals(
        NotRetried.REJECTED,
        assertInstanceOf(CallOutcome.Failure.class, inFlight.get(1).join()).notRetried(),
        "the breaker refuses its retry, as the old settings say");
    assertTrue(stages.get(2).isCancelled());
    time.advance(ofMillis(10));
    runQueue();
    assertInstanceOf(CallOutcome.DeadlineExceeded.class, inFlight.get(2).join());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());

    breaker.reset();
    assertEquals(ofMillis(10), p.call(Attempt::remaining));
  }

  @Test
  void whatWasGivenAsANumberGoesOn() {
    Pipeline p = pipeline().retry(RetrySettings.immediate()).bulkhead(5).build();
    Bulkhead bulkhead = p.bulkhead().orElseThrow();
    RetryBudget budget = p.budget().orElseThrow();
    p.tryCall(a -> {
      throw new IOException();
    });
    assertEquals(8.0, budget.available());
    p.replace(pipeline().retry(RetrySettings.immediate().withAttempts(2)).bulkhead(7));
    assertSame(bulkhead, p.bulkhead().orElseThrow());
    assertSame(budget, p.budget().orElseThrow());
    assertEquals(7, bulkhead.limit());
    assertEquals(2, p.counters().retries());
    RetryBudget own = RetryBudget.of(RetryBudgetSettings.ratio(0.5), time);
    p.replace(pipeline().retry(RetrySettings.immediate()).budget(own).bulkhead(7));
    assertSame(own, p.budget().orElseThrow());
    p.replace(pipeline());
    assertEquals(Optional.empty(), p.budget());
    assertEquals(Optional.empty(), p.bulkhead());
  }

  @Test
  void metersStayAndWarningsAreTheNewOnes() throws Exception {
    List<Handling> told = new ArrayList<>();
    Pipeline p = pipeline()
        .meter(new CallMeter() {
          @Override
          public void executed(Handling handling, int attempts, long nanos) {
            told.add(handling);
          }
        })
        .build();
    p.replace(pipeline().faults(Faults.seeded(1)));
    assertEquals("ok", p.call(a -> "ok"));
    assertEquals(List.of(Handling.SUCCESS), told);
    assertEquals(1, p.warnings().size());
  }

  @Test
  void whatContradictsItselfOrIsAnotherPipelineChangesNothing() throws Exception {
    Pipeline p = pipeline().deadline(ofSeconds(5)).build();
    assertThrows(
        IllegalArgumentException.class, () -> p.replace(Pipeline.builder("q").time(time)));
    assertThrows(
        IllegalArgumentException.class,
        () -> p.replace(
            pipeline().withoutBudget().budget(RetryBudget.of(RetryBudgetSettings.ratio(0.1)))));
    Duration left = p.call(Attempt::remaining);
    assertEquals(ofSeconds(5), left);
  }
}
