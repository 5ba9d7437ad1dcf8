package cnkit.resilience;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.core.Subscription;
import cnkit.core.testing.VirtualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * One law for every way through a pipeline: the fused first attempt, the slow path that a stage of no effect makes a
 * synchronous call take, and the asynchronous path give the same results, attempts, events, measurements and counters.
 */
class PathsAgreeTest {
  private enum Path {
    FUSED,
    SLOW,
    ASYNCHRONOUS
  }

  /** What the classifier throws; without a stack trace, since it is logged often. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Broken() {
      super("a classifier that throws", null, false, false);
    }
  }

  private static final Classifier CLASSIFIER = new Classifier() {
    @Override
    public Handling result(@Nullable Object value) {
      return switch (String.valueOf(value)) {
        case "bad", "null" -> Handling.FAILURE;
        case "neutral" -> Handling.NEUTRAL;
        case "ok" -> Handling.SUCCESS;
        default -> throw new Broken();
      };
    }

    @Override
    public Handling thrown(Exception thrown) {
      if (thrown instanceof IllegalStateException) {
        throw new Broken();
      }
      return thrown instanceof IllegalArgumentException ? Handling.NEUTRAL : Handling.FAILURE;
    }
  };

  /** What the dependency does in one attempt: takes its time, then answers or throws. */
  private record Answer(Duration takes, int what) {
    @SuppressWarnings("NullAway") // null is one of the answers
    String give() throws Exception {
      return switch (what) {
        case 0 -> throw new IOException("down");
        case 1 -> throw new IllegalArgumentException("a caller's mistake");
        case 2 -> throw new CancellationException("given up");
        case 3 -> throw new StackOverflowError("an error");
        case 4 -> "bad";
        case 5 -> "neutral";
        case 6 -> null;
        case 7 -> "a result that the classifier throws for";
        case 8 -> throw new IllegalStateException("a failure that the classifier throws for");
        case 9 -> throw new InterruptedException("stopped");
        case 10 -> throw new ConnectException("never sent");
        default -> "ok";
      };
    }
  }

  /** All that a path lets be seen. */
  private record Seen(List<String> events, Counters counters, String state, Duration elapsed) {}

  @Property(tries = 400)
  void everyPathAgreesOnEveryHistory(@ForAll long seed) throws Exception {
    Seen fused = history(seed, Path.FUSED);
    assertEquals(fused, history(seed, Path.SLOW), "the slow path");
    assertEquals(fused, history(seed, Path.ASYNCHRONOUS), "the asynchronous path");
  }

  private static Seen history(long seed, Path path) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 300_000_000L);
    List<String> events = new ArrayList<>();
    PipelineBuilder builder =
        Pipeline.builder("p").time(time).random(() -> 0.5).classifier(CLASSIFIER);
    Breaker breaker = Breaker.of(
        "b",
        BreakerSettings.countWindow(4)
            .withMinimumCalls(2)
            .withOpenTime(ofMillis(200))
            .withOpenJitter(0),
        time);
    if (random.nextBoolean()) {
      builder.breaker(breaker);
    }
    RetryBudgetSettings saved = RetryBudgetSettings.ratio(0.5).withFloorPerSecond(0);
    RetryBudget budget = RetryBudget.of(
        switch (random.nextInt(4)) {
          case 0 -> saved.withInFlight(1);
          case 1 -> saved.withExpiry(ofMillis(300));
          default -> saved;
        },
        time);
    if (random.nextBoolean()) {
      RetrySettings.Repeating[] rules = RetrySettings.Repeating.values();
      builder
          .retry(RetrySettings.constant(ofMillis(random.nextInt(60)))
              .withAttempts(1 + random.nextInt(4))
              .withMinUseful(
                  ofMillis(25)) // an asynchronous attempt is cut at its limit, so none may reach it
              .withMaxElapsed(random.nextBoolean() ? ofMillis(150) : ofSeconds(60))
              .withRepeating(rules[random.nextInt(rules.length)]))
          .budget(budget);
    }
    if (random.nextBoolean()) {
      builder.deadline(ofMillis(150 + random.nextInt(200)));
    }
    if (random.nextBoolean()) {
      builder.perTryTimeout(ofMillis(500));
    }
    if (random.nextBoolean()) {
      builder.rateLimiter(RateLimiter.of(
          "r", RateLimit.of(10, ofSeconds(1)).withBurst(1 + random.nextInt(3)), time));
    }
    if (random.nextBoolean()) {
      builder.bulkhead(1);
    }
    if (random.nextBoolean()) {
      builder.meter(meter(events));
    }
    if (path == Path.SLOW) {
      builder.faults(Faults.seeded(1)); // injects nothing, but is not on the fused path
    }
    Pipeline p = builder.build();
    Subscription subscription = breaker.subscribe(event -> events.add(event.toString()));
    try (subscription) {
      int calls = 1 + random.nextInt(12);
      for (int i = 0; i < calls; i++) {
        List<Answer> answers = new ArrayList<>();
        for (int k = 0; k < 6; k++) {
          answers.add(new Answer(ofMillis(random.nextInt(25)), random.nextInt(14)));
        }
        Deadline deadline = random.nextBoolean()
            ? Deadline.in(ofMillis(110 + random.nextInt(60)), time)
            : Deadline.none();
        events.add(outcome(p, time, path, deadline, answers).toString());
        events.add("interrupted: " + Thread.interrupted());
        time.advance(ofMillis(random.nextInt(150)));
      }
    }
    String state =
        breaker.snapshot() + " " + budget.available() + " " + p.bulkhead().map(Bulkhead::inUse);
    return new Seen(events, p.counters(), state, time.elapsed());
  }

  private static CallOutcome<String> outcome(
      Pipeline p, VirtualTime time, Path path, Deadline deadline, List<Answer> answers)
      throws Exception {
    if (path != Path.ASYNCHRONOUS) {
      return p.tryCall(deadline, a -> {
        Answer answer = answers.get(a.number() - 1);
        time.advance(answer.takes());
        return answer.give();
      });
    }
    CompletableFuture<CallOutcome<String>> result = p.tryCallAsync(deadline, Runnable::run, a -> {
      Answer answer = answers.get(a.number() - 1);
      CompletableFuture<String> stage = new CompletableFuture<>();
      var unused = time.schedule(answer.takes(), () -> {
        try {
          stage.complete(answer.give());
        } catch (Throwable t) {
          stage.completeExceptionally(t);
        }
      });
      return stage;
    });
    time.await(result);
    return result.join();
  }

  private static CallMeter meter(List<String> events) {
    return new CallMeter() {
      @Override
      public void executed(Handling handling, int attempts, long nanos) {
        events.add("executed " + handling + " " + attempts + " " + ofNanos(nanos));
      }

      @Override
      public void rejected(RejectionReason reason, int attempts, long nanos) {
        events.add("rejected " + reason + " " + attempts + " " + ofNanos(nanos));
      }

      @Override
      public void attempted(int number, Handling handling, long nanos, long backoffNanos) {
        events.add("attempted " + number + " " + handling + " " + nanos + " " + backoffNanos);
      }
    };
  }
}
