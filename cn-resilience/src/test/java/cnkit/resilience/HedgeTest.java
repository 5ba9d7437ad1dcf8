package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Breaker.State;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HedgeTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final Executor executor = queue::add;
  private final List<CompletableFuture<String>> stages = new ArrayList<>();
  private final Breaker breaker =
      Breaker.of("b", BreakerSettings.countWindow(20).withProbes(1, 1).withOpenJitter(0), time);
  private final RateLimiter limiter =
      RateLimiter.of("r", RateLimit.of(100, ofSeconds(1)).withBurst(100), time);

  private PipelineBuilder pipeline() {
    return Pipeline.builder("p")
        .time(time)
        .random(() -> 0.5)
        .hedge(HedgeSettings.after(ofMillis(100)))
        .breaker(breaker)
        .rateLimiter(limiter)
        .bulkhead(10);
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

  private void pass(int millis) {
    time.advance(ofMillis(millis));
    runQueue();
  }

  @Test
  @DisplayName(
      "case R82: when the hedge wins, the loser is cancelled, neutral, and gives its permit back once")
  void theLoserIsCancelledAndNeutral() {
    Pipeline p = pipeline().build();
    CompletableFuture<CallOutcome<String>> f = p.tryCallAsync(executor, this::stage);
    pass(99);
    assertEquals(1, stages.size());
    pass(1);
    assertEquals(2, stages.size());
    assertEquals(2, p.bulkhead().orElseThrow().inUse());
    stages.get(1).complete("hedge");
    assertTrue(stages.get(0).isCancelled(), "at once, not when the executor gets to it");
    runQueue();
    assertEquals(new CallOutcome.Success<>("hedge", 2, false), f.join());
    assertTrue(stages.get(0).isCancelled());
    stages.get(0).complete("too late");
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    assertEquals(1, breaker.snapshot().calls(), "the loser is not counted");
    assertEquals(0, breaker.snapshot().failures());
    assertEquals(1, p.counters().hedges());
    assertEquals(0, time.pending());
  }

  @Test
  void anAttemptThatAnswersInTimeIsNotHedged() {
    Pipeline p = pipeline().build();
    CompletableFuture<String> f = p.callAsync(executor, this::stage);
    pass(50);
    stages.get(0).complete("quick");
    runQueue();
    assertEquals("quick", f.join());
    pass(1000);
    assertEquals(1, stages.size());
    assertEquals(0, time.pending());
  }

  @Test
  void aFailureWaitsForTheOtherAndTheLastFailureEndsTheRound() {
    Pipeline p = pipeline().retry(RetrySettings.immediate().withAttempts(2)).build();
    CompletableFuture<CallOutcome<String>> f = p.tryCallAsync(executor, this::stage);
    pass(100);
    IOException first = new IOException("1");
    stages.get(0).completeExceptionally(first);
    runQueue();
    assertFalse(f.isDone());
    IOException second = new IOException("2");
    stages.get(1).completeExceptionally(second);
    runQueue();
    assertEquals(3, stages.size(), "the retry is a new round");
    IOException third = new IOException("3");
    stages.get(2).completeExceptionally(third);
    runQueue();
    CallOutcome.Failure<?> failure = assertInstanceOf(CallOutcome.Failure.class, f.join());
    assertSame(third, failure.thrown().orElseThrow());
    assertEquals(List.of(first, second), failure.earlier());
    assertEquals(3, failure.attempts());
    assertEquals(3, breaker.snapshot().failures());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test
  void aHedgeThatIsRefusedOrHasNoBudgetLeavesTheAttemptAlone() {
    Pipeline full = pipeline().bulkhead(1).build();
    CompletableFuture<String> f = full.callAsync(executor, this::stage);
    pass(100);
    assertEquals(1, stages.size());
    stages.get(0).complete("slow");
    runQueue();
    assertEquals("slow", f.join());
    assertEquals(10.0, full.hedgeBudget().orElseThrow().available(), "it was never sent");
    assertEquals(0, full.counters().hedges());

    RetryBudget spent =
        RetryBudget.of(RetryBudgetSettings.ratio(0).withReserve(1).withFloorPerSecond(0), time);
    Pipeline poor = pipeline().hedgeBudget(spent).build();
    CompletableFuture<String> one = poor.callAsync(executor, this::stage);
    CompletableFuture<String> two = poor.callAsync(executor, this::stage);
    pass(100);
    assertEquals(4, stages.size(), "one of the two is hedged");
    assertEquals(1, poor.counters().hedgesDenied());
    stages.get(1).complete("one");
    stages.get(2).complete("two");
    runQueue();
    assertEquals("one", one.join());
    assertEquals("two", two.join());
  }

  @Test
  void cancellingTheFutureCancelsAllAttempts() {
    Pipeline p = pipeline().build();
    CompletableFuture<String> f = p.callAsync(executor, this::stage);
    pass(100);
    f.cancel(true);
    assertTrue(stages.get(0).isCancelled());
    assertTrue(stages.get(1).isCancelled());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    assertEquals(0, breaker.snapshot().calls());
    pass(1000);
    assertEquals(2, stages.size());
    assertEquals(0, time.pending());
  }

  @Test
  void eachHedgeComesADelayAfterTheOneBefore() {
    Pipeline p =
        pipeline().hedge(HedgeSettings.after(ofMillis(100)).withExtra(2)).build();
    CompletableFuture<String> f = p.callAsync(executor, this::stage);
    pass(100);
    assertEquals(2, stages.size());
    pass(99);
    assertEquals(2, stages.size());
    pass(1);
    assertEquals(3, stages.size());
    pass(1000);
    assertEquals(3, stages.size());
    stages.get(2).complete("third");
    runQueue();
    assertEquals("third", f.join());
    assertTrue(stages.get(0).isCancelled() && stages.get(1).isCancelled());
  }

  @Test
  void aTimeLimitHoldsForEachAttempt() {
    Pipeline p = pipeline().perTryTimeout(ofMillis(150)).build();
    CompletableFuture<CallOutcome<String>> f = p.tryCallAsync(executor, this::stage);
    pass(100);
    pass(50);
    assertTrue(stages.get(0).isCancelled());
    assertFalse(f.isDone(), "the hedge has time left");
    pass(50);
    assertFalse(stages.get(1).isDone());
    pass(50);
    assertEquals(new CallOutcome.DeadlineExceeded<>("p", 2), f.join());
    assertEquals(2, breaker.snapshot().failures());
  }

  @Test
  void aLosingProbeGivesItsLeaseBack() {
    breaker.change(BreakerSettings.countWindow(20)
        .withMinimumCalls(1)
        .withProbes(2, 1)
        .withOpenTime(ofSeconds(1)));
    breaker.tryAcquire().orElseThrow().complete(Handling.FAILURE);
    time.advance(ofSeconds(2));
    Pipeline p = pipeline().build();
    CompletableFuture<String> f = p.callAsync(executor, this::stage);
    pass(100);
    stages.get(1).complete("hedge");
    runQueue();
    assertEquals("hedge", f.join());
    assertEquals(State.CLOSED, breaker.state());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test
  void callsThatMayNotBeMadeTwiceAreNotHedged() {
    assertThrows(
        IllegalArgumentException.class,
        () -> pipeline()
            .retry(RetrySettings.immediate().withRepeating(RetrySettings.Repeating.UNSENT))
            .build());
  }

  @Test
  void theHeaderCountsHedges() {
    List<String> headers = new ArrayList<>();
    Pipeline p = pipeline().build();
    CompletableFuture<String> f = p.callAsync(executor, a -> {
      headers.add(a.toHeader());
      return stage(a);
    });
    pass(100);
    assertEquals(List.of("1", "2"), headers);
    f.cancel(true);
  }
}
