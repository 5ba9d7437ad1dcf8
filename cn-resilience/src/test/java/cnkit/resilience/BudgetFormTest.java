package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BudgetFormTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();

  private void runQueue() {
    for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
      task.run();
    }
  }

  @Example
  @Label(
      "case R26: a thousand calls that fail together schedule 200 retries at 0.2, charged before they are sent")
  void retriesAreChargedWhenTheyAreScheduled() {
    RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(0.2).withInFlight(3), time);
    List<CompletableFuture<String>> stages = new ArrayList<>();
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .retry(RetrySettings.constant(ofSeconds(10)).withJitter(Jitter.NONE))
        .budget(budget)
        .build();
    List<CompletableFuture<CallOutcome<String>>> results = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      results.add(p.tryCallAsync(queue::add, a -> {
        CompletableFuture<String> stage = new CompletableFuture<>();
        stages.add(stage);
        return stage;
      }));
    }
    stages.forEach(stage -> stage.completeExceptionally(new IOException()));
    runQueue();
    long scheduled = results.stream().filter(f -> !f.isDone()).count();
    // each that is refused ends, and with it the share that it stood for
    assertTrue(scheduled >= 160 && scheduled <= 200, scheduled + " scheduled");
    assertEquals(scheduled, time.pending());
    assertEquals(1000, stages.size(), "none is sent yet");
    assertEquals(scheduled, p.counters().retries());
    time.advance(ofSeconds(10));
    runQueue();
    assertEquals(1000 + scheduled, stages.size());
    results.forEach(f -> f.cancel(true));
    runQueue();
    for (int i = 0; i < 3; i++) {
      assertTrue(budget.tryWithdraw(), "everything was given back");
    }
    assertEquals(false, budget.tryWithdraw());
  }

  @Example
  @Label("case R26: few calls may always make three retries, and no more")
  void aFewAreAlwaysAllowed() {
    RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(0.2).withInFlight(3), time);
    budget.onFirstAttempt();
    int granted = 0;
    for (int i = 0; i < 10; i++) {
      granted += budget.tryWithdraw() ? 1 : 0;
    }
    assertEquals(3, granted);
    assertEquals(0.0, budget.available());
    budget.retryEnded();
    assertEquals(1.0, budget.available());
  }

  @Property // the model: two numbers
  void inFlightNeverMoreThanTheShare(
      @ForAll @IntRange(max = 5) int atLeast,
      @ForAll @Size(max = 200) List<@IntRange(max = 9) Integer> steps) {
    RetryBudget budget =
        RetryBudget.of(RetryBudgetSettings.ratio(0.25).withInFlight(atLeast), time);
    int calls = 0;
    int retries = 0;
    for (int step : steps) {
      if (step < 5) {
        budget.onFirstAttempt();
        calls++;
      } else if (step < 8) {
        boolean granted = budget.tryWithdraw();
        assertEquals(retries < Math.max(atLeast, calls / 4), granted);
        retries += granted ? 1 : 0;
      } else if (step == 8 && retries > 0) {
        if (calls % 2 == 0) {
          budget.retryEnded();
        } else {
          budget.refund();
        }
        retries--;
      } else if (calls > 0) {
        budget.ended();
        calls--;
      }
      assertEquals(Math.max(0.0, Math.max(atLeast, calls / 4) - retries), budget.available());
    }
  }

  @Property // the oracle: a list of (bucket, millionths), the oldest spent first
  void whatWasEarnedExpires(@ForAll @Size(max = 200) List<@IntRange(max = 20) Integer> steps) {
    RetryBudget budget = RetryBudget.of(
        RetryBudgetSettings.ratio(0.4).withExpiry(ofSeconds(10)).withFloorPerSecond(0), time);
    long origin = time.elapsed().toNanos();
    List<long[]> earned = new ArrayList<>();
    for (int step : steps) {
      long bucket = (time.elapsed().toNanos() - origin) / 1_000_000_000L;
      earned.removeIf(e -> bucket - e[0] >= 10);
      if (step < 8) {
        budget.onFirstAttempt();
        earned.add(new long[] {bucket, 400_000});
      } else if (step < 14) {
        long sum = earned.stream().mapToLong(e -> e[1]).sum();
        boolean granted = budget.tryWithdraw();
        assertEquals(sum >= 1_000_000, granted);
        long owed = granted ? 1_000_000 : 0;
        for (long[] e : earned) {
          long taken = Math.min(owed, e[1]);
          e[1] -= taken;
          owed -= taken;
        }
      } else {
        time.advance(ofMillis(step * 100L));
        continue;
      }
      assertEquals(earned.stream().mapToLong(e -> e[1]).sum() / 1e6, budget.available(), 1e-9);
    }
  }

  @Example
  void expiringTokensKeepTheFloor() {
    RetryBudget budget = RetryBudget.of(
        RetryBudgetSettings.ratio(0.1).withExpiry(ofSeconds(10)).withFloorPerSecond(1), time);
    assertTrue(budget.tryWithdraw());
    assertEquals(false, budget.tryWithdraw());
    time.advance(ofSeconds(1));
    assertTrue(budget.tryWithdraw());
  }

  @Example
  void synchronousCallsGiveEverythingBackHoweverTheyEnd() throws Exception {
    RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(10.0).withInFlight(5), time);
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .retry(RetrySettings.immediate().withAttempts(3))
        .budget(budget)
        .bulkhead(1)
        .build();
    p.call(a -> {
      assertInstanceOf(CallOutcome.Rejected.class, p.tryCall(b -> "full"));
      return "ok";
    });
    assertThrows(
        IOException.class,
        () -> p.call(a -> {
          throw new IOException();
        }));
    assertThrows(
        StackOverflowError.class,
        () -> p.call(a -> {
          throw new StackOverflowError();
        }));
    assertEquals("ok", p.call(a -> a.number() == 1 ? fail() : "ok"));
    assertEquals(5.0, budget.available(), "a call that were left in flight would be worth ten");
  }

  private static String fail() throws IOException {
    throw new IOException();
  }
}
