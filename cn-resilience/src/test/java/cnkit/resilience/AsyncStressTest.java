package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Time;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real threads, a real timer, everything at once: whatever happens to a call, all that it held is given back once. */
class AsyncStressTest {
  private static final int CALLS = 3_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whateverHappensEverythingIsGivenBackOnce(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    ExecutorService pool = Executors.newFixedThreadPool(4);
    RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(0.5).withInFlight(7));
    Bulkhead bulkhead = Bulkhead.queued("stress", 8, 200, ofMillis(20));
    Breaker breaker = Breaker.of(
        "stress",
        BreakerSettings.countWindow(20)
            .withFailureRate(0.9)
            .withOpenTime(ofMillis(1))
            .withProbeLease(ofMillis(50)));
    List<CompletableFuture<CallOutcome<String>>> results = new ArrayList<>();
    try (Time timer = Time.system()) {
      Pipeline p = Pipeline.builder("stress")
          .deadline(ofMillis(100))
          .perTryTimeout(ofMillis(5))
          .retry(RetrySettings.constant(ofMillis(1)).withAttempts(3))
          .budget(budget)
          .hedge(HedgeSettings.after(ofMillis(2)))
          .breaker(breaker)
          .bulkhead(bulkhead)
          .time(timer)
          .build();
      for (int i = 0; i < CALLS; i++) {
        int fate = random.nextInt(10);
        results.add(p.tryCallAsync(pool, a -> stage(fate, timer)));
        if (random.nextInt(5) == 0) {
          results.get(random.nextInt(results.size())).cancel(true);
        }
      }
      for (CompletableFuture<CallOutcome<String>> result : results) {
        try {
          result.get(60, TimeUnit.SECONDS);
        } catch (java.util.concurrent.CancellationException e) {
          // that was us
        }
      }
      // a loser's place is given back on another thread than the winner's
      long end = System.nanoTime() + ofSeconds(30).toNanos();
      while ((bulkhead.inUse() > 0 || budget.available() < 7) && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertEquals(0, bulkhead.inUse());
      assertEquals(0, bulkhead.waiting());
      assertEquals(7.0, budget.available(), "no retry and no call is left in flight");
      for (int i = 0; i < 8; i++) {
        assertTrue(bulkhead.tryEnter() >= 0);
      }
      assertEquals(-1, bulkhead.tryEnter(), "and none was given back twice");
    } finally {
      pool.shutdownNow();
    }
  }

  private static CompletableFuture<String> stage(int fate, Time timer) throws IOException {
    CompletableFuture<String> stage = new CompletableFuture<>();
    switch (fate) {
      case 0 -> throw new IOException("not even started");
      case 1 -> stage.complete("at once");
      case 2 -> stage.completeExceptionally(new IOException("at once"));
      case 3 -> {
        // never
      }
      case 4, 5 ->
        timer.schedule(ofMillis(1), () -> stage.completeExceptionally(new IOException("later")));
      default -> timer.schedule(ofMillis(fate - 4), () -> stage.complete("later"));
    }
    return stage;
  }
}
