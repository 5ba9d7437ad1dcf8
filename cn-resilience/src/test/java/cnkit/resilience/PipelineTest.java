package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Breaker.State;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

// a subscription is opened only to be closed; a null is what some users return
@SuppressWarnings({"try", "NullAway", "TypeParameterUnusedInFormals"})
class PipelineTest {
  private static final RetrySettings NO_DELAY = RetrySettings.immediate();

  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 1_500_000);
  private final AtomicInteger calls = new AtomicInteger();

  private PipelineBuilder pipeline() {
    return Pipeline.builder("p").time(time).random(() -> 0.5);
  }

  private <T> T fail(Exception e) throws Exception {
    calls.incrementAndGet();
    throw e;
  }

  @Test
  void aSuccessIsReturnedAtOnce() throws Exception {
    Pipeline p = pipeline().retry(NO_DELAY).bulkhead(1).build();
    assertEquals("ok", p.call(a -> "ok"));
    assertEquals(new CallOutcome.Success<>("ok", 1, false), p.tryCall(a -> "ok"));
    assertNull(p.call(a -> null));
  }

  @Test
  @DisplayName(
      "case R13: three attempts, the last failure is rethrown as it is, earlier ones are in the outcome")
  void theLastFailureIsRethrownUnmodified() {
    Pipeline p = pipeline().retry(NO_DELAY.withAttempts(3)).build();
    List<IOException> thrown =
        List.of(new IOException("1"), new IOException("2"), new IOException("3"));
    IOException last =
        assertThrows(IOException.class, () -> p.call(a -> fail(thrown.get(a.number() - 1))));
    assertSame(thrown.get(2), last);
    assertEquals(0, last.getSuppressed().length);
    assertNull(last.getCause());
    assertEquals(3, calls.get());

    CallOutcome.Failure<?> outcome = assertInstanceOf(
        CallOutcome.Failure.class, p.tryCall(a -> fail(thrown.get(a.number() - 1))));
    assertEquals(List.of(thrown.get(0), thrown.get(1)), outcome.earlier());
    assertEquals(NotRetried.ATTEMPTS, outcome.notRetried());
    assertEquals(3, outcome.attempts());
  }

  @Test
  @DisplayName("case R8: a thousand delays of 0.9 ms are 900 ms, not none")
  void subMillisecondDelaysAreKept() {
    Pipeline p = pipeline()
        .retry(RetrySettings.constant(Duration.ofNanos(900_000))
            .withJitter(Jitter.NONE)
            .withAttempts(1001))
        .withoutBudget()
        .build();
    assertThrows(IOException.class, () -> p.call(a -> fail(new IOException())));
    assertEquals(ofMillis(900), time.elapsed());
  }

  @Test
  @DisplayName("case R10: a server's hint beyond the deadline ends it without a sleep")
  void aHintBeyondTheDeadlineStopsAtOnce() {
    Pipeline p = pipeline()
        .deadline(ofMillis(2500))
        .retry(NO_DELAY)
        .classifier(
            Classifier.standard().retryAfter(IOException.class, e -> Optional.of(ofSeconds(3))))
        .build();
    CallOutcome.Failure<?> f =
        assertInstanceOf(CallOutcome.Failure.class, p.tryCall(a -> fail(new IOException())));
    assertEquals(NotRetried.DEADLINE, f.notRetried());
    assertEquals(1, calls.get());
    assertEquals(Duration.ZERO, time.elapsed());
  }

  @Test
  @DisplayName("case R14: no attempt starts beyond the elapsed limit")
  void noAttemptStartsBeyondTheElapsedLimit() {
    Pipeline p = pipeline()
        .retry(RetrySettings.constant(ofMillis(300))
            .withJitter(Jitter.NONE)
            .withAttempts(1_000_000)
            .withMaxElapsed(ofSeconds(1)))
        .build();
    CallOutcome.Failure<?> f = assertInstanceOf(CallOutcome.Failure.class, p.tryCall(a -> {
      time.advance(ofMillis(400));
      return fail(new IOException());
    }));
    assertEquals(NotRetried.ELAPSED, f.notRetried());
    assertEquals(2, calls.get());
    assertEquals(ofMillis(1100), time.elapsed());
  }

  @Test
  @DisplayName(
      "case R16: an interrupt during the delay ends it at once, keeps the failure and the flag")
  void anInterruptDuringTheDelayEndsIt() {
    Pipeline p = pipeline().retry(RetrySettings.constant(ofSeconds(10))).build();
    IOException failure = new IOException();
    try {
      IOException thrown = assertThrows(
          IOException.class,
          () -> p.call(a -> {
            Thread.currentThread().interrupt();
            return fail(failure);
          }));
      assertSame(failure, thrown);
      assertTrue(Thread.currentThread().isInterrupted());
      assertEquals(1, calls.get());
      assertEquals(Duration.ZERO, time.elapsed());
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  @DisplayName("case R17: an interrupted call is not retried and its flag is set again")
  void anInterruptedCallIsNotRetried() {
    Pipeline p = pipeline().retry(NO_DELAY).build();
    InterruptedException interruption = new InterruptedException();
    try {
      assertSame(
          interruption,
          assertThrows(InterruptedException.class, () -> p.call(a -> fail(interruption))));
      assertEquals(1, calls.get());
      assertTrue(Thread.interrupted());
      assertInstanceOf(CallOutcome.Cancelled.class, p.tryCall(a -> fail(interruption)));
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  @DisplayName("case R19: a value that is a failure is retried, then returned, or thrown if asked")
  void aBadValueIsRetriedThenReturnedOrThrown() throws Exception {
    Classifier nullIsBad = new Classifier() {
      @Override
      public Handling result(@Nullable Object value) {
        return value == null ? Handling.FAILURE : Handling.SUCCESS;
      }
    };
    Pipeline returning = pipeline().classifier(nullIsBad).retry(NO_DELAY).build();
    assertNull(returning.call(a -> {
      calls.incrementAndGet();
      return null;
    }));
    assertEquals(3, calls.get());
    Pipeline throwing = pipeline()
        .classifier(nullIsBad)
        .retry(NO_DELAY)
        .onBadResult(value -> new IllegalStateException("bad: " + value))
        .build();
    assertThrows(IllegalStateException.class, () -> throwing.call(a -> null));
    assertInstanceOf(CallOutcome.Failure.class, throwing.tryCall(a -> null));
  }

  @Test
  @DisplayName("case R20: a classifier that throws costs the retry, not the permits or the error")
  void aThrowingClassifierIsNotRetryable() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(5), time);
    Classifier broken = new Classifier() {
      @Override
      public Handling thrown(Exception thrown) {
        throw new IllegalStateException("user code");
      }
    };
    Pipeline p = pipeline()
        .classifier(broken)
        .retry(NO_DELAY)
        .breaker(breaker)
        .bulkhead(1)
        .build();
    IOException failure = new IOException();
    for (int i = 0; i < 3; i++) {
      assertSame(failure, assertThrows(IOException.class, () -> p.call(a -> fail(failure))));
    }
    assertEquals(3, calls.get());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
    assertEquals(3, breaker.snapshot().failures());
    assertEquals(0, failure.getSuppressed().length);
  }

  @Test
  void anErrorIsCountedAndNeverRetried() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(5), time);
    Pipeline p = pipeline().retry(NO_DELAY).breaker(breaker).bulkhead(1).build();
    assertThrows(
        StackOverflowError.class,
        () -> p.call(a -> {
          calls.incrementAndGet();
          throw new StackOverflowError();
        }));
    assertEquals(1, calls.get());
    assertEquals(1, breaker.snapshot().failures());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test
  @DisplayName("case R52: a probe that throws an Error opens the breaker again")
  void aProbeThatThrowsAnErrorOpensAgain() {
    Breaker breaker = Breaker.of(
        "b", BreakerSettings.consecutive(1).withOpenTime(ofMillis(100)).withProbes(1, 1), time);
    Pipeline p = pipeline().breaker(breaker).build();
    assertThrows(IOException.class, () -> p.call(a -> fail(new IOException())));
    time.advance(ofMillis(200));
    assertThrows(
        NoClassDefFoundError.class,
        () -> p.call(a -> {
          throw new NoClassDefFoundError("x");
        }));
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  @DisplayName(
      "case R76: later attempts get what the deadline leaves, and none that is not worth it")
  void attemptsShareTheDeadline() {
    RetrySettings retry = RetrySettings.constant(ofMillis(200)).withJitter(Jitter.NONE);
    List<Duration> limits = new ArrayList<>();
    Call<Object, Exception> slow = a -> {
      limits.add(a.remaining());
      time.advance(ofMillis(a.number() == 1 ? 700 : 50));
      return fail(new IOException());
    };
    Pipeline p = pipeline()
        .deadline(ofSeconds(1))
        .perTryTimeout(ofMillis(500))
        .retry(retry)
        .build();
    p.tryCall(slow);
    assertEquals(List.of(ofMillis(500), ofMillis(100)), limits);
    limits.clear();
    Pipeline picky = pipeline()
        .deadline(ofSeconds(1))
        .perTryTimeout(ofMillis(500))
        .retry(retry.withMinUseful(ofMillis(150)))
        .build();
    assertEquals(
        NotRetried.DEADLINE,
        assertInstanceOf(CallOutcome.Failure.class, picky.tryCall(slow)).notRetried());
    assertEquals(1, limits.size());
  }

  @Test
  @DisplayName("case R77: a deadline that is spent charges no stage")
  void aSpentDeadlineChargesNobody() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(1), time);
    RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(0.5).withInitial(0), time);
    Pipeline p =
        pipeline().retry(NO_DELAY).budget(budget).breaker(breaker).bulkhead(1).build();
    Deadline spent = Deadline.in(Duration.ZERO, time);
    CallRejectedException e = assertThrows(
        CallRejectedException.class, () -> p.call(spent, a -> fail(new IOException())));
    assertEquals(RejectionReason.DEADLINE, e.reason());
    assertEquals(new CallOutcome.DeadlineExceeded<>("caller", 0), p.tryCall(spent, a -> "x"));
    assertEquals(0, calls.get());
    assertEquals(0, breaker.snapshot().calls());
    assertEquals(0.0, budget.available());
    assertEquals(2L, p.counters().rejected().get(RejectionReason.DEADLINE));
  }

  @Test
  @DisplayName(
      "case R79: a refusal further in returns the outer probe, uncounted, and carries its own advice")
  void aRefusalFurtherInReturnsTheProbe() {
    Breaker outer = Breaker.of(
        "a", BreakerSettings.consecutive(1).withOpenTime(ofMillis(100)).withProbes(1, 1), time);
    Breaker inner = Breaker.of(
        "b", BreakerSettings.consecutive(1).withOpenTime(ofSeconds(5)).withOpenJitter(0), time);
    Pipeline in = pipeline().breaker(inner).build();
    Pipeline out = pipeline().breaker(outer).build();
    assertThrows(IOException.class, () -> out.call(a -> in.call(b -> fail(new IOException()))));
    time.advance(ofMillis(200));
    for (int i = 0; i < 10; i++) {
      CallRejectedException e =
          assertThrows(CallRejectedException.class, () -> out.call(a -> in.call(b -> "never")));
      assertEquals(Optional.of(ofMillis(4800)), e.retryAfter());
    }
    assertEquals(State.HALF_OPEN, outer.state());
  }

  @Test
  @DisplayName(
      "case R80: a rejection is not retried, unless asked, and if the wait fits the deadline")
  void rejectionsAreNotRetried() {
    Breaker breaker = Breaker.of(
        "b", BreakerSettings.consecutive(2).withOpenTime(ofMillis(500)).withOpenJitter(0), time);
    Pipeline p =
        pipeline().deadline(ofSeconds(2)).retry(NO_DELAY).breaker(breaker).build();
    CallOutcome.Failure<?> f =
        assertInstanceOf(CallOutcome.Failure.class, p.tryCall(a -> fail(new IOException())));
    assertEquals(2, calls.get());
    assertEquals(NotRetried.REJECTED, f.notRetried());
    assertEquals(State.OPEN, breaker.state());

    Pipeline patient = pipeline()
        .deadline(ofSeconds(2))
        .retry(NO_DELAY.withRepeating(RetrySettings.Repeating.FAILURES_AND_REJECTIONS))
        .breaker(breaker)
        .build();
    Duration before = time.elapsed();
    assertEquals(new CallOutcome.Success<>("ok", 1, false), patient.tryCall(a -> "ok"));
    assertEquals(ofMillis(500), time.elapsed().minus(before));
  }

  @Test
  void aRejectionExplainsItself() {
    Breaker breaker = Breaker.of(
        "inventory",
        BreakerSettings.consecutive(2).withOpenTime(ofSeconds(5)).withOpenJitter(0),
        time);
    Pipeline p = pipeline().breaker(breaker).build();
    for (int i = 0; i < 2; i++) {
      assertThrows(IOException.class, () -> p.call(a -> fail(new IOException())));
    }
    time.advance(ofMillis(1500));
    CallRejectedException e = assertThrows(CallRejectedException.class, () -> p.call(a -> "never"));
    assertEquals(RejectionReason.BREAKER_OPEN, e.reason());
    assertEquals(Optional.of(ofMillis(3500)), e.retryAfter());
    assertEquals(Optional.of(ofMillis(1500)), e.since());
    assertEquals(0, e.getStackTrace().length);
    assertEquals(
        "p: call rejected, BREAKER_OPEN: breaker inventory opened for PT5S: 2 of 2 calls failed (threshold 100.0 %), "
            + "epoch 1; since PT1.5S; try again in PT3.5S",
        e.getMessage());
    assertInstanceOf(CallOutcome.Rejected.class, p.tryCall(a -> "never"));
  }

  @Test
  void aFullBulkheadRefuses() throws Exception {
    Pipeline p = pipeline().bulkhead(1).build();
    String result = p.call(a -> {
      CallRejectedException e =
          assertThrows(CallRejectedException.class, () -> p.call(b -> "never"));
      assertEquals(RejectionReason.BULKHEAD_FULL, e.reason());
      return "ok";
    });
    assertEquals("ok", result);
    assertEquals("again", p.call(a -> "again"));
  }

  @Test
  void theBudgetBoundsRetries() {
    RetryBudget budget =
        RetryBudget.of(RetryBudgetSettings.ratio(0).withReserve(1).withFloorPerSecond(0), time);
    Pipeline p = pipeline().retry(NO_DELAY).budget(budget).build();
    assertEquals(
        NotRetried.BUDGET,
        assertInstanceOf(CallOutcome.Failure.class, p.tryCall(a -> fail(new IOException())))
            .notRetried());
    assertEquals(2, calls.get());
    assertEquals(1, p.counters().retriesDenied());
    assertEquals(1, p.counters().retries());
  }

  @Test
  void aCallerThatRetriesIsNotMultiplied() {
    Pipeline p = pipeline().retry(NO_DELAY).noRetryWhen(() -> true).build();
    CallOutcome.Failure<?> f =
        assertInstanceOf(CallOutcome.Failure.class, p.tryCall(a -> fail(new IOException())));
    assertEquals(NotRetried.CALLER_RETRIES, f.notRetried());
    assertEquals(1, calls.get());
  }

  @Test
  void lateResultsAreMarkedAndCountAgainstTheDependency() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(5), time);
    Pipeline p = pipeline().perTryTimeout(ofMillis(100)).breaker(breaker).build();
    CallOutcome<String> outcome = p.tryCall(a -> {
      time.advance(ofMillis(100));
      return "late";
    });
    assertEquals(new CallOutcome.Success<>("late", 1, true), outcome);
    assertEquals(1, breaker.snapshot().failures());
    assertEquals(1, p.counters().late());
  }

  @Test // a body begins a moment after its deadline was set: nobody has cut its time
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
        .interruptLateCalls()
        .breaker(breaker)
        .build();
    CallOutcome<String> outcome = p.tryCall(a -> {
      time.advance(ofSeconds(1));
      return "late";
    });
    assertEquals(new CallOutcome.Success<>("late", 1, true), outcome);
    assertEquals(State.OPEN, breaker.state());
  }

  @Test
  void aFailureAfterATimeThatTheCallerCutSaysNothingAboutTheDependency() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(1), time);
    Pipeline p = pipeline().perTryTimeout(ofMillis(500)).breaker(breaker).build();
    Deadline tight = Deadline.in(ofMillis(10), time);
    p.tryCall(tight, a -> {
      time.advance(a.remaining());
      return fail(new IOException("timed out"));
    });
    assertEquals(State.CLOSED, breaker.state());
  }

  @Test
  void aMeterIsToldEverythingAndMayThrow() throws Exception {
    List<String> told = new ArrayList<>();
    CallMeter meter = new CallMeter() {
      @Override
      public void executed(Handling handling, int attempts, long nanos) {
        told.add("executed " + handling + " " + attempts + " " + nanos);
        throw new IllegalStateException("hostile");
      }

      @Override
      public void rejected(RejectionReason reason, int attempts, long nanos) {
        told.add("rejected " + reason + " " + attempts);
      }

      @Override
      public void attempted(int number, Handling handling, long nanos, long backoffNanos) {
        told.add("attempted " + number + " " + handling + " " + nanos + " " + backoffNanos);
      }
    };
    Pipeline p = pipeline()
        .retry(RetrySettings.constant(Duration.ofNanos(10)))
        .bulkhead(1)
        .build();
    try (Subscription s = p.meter(meter)) {
      p.call(a -> {
        time.advance(Duration.ofNanos(7));
        return a.number() == 1 ? fail(new IOException()) : "ok";
      });
      p.call(a -> {
        assertThrows(CallRejectedException.class, () -> p.call(b -> "full"));
        return "ok";
      });
    }
    p.call(a -> "untold");
    assertEquals(
        List.of(
            "attempted 1 FAILURE 7 0",
            "attempted 2 SUCCESS 7 5",
            "executed SUCCESS 2 19",
            "rejected BULKHEAD_FULL 0",
            "attempted 1 SUCCESS 0 0",
            "executed SUCCESS 1 0"),
        told);
  }

  @Test
  void aCancellationIsNeverASuccess() {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(1), time);
    Pipeline p = pipeline().retry(NO_DELAY).breaker(breaker).build();
    assertInstanceOf(
        CallOutcome.Cancelled.class, p.tryCall(a -> fail(new CancellationException())));
    assertEquals(1, calls.get());
    assertEquals(0, breaker.snapshot().calls());
  }

  @Test
  void theInterruptOfATimeLimitEndsTheAttemptAndNothingElse() throws Exception {
    try (Time timer = Time.system()) {
      Pipeline p = Pipeline.builder("p")
          .perTryTimeout(ofMillis(20))
          .time(timer)
          .interruptLateCalls()
          .build();
      CallRejectedException e = assertThrows(
          CallRejectedException.class,
          () -> p.call(a -> {
            new java.util.concurrent.CountDownLatch(1).await();
            return "never";
          }));
      assertEquals(RejectionReason.DEADLINE, e.reason());
      assertFalse(Thread.currentThread().isInterrupted());
      assertEquals("quick", p.call(a -> "quick"));
      assertInstanceOf(CallOutcome.DeadlineExceeded.class, p.tryCall(a -> {
        new java.util.concurrent.CountDownLatch(1).await();
        return "never";
      }));
    }
  }

  @Test
  void retriesWithoutABudgetAreWarnedOf() {
    assertEquals(
        List.of(
            "retry without a budget: 3 attempts feed a storm by themselves above 33 % utilisation of the dependency"),
        pipeline().retry(NO_DELAY).withoutBudget().build().warnings());
    assertEquals(List.of(), pipeline().retry(NO_DELAY).build().warnings());
  }

  @Test
  void aFallbackSeesWhyAndNeverCoversUpAnError() {
    Pipeline p = pipeline().bulkhead(1).build();
    assertEquals("value", p.callOrElse(a -> "value", outcome -> "fallback"));
    List<CallOutcome<String>> seen = new ArrayList<>();
    String answer = p.callOrElse(a -> fail(new IOException("x")), outcome -> {
      seen.add(outcome);
      return "fallback";
    });
    assertEquals("fallback", answer);
    assertInstanceOf(CallOutcome.Failure.class, seen.get(0));
    assertThrows(
        StackOverflowError.class,
        () -> p.callOrElse(
            a -> {
              throw new StackOverflowError();
            },
            outcome -> "fallback"));
  }

  @Test
  void settingsThatCannotWorkTogetherAreWarnedOf() {
    Breaker breaker = Breaker.of(
        "b",
        BreakerSettings.timeWindow(ofSeconds(1))
            .withOpenTime(ofMillis(500))
            .withProbeLease(ofSeconds(1)),
        time);
    Pipeline p = pipeline()
        .deadline(ofSeconds(5))
        .perTryTimeout(ofSeconds(2))
        .retry(RetrySettings.exponential(ofMillis(100)))
        .breaker(breaker)
        .build();
    assertEquals(
        List.of(
            "the deadline PT5S leaves time for 2 of 3 attempts that take their whole perTryTimeout PT2S",
            "breaker b stays open for PT0.5S, shorter than a call may take (PT2S): it probes before it knows how its "
                + "calls ended",
            "breaker b looks at the last PT1S, shorter than a call may take (PT2S): slow failures never meet in it",
            "breaker b takes a probe's permit back after PT1S, earlier than a call may end (PT2S): slow probes never "
                + "count"),
        p.warnings());
    assertEquals(1 / 1.1, p.stormThreshold(), 1e-9);
    assertEquals(
        1 / 3.0, pipeline().retry(NO_DELAY).withoutBudget().build().stormThreshold(), 1e-9);
  }

  @Test
  void earlierFailuresAreAttachedOnlyIfAsked() {
    Pipeline p =
        pipeline().retry(NO_DELAY.withAttempts(3)).attachEarlierFailures().build();
    List<IOException> thrown =
        List.of(new IOException("1"), new IOException("2"), new IOException("3"));
    IOException last =
        assertThrows(IOException.class, () -> p.call(a -> fail(thrown.get(a.number() - 1))));
    assertSame(thrown.get(2), last);
    assertEquals(List.of(thrown.get(0), thrown.get(1)), List.of(last.getSuppressed()));
    IOException same = new IOException("the same each time");
    assertSame(same, assertThrows(IOException.class, () -> p.call(a -> fail(same))));
    assertEquals(0, same.getSuppressed().length, "an exception cannot suppress itself");
  }

  @Test
  void whatIsNotIdempotentIsRepeatedOnlyIfItWasNeverSent() throws Exception {
    Pipeline p =
        pipeline().retry(NO_DELAY.withRepeating(RetrySettings.Repeating.UNSENT)).build();
    CallOutcome.Failure<?> sent =
        assertInstanceOf(CallOutcome.Failure.class, p.tryCall(a -> fail(new IOException("reset"))));
    assertEquals(NotRetried.NOT_RETRYABLE, sent.notRetried());
    assertEquals(1, calls.get());
    assertEquals(
        "ok", p.call(a -> a.number() < 3 ? fail(new java.net.ConnectException("refused")) : "ok"));
    assertEquals(3, calls.get());
  }

  @Test
  void aHeaderTellsTheNextProcessThatThisOneRetries() throws Exception {
    List<String> sent = new ArrayList<>();
    Pipeline p = pipeline().retry(NO_DELAY).build();
    p.call(a -> {
      sent.add(a.toHeader());
      return a.number() < 3 ? fail(new IOException()) : "ok";
    });
    assertEquals(List.of("1", "2", "3"), sent);
    assertEquals("", pipeline().build().call(Attempt::toHeader));
    assertEquals("", pipeline().retry(NO_DELAY.withAttempts(1)).build().call(Attempt::toHeader));
    for (String header : sent) {
      assertTrue(
          Attempt.callerRetries(Optional.of(header)), "already the first one will be retried");
    }
    for (String none : List.of("", "0", "-1", "x", "1.5", "9999999999")) {
      assertFalse(Attempt.callerRetries(Optional.of(none)), none);
    }
    assertFalse(Attempt.callerRetries(Optional.empty()));
    Pipeline below = pipeline()
        .retry(NO_DELAY)
        .noRetryWhen(() -> Attempt.callerRetries(Optional.of(sent.get(0))))
        .build();
    calls.set(0);
    below.tryCall(a -> fail(new IOException()));
    assertEquals(1, calls.get());
  }

  @Test
  void aSpentDeadlineTellsWhoSetIt() {
    try (Time timer = Time.system()) {
      Pipeline interrupted = Pipeline.builder("p")
          .deadline(ofSeconds(60))
          .time(timer)
          .interruptLateCalls()
          .build();
      assertEquals(
          new CallOutcome.DeadlineExceeded<>("caller", 1),
          interrupted.tryCall(Deadline.in(ofMillis(20)), a -> {
            new java.util.concurrent.CountDownLatch(1).await();
            return "never";
          }));
    }
  }

  @Test
  void aHostileBadResultFunctionEndsItsOwnCallOnly() {
    Classifier bad = Classifier.ofResult(String.class, s -> Handling.FAILURE);
    IllegalStateException own = new IllegalStateException("user code");
    Pipeline p = pipeline()
        .classifier(bad)
        .bulkhead(1)
        .onBadResult(value -> {
          throw own;
        })
        .build();
    assertSame(own, assertThrows(IllegalStateException.class, () -> p.call(a -> "bad")));
    java.util.concurrent.CompletableFuture<String> f = p.callAsync(
        Runnable::run, a -> java.util.concurrent.CompletableFuture.completedFuture("bad"));
    assertSame(
        own,
        assertThrows(java.util.concurrent.CompletionException.class, f::join).getCause());
    assertEquals(0, p.bulkhead().orElseThrow().inUse());
  }

  @Test
  void aSleeperThatThrowsGivesTheBudgetBack() {
    RetryBudget budget = RetryBudget.of(RetryBudgetSettings.ratio(1).withInFlight(3), time);
    Pipeline p = pipeline()
        .retry(RetrySettings.constant(ofSeconds(1)))
        .budget(budget)
        .time(new StubTime(time) {
          @Override
          public void sleep(Duration duration) {
            throw new IllegalStateException("user code");
          }
        })
        .build();
    assertThrows(IllegalStateException.class, () -> p.call(a -> fail(new IOException())));
    assertEquals(3.0, budget.available());
  }

  @Test
  void moreSettingsThatCannotWorkTogetherAreWarnedOf() {
    Pipeline p = pipeline()
        .perTryTimeout(ofMillis(100))
        .hedge(HedgeSettings.after(ofMillis(100)))
        .throttle(Throttle.of("t", ThrottleSettings.standard().withWindow(ofMillis(50))))
        .retry(NO_DELAY.withRepeating(RetrySettings.Repeating.FAILURES_AND_REJECTIONS))
        .build();
    assertEquals(
        List.of(
            "throttle t looks at the last PT0.05S, shorter than a call may take (PT0.1S): requests leave it before "
                + "their answers come",
            "rejections are waited for only within a deadline, and the pipeline sets none",
            "hedge after PT0.1S: an attempt has ended by then (PT0.1S), so it is never made"),
        p.warnings());
    assertEquals(
        List.of(
            "breaker b runs on another clock than the pipeline: its times and the pipeline's do not meet"),
        pipeline()
            .breaker(Breaker.of("b", BreakerSettings.consecutive(3)))
            .build()
            .warnings());
  }

  @Test
  void aBodyThatTakesNoNoticeOfItsLimitIsReportedOnce() throws Exception {
    ch.qos.logback.classic.Logger log =
        (ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(Pipeline.class);
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    Pipeline p = pipeline().perTryTimeout(ofMillis(100)).build();
    Level before = log.getLevel();
    log.setLevel(Level.WARN);
    log.addAppender(logged);
    try {
      for (int i = 0; i < 3; i++) {
        p.call(a -> {
          time.advance(ofMillis(120)); // a client's own limit is never quite exact
          return "a little late";
        });
      }
      assertEquals(List.of(), logged.list);
      for (int i = 0; i < 3; i++) {
        p.call(a -> {
          time.advance(ofMillis(500));
          return "late";
        });
      }
      assertEquals(
          List.of(
              "Pipeline p: an attempt was given PT0.1S and took PT0.5S; its body must hand Attempt.remaining() to the "
                  + "client, or the pipeline needs interruptLateCalls(); not logged again"),
          logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    } finally {
      log.detachAppender(logged);
      log.setLevel(before);
    }
  }

  @Test
  void aBuilderReportsAllItsProblemsAtOnce() {
    PipelineBuilder wrong = pipeline()
        .withoutBudget()
        .budget(RetryBudget.of(RetryBudgetSettings.ratio(0.1)))
        .bulkhead(1)
        .adaptiveLimit(AdaptiveLimit.of("a", AdaptiveLimitSettings.between(1, 2)))
        .breaker(Breaker.of("b", BreakerSettings.consecutive(1)))
        .throttle(Throttle.of("t", ThrottleSettings.standard()));
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, wrong::build);
    assertEquals("""
        budget: expected none after withoutBudget(), got one
        throttle: expected none beside a breaker, got both
        adaptiveLimit: expected none beside a bulkhead, got both""", e.getMessage());
  }
}
