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
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AsyncPipelineTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
  private final Executor executor = queue::add;
  private final List<CompletableFuture<String>> stages = new ArrayList<>();

  private PipelineBuilder pipeline() {
    return Pipeline.builder("p").time(time).random(() -> 0.5);
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
  void completionHappensOnTheCallersExecutor() {
    CompletableFuture<String> f = pipeline().bulkhead(1).build().callAsync(executor, this::stage);
    stages.get(0).complete("ok");
    assertFalse(f.isDone());
    runQueue();
    assertEquals("ok", f.join());
  }

  @Test
  void aFailedStageIsRetriedAfterTheDelayAndItsFailureIsUnwrapped() {
    Pipeline p = pipeline()
        .retry(RetrySettings.constant(ofMillis(100)).withAttempts(2).withJitter(Jitter.NONE))
        .bulkhead(1)
        .build();
    CompletableFuture<String> f = p.callAsync(executor, this::stage);
    stages.get(0).completeExceptionally(new CompletionException(new IOException("1")));
    runQueue();
    assertEquals(0, p.bulkhead().orElseThrow().inUse(), "no permit is held during the delay");
    time.advance(ofMillis(99));
    runQueue();
    assertEquals(1, stages.size());
    time.advance(ofMillis(1));
    runQueue();
    IOException last = new IOException("2");
    stages.get(1).completeExceptionally(last);
    runQueue();
    assertSame(last, assertThrows(ExecutionException.class, f::get).getCause());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test
  void aStageWhoseTimeIsUpIsCancelledAndCountsAsAFailure() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(5), time);
    Pipeline p =
        pipeline().perTryTimeout(ofMillis(100)).breaker(breaker).bulkhead(1).build();
    CompletableFuture<CallOutcome<String>> f = p.tryCallAsync(executor, this::stage);
    time.advance(ofMillis(100));
    assertTrue(stages.get(0).isCancelled());
    runQueue();
    assertEquals(new CallOutcome.DeadlineExceeded<>("p", 1), f.join());
    assertEquals(1, breaker.snapshot().failures());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test // the stage begins a moment after the deadline was set: nobody has cut its time
  void aDeadlineUsedUpIsAFailureOnAClockThatMovesWhileItIsRead() {
    AtomicLong reads = new AtomicLong();
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(1), time);
    Pipeline p = pipeline()
        .time(new StubTime(time) {
          @Override
          public long nanoTime() {
            return time.nanoTime() + reads.addAndGet(100);
          }
        })
        .deadline(ofSeconds(1))
        .breaker(breaker)
        .build();
    CompletableFuture<CallOutcome<String>> f = p.tryCallAsync(executor, this::stage);
    time.advance(ofSeconds(1));
    runQueue();
    assertEquals(new CallOutcome.DeadlineExceeded<>("p", 1), f.join());
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  @DisplayName(
      "case R64: cancelling the future cancels the stage, is neutral, and returns each permit once")
  void cancellingTheFutureCancelsTheStage() {
    Breaker breaker = Breaker.of(
        "b", BreakerSettings.consecutive(1).withOpenTime(ofMillis(100)).withProbes(1, 1), time);
    Pipeline p = pipeline().breaker(breaker).bulkhead(2).build();
    CompletableFuture<String> failed = p.callAsync(executor, this::stage);
    stages.get(0).completeExceptionally(new IOException());
    runQueue();
    assertTrue(failed.isCompletedExceptionally());
    time.advance(ofMillis(200));
    CompletableFuture<String> probe = p.callAsync(executor, this::stage);
    assertTrue(probe.cancel(false));
    assertTrue(stages.get(1).isCancelled());
    stages.get(1).complete("too late");
    runQueue();
    assertEquals(State.HALF_OPEN, breaker.state(), "neither closed nor opened by it");
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    CompletableFuture<String> next = p.callAsync(executor, this::stage);
    stages.get(2).complete("ok");
    runQueue();
    assertEquals("ok", next.join());
    assertEquals(State.CLOSED, breaker.state());
  }

  @Test
  void cancellingDuringTheDelayTakesItBack() {
    RetryBudget budget =
        RetryBudget.of(RetryBudgetSettings.ratio(0).withReserve(5).withFloorPerSecond(0), time);
    Pipeline p =
        pipeline().retry(RetrySettings.constant(ofSeconds(10))).budget(budget).build();
    CompletableFuture<String> f = p.callAsync(executor, this::stage);
    stages.get(0).completeExceptionally(new IOException());
    runQueue();
    assertEquals(1, time.pending());
    assertEquals(4.0, budget.available());
    f.cancel(true);
    assertEquals(0, time.pending());
    assertEquals(5.0, budget.available(), "a retry that was never sent costs nothing");
    time.advance(ofSeconds(20));
    runQueue();
    assertEquals(1, stages.size());
  }

  @Test
  void aBodyThatThrowsOrReturnsNothingIsAFailure() {
    Pipeline p = pipeline().bulkhead(1).build();
    IOException failure = new IOException();
    CompletableFuture<CallOutcome<String>> thrown = p.tryCallAsync(executor, a -> {
      throw failure;
    });
    CompletableFuture<CallOutcome<String>> none =
        p.tryCallAsync(executor, a -> Unchecked.cast(null));
    runQueue();
    assertSame(
        failure,
        assertInstanceOf(CallOutcome.Failure.class, thrown.join()).thrown().orElseThrow());
    assertInstanceOf(CallOutcome.Failure.class, none.join());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test
  void anExecutorThatRefusesEndsTheCallAndLeaksNothing() {
    Pipeline p = pipeline().bulkhead(1).build();
    CompletableFuture<String> f = p.callAsync(
        task -> {
          throw new RejectedExecutionException("full");
        },
        this::stage);
    stages.get(0).complete("ok");
    assertInstanceOf(
        RejectedExecutionException.class,
        assertThrows(ExecutionException.class, f::get).getCause());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test
  void theDefaultTimerNeedsNoThreadOfOurs() throws Exception {
    Pipeline p = Pipeline.builder("p")
        .perTryTimeout(ofSeconds(30))
        .retry(RetrySettings.constant(ofMillis(1)))
        .build();
    CompletableFuture<String> f = p.callAsync(
        Runnable::run,
        a -> a.number() == 1
            ? CompletableFuture.failedFuture(new IOException())
            : CompletableFuture.completedFuture("ok"));
    assertEquals("ok", f.get(30, java.util.concurrent.TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("case R19: an asynchronous value that is a failure is retried, too")
  void aBadValueIsRetriedThenReturnedOrThrown() {
    Classifier nullIsBad = new Classifier() {
      @Override
      public Handling result(@Nullable Object value) {
        return value == null ? Handling.FAILURE : Handling.SUCCESS;
      }
    };
    Pipeline returning =
        pipeline().classifier(nullIsBad).retry(RetrySettings.immediate()).build();
    CompletableFuture<String> returned = returning.callAsync(executor, this::stage);
    completeAllWithNull();
    assertEquals(3, stages.size());
    assertEquals(null, returned.join());
    stages.clear();
    Pipeline throwing = pipeline()
        .classifier(nullIsBad)
        .retry(RetrySettings.immediate())
        .onBadResult(value -> new IllegalStateException("bad: " + value))
        .build();
    CompletableFuture<String> thrown = throwing.callAsync(executor, this::stage);
    completeAllWithNull();
    assertEquals(3, stages.size());
    assertInstanceOf(
        IllegalStateException.class,
        assertThrows(CompletionException.class, thrown::join).getCause());
  }

  private void completeAllWithNull() {
    for (int i = 0; i < stages.size(); i++) {
      stages.get(i).complete(Unchecked.cast(null));
      runQueue();
    }
  }

  @Test
  void anAsynchronousFallbackSeesWhyAndMayTakeItsTime() {
    Pipeline p = pipeline().bulkhead(1).build();
    CompletableFuture<String> other = new CompletableFuture<>();
    List<CallOutcome<String>> seen = new ArrayList<>();
    CompletableFuture<String> f = p.callAsyncOrElse(executor, this::stage, outcome -> {
      seen.add(outcome);
      return other;
    });
    CompletableFuture<String> refused = p.callAsyncOrElse(
        executor,
        this::stage,
        outcome -> CompletableFuture.completedFuture(
            ((CallOutcome.Rejected<String>) outcome).reason().name()));
    runQueue();
    assertEquals("BULKHEAD_FULL", refused.join());
    stages.get(0).completeExceptionally(new IOException());
    runQueue();
    assertInstanceOf(CallOutcome.Failure.class, seen.get(0));
    assertFalse(f.isDone());
    other.complete("other");
    assertEquals("other", f.join());
    CompletableFuture<String> good = p.callAsyncOrElse(executor, this::stage, outcome -> other);
    stages.get(1).complete("good");
    runQueue();
    assertEquals("good", good.join());
  }

  @Test
  void anAsynchronousFallbackIsHostileToo() {
    Pipeline p = pipeline().build();
    IllegalStateException own = new IllegalStateException("user code");
    CompletableFuture<String> thrown = p.callAsyncOrElse(executor, this::stage, outcome -> {
      throw own;
    });
    CompletableFuture<String> none =
        p.callAsyncOrElse(executor, this::stage, outcome -> Unchecked.cast(null));
    CompletableFuture<String> error = p.callAsyncOrElse(
        executor, this::stage, outcome -> CompletableFuture.completedFuture("covered up"));
    stages.get(0).completeExceptionally(new IOException());
    stages.get(1).completeExceptionally(new IOException());
    stages.get(2).completeExceptionally(new StackOverflowError());
    runQueue();
    assertSame(own, assertThrows(CompletionException.class, thrown::join).getCause());
    assertInstanceOf(
        NullPointerException.class,
        assertThrows(CompletionException.class, none::join).getCause());
    assertInstanceOf(
        StackOverflowError.class,
        assertThrows(CompletionException.class, error::join).getCause());
  }

  @Test
  void cancellingAFallbackCancelsWhateverIsPending() {
    Pipeline p = pipeline().bulkhead(1).build();
    CompletableFuture<String> other = new CompletableFuture<>();
    CompletableFuture<String> early = p.callAsyncOrElse(executor, this::stage, outcome -> other);
    early.cancel(true);
    assertTrue(stages.get(0).isCancelled());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    CompletableFuture<String> late = p.callAsyncOrElse(executor, this::stage, outcome -> other);
    stages.get(1).completeExceptionally(new IOException());
    runQueue();
    late.cancel(true);
    assertTrue(other.isCancelled());
  }

  @Test
  void aTimerThatRefusesEndsTheCallAndLeaksNothing() {
    VirtualTime closed = new VirtualTime();
    closed.close();
    Pipeline limited =
        pipeline().perTryTimeout(ofMillis(10)).bulkhead(1).time(closed).build();
    CompletableFuture<String> f = limited.callAsync(executor, this::stage);
    runQueue();
    assertInstanceOf(
        RejectedExecutionException.class,
        assertThrows(CompletionException.class, f::join).getCause());
    assertTrue(stages.get(0).isCancelled());
    assertEquals(0, limited.bulkhead().orElseThrow().inUse());
    Pipeline retrying =
        pipeline().retry(RetrySettings.constant(ofSeconds(1))).time(closed).build();
    CompletableFuture<String> g = retrying.callAsync(executor, this::stage);
    stages.get(1).completeExceptionally(new IOException());
    runQueue();
    assertTrue(g.isCompletedExceptionally());
    assertEquals(10.0, retrying.budget().orElseThrow().available());
  }

  @Test
  @DisplayName("case R110: an executor that throws an Error ends the call and keeps no permit")
  void anExecutorThatThrowsAnErrorEndsTheCallAndLeaksNothing() {
    Error noThread = new OutOfMemoryError("unable to create native thread");
    Executor broken = task -> {
      throw noThread;
    };
    Pipeline p = pipeline().bulkhead(1).build();
    CompletableFuture<String> f = p.callAsync(broken, this::stage);
    stages.get(0).complete("answer");
    assertSame(noThread, assertThrows(CompletionException.class, f::join).getCause());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    Bulkhead bulkhead = Bulkhead.of("b", 1);
    CompletableFuture<Bulkhead.Permit> permit = bulkhead.acquireAsync(broken, new VirtualTime());
    assertSame(noThread, assertThrows(CompletionException.class, permit::join).getCause());
    assertEquals(0, bulkhead.inUse());
  }

  @Test
  @DisplayName("case R111: a hundred thousand immediate retries on an inline executor")
  void immediateRetriesOnAnInlineExecutorDoNotGrowTheStack() {
    Pipeline p = Pipeline.builder("p")
        .retry(RetrySettings.immediate().withAttempts(100_000))
        .withoutBudget()
        .bulkhead(1)
        .build();
    AtomicLong made = new AtomicLong();
    CompletableFuture<String> f = p.callAsync(Runnable::run, attempt -> {
      made.incrementAndGet();
      return CompletableFuture.failedFuture(new IOException("down"));
    });
    assertInstanceOf(
        IOException.class, assertThrows(CompletionException.class, f::join).getCause());
    assertEquals(100_000, made.get());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }
}
