package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.health.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An hour of virtual time with checks that do what they like, compared with the plainest model all the way. */
class SoakTest {
  private final VirtualTime time = new VirtualTime();

  /** The plainest model: the whole history of outcomes, read from its start. */
  private static Status model(Check check, List<Outcome> history) {
    Status status = Status.UNKNOWN;
    int failures = 0;
    int successes = 0;
    for (Outcome outcome : history) {
      failures = outcome.passed() ? 0 : failures + 1;
      successes = outcome.passed() ? successes + 1 : 0;
      if (outcome.passed() && successes >= check.successThreshold()) {
        status = Status.UP;
      } else if (!outcome.passed()
          && (status != Status.UP || failures >= check.failureThreshold())) {
        status = Status.DOWN;
      }
    }
    return status;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anHourOfHostileChecksEndsAsTheModelSaysWithTheThreadsItBeganWith(long seed) {
    var random = new Random(seed);
    int threads = Thread.activeCount();
    Health.Builder builder = Health.builder()
        .ticker(time)
        .scheduler(time)
        .watchdog(time)
        .random(random::nextDouble)
        .events(time)
        .executor(task -> {
          if (random.nextInt(50) == 0) {
            throw new RejectedExecutionException("full");
          }
          var unused = time.schedule(task, random.nextInt(200), TimeUnit.MILLISECONDS);
        });
    var hung = new ArrayList<CompletableFuture<Verdict>>();
    for (int i = 0; i < 20; i++) {
      builder.check(Check.criticalAsync("check-" + i, () -> act(random, hung))
          .every(Duration.ofMillis(500 + 100L * i))
          .failureThreshold(1 + i % 3)
          .successThreshold(1 + i % 4)
          .staleAfter(1000));
    }
    Health health = builder.build();
    Map<String, List<Outcome>> histories = new HashMap<>();
    var unused = health.meter((check, outcome, nanos) ->
        histories.computeIfAbsent(check, name -> new ArrayList<>()).add(outcome));
    health.start();
    health.open();
    for (int second = 0; second < 3600; second++) {
      time.advance(Duration.ofSeconds(1));
      if (random.nextInt(20) == 0) {
        hung.forEach(stage -> stage.complete(Verdict.up()));
        hung.clear();
      }
      if (second % 60 == 0) {
        requireModel(health, histories);
      }
    }
    requireModel(health, histories);
    assertTrue(
        histories.values().stream().allMatch(history -> history.size() > 1000),
        () -> "too few runs");
    health.close();
    time.advance(Duration.ofMinutes(1));
    assertEquals(0, time.pending(), "nothing is scheduled after close");
    assertTrue(Thread.activeCount() <= threads);
  }

  private static void requireModel(Health health, Map<String, List<Outcome>> histories) {
    boolean ready = true;
    for (CheckReport report : health.report().checks()) {
      List<Outcome> history = histories.getOrDefault(report.name(), List.of());
      assertEquals(model(report.check(), history), report.status(), report::name);
      assertEquals(history.size(), report.runs(), report::name);
      ready &= report.status().passes();
    }
    assertEquals(
        ready ? 200 : 503, health.answer("GET", "/readyz", "", "").orElseThrow().status());
  }

  private static CompletableFuture<Verdict> act(
      Random random, List<CompletableFuture<Verdict>> hung) throws Exception {
    return switch (random.nextInt(12)) {
      case 0 -> throw new IllegalStateException("broken");
      case 1 -> throw new StackOverflowError();
      case 2 -> CompletableFuture.failedFuture(new OutOfMemoryError("pretended"));
      case 3 -> CompletableFuture.completedFuture(Verdict.down("no"));
      case 4 -> {
        var deaf = new Deaf();
        hung.add(deaf);
        yield deaf;
      }
      case 5 -> new CompletableFuture<>(); // hangs until it is cancelled
      default -> CompletableFuture.completedFuture(Verdict.up());
    };
  }

  /** Cannot be cancelled. */
  private static final class Deaf extends CompletableFuture<Verdict> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return false;
    }
  }
}
