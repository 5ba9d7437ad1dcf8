package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Time;
import cnkit.core.internal.SystemTime;
import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BulkheadQueueTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final Executor executor = queue::add;
  private final List<CompletableFuture<String>> stages = new ArrayList<>();

  private static final Time NO_TIME_LIMIT = new StubTime(SystemTime.SHARED) {
    @Override
    public Pending schedule(Duration delay, Runnable task) {
      return () -> false;
    }
  };

  private void runQueue() {
    for (Runnable task = queue.poll(); task != null; task = queue.poll()) {
      task.run();
    }
  }

  private CompletableFuture<String> stage(Attempt a) {
    CompletableFuture<String> stage = new CompletableFuture<>();
    stages.add(stage);
    return stage;
  }

  private static CallRejectedException rejection(CompletableFuture<?> f) {
    return assertInstanceOf(
        CallRejectedException.class,
        assertThrows(CompletionException.class, f::join).getCause());
  }

  @Example
  @Label("case R71: a waiter whose time is up never swallows a permit")
  void aWaiterWhoseTimeIsUpSwallowsNoPermit() {
    Bulkhead bulkhead = Bulkhead.queued("b", 1, 5, ofMillis(20));
    Bulkhead.Permit held = bulkhead.tryAcquire().orElseThrow();
    CompletableFuture<Bulkhead.Permit> waiter = bulkhead.acquireAsync(executor, time);
    time.advance(ofMillis(20));
    runQueue();
    CallRejectedException e = rejection(waiter);
    assertEquals(RejectionReason.BULKHEAD_FULL, e.reason());
    assertEquals(
        "b: call rejected, BULKHEAD_FULL: bulkhead b has all 1 permits in use and 0 calls waiting; this one waited "
            + "for PT0.02S",
        e.getMessage());
    held.close();
    assertTrue(bulkhead.tryAcquire().isPresent());
    assertEquals(0, bulkhead.waiting());
  }

  @Example
  void whoWaitsIsServedInOrderAndTheQueueIsBounded() {
    Bulkhead bulkhead = Bulkhead.queued("b", 1, 2, ofSeconds(10));
    Bulkhead.Permit held = bulkhead.tryAcquire().orElseThrow();
    CompletableFuture<Bulkhead.Permit> first = bulkhead.acquireAsync(executor, time);
    CompletableFuture<Bulkhead.Permit> second = bulkhead.acquireAsync(executor, time);
    CompletableFuture<Bulkhead.Permit> third = bulkhead.acquireAsync(executor, time);
    runQueue();
    assertEquals(2, bulkhead.waiting());
    assertEquals(RejectionReason.BULKHEAD_FULL, rejection(third).reason());
    held.close();
    assertFalse(first.isDone(), "it is completed on the executor");
    runQueue();
    first.join().close();
    first.join().close();
    runQueue();
    assertTrue(second.isDone());
    assertEquals(1, bulkhead.inUse());
    second.join().close();
    assertEquals(0, bulkhead.inUse());
    assertEquals(0, time.pending());
  }

  @Example
  void cancellingGivesThePlaceUpAndAPermitThatComesTooLateBack() {
    Bulkhead bulkhead = Bulkhead.queued("b", 1, 2, ofSeconds(10));
    Bulkhead.Permit held = bulkhead.tryAcquire().orElseThrow();
    CompletableFuture<Bulkhead.Permit> first = bulkhead.acquireAsync(executor, time);
    first.cancel(false);
    assertEquals(0, bulkhead.waiting());
    assertEquals(0, time.pending());
    CompletableFuture<Bulkhead.Permit> second = bulkhead.acquireAsync(executor, time);
    held.close(); // granted, but the executor has not run yet
    second.cancel(false);
    runQueue();
    assertEquals(0, bulkhead.inUse());
  }

  @Example
  void aLargerLimitServesWhoWaitsAndNobodyElseWaits() {
    Bulkhead bulkhead = Bulkhead.queued("b", 1, 5, ofSeconds(10));
    assertTrue(bulkhead.tryAcquire().isPresent());
    CompletableFuture<Bulkhead.Permit> waiter = bulkhead.acquireAsync(executor, time);
    bulkhead.resize(2);
    runQueue();
    assertTrue(waiter.isDone());
    assertEquals(2, bulkhead.inUse());
  }

  @Example
  void anExecutorThatRefusesLosesNoPermit() {
    Bulkhead bulkhead = Bulkhead.queued("b", 1, 5, ofSeconds(10));
    Bulkhead.Permit held = bulkhead.tryAcquire().orElseThrow();
    CompletableFuture<Bulkhead.Permit> waiter = bulkhead.acquireAsync(
        task -> {
          throw new RejectedExecutionException("full");
        },
        time);
    held.close();
    assertInstanceOf(
        RejectedExecutionException.class,
        assertThrows(CompletionException.class, waiter::join).getCause());
    assertEquals(0, bulkhead.inUse());
  }

  @Example
  void asynchronousCallsWaitAndSynchronousOnesDoNot() throws Exception {
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .bulkhead(Bulkhead.queued("b", 1, 5, ofSeconds(10)))
        .build();
    CompletableFuture<String> first = p.callAsync(executor, this::stage);
    CompletableFuture<String> second = p.callAsync(executor, this::stage);
    assertEquals(1, stages.size());
    assertThrows(CallRejectedException.class, () -> p.call(a -> "never"));
    stages.get(0).complete("1");
    runQueue();
    assertEquals("1", first.join());
    assertEquals(2, stages.size());
    stages.get(1).complete("2");
    runQueue();
    assertEquals("2", second.join());
    assertEquals("now", p.call(a -> "now"));
  }

  @Example
  void theDeadlineEndsTheWaitAndChargesNoStage() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(1), time);
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .deadline(ofMillis(100))
        .breaker(breaker)
        .bulkhead(Bulkhead.queued("b", 1, 5, ofSeconds(10)))
        .build();
    CompletableFuture<CallOutcome<String>> first = p.tryCallAsync(executor, this::stage);
    CompletableFuture<CallOutcome<String>> second = p.tryCallAsync(executor, this::stage);
    CompletableFuture<CallOutcome<String>> third =
        p.tryCallAsync(Deadline.in(ofMillis(50), time), executor, this::stage);
    time.advance(ofMillis(50));
    runQueue();
    assertEquals(new CallOutcome.DeadlineExceeded<>("caller", 0), third.join());
    time.advance(ofMillis(50));
    runQueue();
    assertEquals(new CallOutcome.DeadlineExceeded<>("p", 1), first.join());
    assertEquals(new CallOutcome.DeadlineExceeded<>("p", 0), second.join());
    assertEquals(1, stages.size(), "what waited was never sent");
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    assertEquals(0, p.bulkhead().orElseThrow().waiting());
  }

  @Example
  void cancellingACallInTheQueueReturnsItsProbeAndItsRate() {
    Breaker breaker = Breaker.of(
        "b", BreakerSettings.consecutive(1).withOpenTime(ofMillis(10)).withProbes(2, 2), time);
    breaker.tryAcquire().orElseThrow().complete(Handling.FAILURE);
    time.advance(ofMillis(20));
    RateLimiter limiter = RateLimiter.of("r", RateLimit.of(1, ofSeconds(1)).withBurst(3), time);
    Pipeline p = Pipeline.builder("p")
        .time(time)
        .breaker(breaker)
        .rateLimiter(limiter)
        .bulkhead(Bulkhead.queued("b", 1, 5, ofSeconds(10)))
        .build();
    CompletableFuture<String> first = p.callAsync(executor, this::stage);
    for (int i = 0; i < 20; i++) {
      CompletableFuture<String> waiting = p.callAsync(executor, this::stage);
      assertFalse(waiting.isDone(), "a probe and a rate are free");
      waiting.cancel(true);
    }
    stages.get(0).complete("ok");
    runQueue();
    assertEquals("ok", first.join());
    assertTrue(limiter.tryAcquire(2));
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Property // the model: a list of waiters and a number
  void everyHistoryServesExactlyWhatTheModelServes(
      @ForAll @IntRange(min = 1, max = 4) int limit,
      @ForAll @IntRange(min = 1, max = 4) int places,
      @ForAll @Size(max = 150) List<@IntRange(max = 9) Integer> steps) {
    Bulkhead bulkhead = Bulkhead.queued("b", limit, places, ofMillis(100));
    List<Bulkhead.Permit> held = new ArrayList<>();
    record Wait(CompletableFuture<Bulkhead.Permit> future, long due) {}
    List<Wait> line = new ArrayList<>();
    for (int step : steps) {
      long now = time.elapsed().toMillis();
      if (step < 4) {
        CompletableFuture<Bulkhead.Permit> f = bulkhead.acquireAsync(executor, time);
        runQueue();
        if (held.size() < limit) {
          held.add(f.join());
        } else if (line.size() < places) {
          assertFalse(f.isDone());
          line.add(new Wait(f, now + 100));
        } else {
          assertTrue(f.isCompletedExceptionally());
        }
      } else if (step < 7 && !held.isEmpty()) {
        held.remove(0).close();
        runQueue();
        if (!line.isEmpty()) {
          held.add(line.remove(0).future.join());
        }
      } else if (step == 7 && !line.isEmpty()) {
        line.remove(line.size() / 2).future.cancel(true);
      } else {
        time.advance(ofMillis(step * 5L));
        runQueue();
        long then = time.elapsed().toMillis();
        for (Wait wait : List.copyOf(line)) {
          assertEquals(then >= wait.due, wait.future.isDone());
          if (then >= wait.due) {
            line.remove(wait);
          }
        }
      }
      assertEquals(held.size(), bulkhead.inUse());
      assertEquals(line.size(), bulkhead.waiting());
    }
  }

  @Example
  void anExecutorThatRunsAtOnceServesALongQueueWithoutADeepStack() {
    Bulkhead bulkhead = Bulkhead.queued("b", 1, 50_000, ofSeconds(10));
    Bulkhead.Permit held = bulkhead.tryAcquire().orElseThrow();
    int[] served = {0};
    for (int i = 0; i < 50_000; i++) {
      CompletableFuture<Void> unused = bulkhead
          .acquireAsync(Runnable::run, NO_TIME_LIMIT)
          .thenAccept(permit -> {
            served[0]++;
            permit.close();
          });
    }
    held.close();
    assertEquals(50_000, served[0]);
    assertEquals(0, bulkhead.inUse());
  }

  @Example
  void noWakeUpIsLostAmongThreads() throws Exception {
    Bulkhead bulkhead = Bulkhead.queued("b", 2, 100_000, Duration.ofHours(1));
    try (Time timer = Time.system()) {
      int perThread = 2_000;
      int threads = 4;
      CountDownLatch done = new CountDownLatch(threads * perThread);
      AtomicInteger inside = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      for (int t = 0; t < threads; t++) {
        new Thread(() -> {
              for (int i = 0; i < perThread; i++) {
                CompletableFuture<Bulkhead.Permit> given =
                    bulkhead.acquireAsync(Runnable::run, timer);
                given.cancel(
                    false); // most have their permit by now; for the others it must not be lost
                CompletableFuture<Void> unusedToo = given.thenAccept(Bulkhead.Permit::close);
                CompletableFuture<Bulkhead.Permit> f = bulkhead.acquireAsync(Runnable::run, timer);
                CompletableFuture<Void> unused = f.thenAccept(permit -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  inside.decrementAndGet();
                  permit.close();
                  done.countDown();
                });
              }
            })
            .start();
      }
      assertTrue(done.await(60, TimeUnit.SECONDS), () -> done.getCount() + " were never served");
      assertTrue(most.get() <= 2, most + " at once");
      assertEquals(0, bulkhead.inUse());
      assertEquals(0, bulkhead.waiting());
    }
  }
}
