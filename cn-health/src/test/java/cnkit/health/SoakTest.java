package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An hour of virtual time with checks that do what they like, compared with the plainest model all the way. */
class SoakTest {
  private final VirtualTime time = new VirtualTime();

  /** The plainest model: the whole history of outcomes, read from its start. */
  private static HealthStatus model(Check check, List<RunOutcome> history) {
    HealthStatus status = HealthStatus.UNKNOWN;
    int failures = 0;
    int successes = 0;
    for (RunOutcome outcome : history) {
      failures = outcome.passed() ? 0 : failures + 1;
      successes = outcome.passed() ? successes + 1 : 0;
      if (outcome.passed() && successes >= check.successThreshold()) {
        status = HealthStatus.UP;
      } else if (!outcome.passed()
          && (status != HealthStatus.UP || failures >= check.failureThreshold())) {
        status = HealthStatus.DOWN;
      }
    }
    return status;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anHourOfHostileChecksEndsAsTheModelSaysAndLeavesNothingScheduled(long seed) {
    var random = new Random(seed);
    Health.Builder builder = Health.builder()
        .time(time)
        .random(random::nextDouble)
        .events(time.executor())
        .executor(task -> {
          if (random.nextInt(50) == 0) {
            throw new RejectedExecutionException("full");
          }
          var unused = time.schedule(Duration.ofMillis(random.nextInt(200)), task);
        });
    var hung = new ArrayList<CompletableFuture<Verdict>>();
    for (int i = 0; i < 20; i++) {
      builder.check(Check.criticalAsync("check-" + i, () -> act(random, hung))
          .every(Duration.ofMillis(500 + 100L * i))
          .failureThreshold(1 + i % 3)
          .successThreshold(1 + i % 4)
          .stalePeriods(1000));
    }
    Health health = builder.build();
    Map<String, List<RunOutcome>> histories = new HashMap<>();
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
  }

  private static void requireModel(Health health, Map<String, List<RunOutcome>> histories) {
    boolean ready = true;
    for (CheckReport report : health.report().checks()) {
      List<RunOutcome> history = histories.getOrDefault(report.name(), List.of());
      assertEquals(model(report.check(), history), report.status(), report::name);
      assertEquals(history.size(), report.runs(), report::name);
      ready &= report.status().passes();
    }
    assertEquals(
        ready ? 200 : 503, health.answer("GET", "/readyz", "", "").orElseThrow().status());
  }

  /** The same hour, with bodies on the threads that are the registry's own without a virtual time: they hang, ignore interrupts, throw and flap there. */
  @Test
  @Timeout(240)
  void anHourOfHostileBodiesOnRealThreadsEndsWithTheThreadsItBeganWith() throws Exception {
    var random = new Random(7);
    var bodies = new Bodies();
    ExecutorService threads = Threads.forRuns();
    Health.Builder builder = Health.builder().time(time).random(() -> 0.5).executor(threads);
    for (int i = 0; i < 8; i++) {
      int number = i;
      builder.check(Check.critical("check-" + i, () -> bodies.run(number))
          .every(Duration.ofSeconds(2 + i))
          .failureThreshold(1 + i % 3));
    }
    Health health = builder.build();
    health.start();
    health.open();
    for (int second = 0; second < 3600; second++) {
      time.advance(Duration.ofSeconds(1));
      for (int spin = 0; spin < 1_000 && bodies.inside.get() > bodies.hanging.get(); spin++) {
        Thread.onSpinWait();
      }
      assertTrue(bodies.inside.get() <= 8, "a thread a check, hung or not");
      if (random.nextInt(30) == 0) {
        bodies.letGo();
      }
    }
    assertEquals(0, bodies.twiceAtOnce.get(), "single flight");
    assertTrue(bodies.runs.get() > 500, () -> "only " + bodies.runs + " runs");
    assertEquals(3, bodies.kinds.size(), () -> "seen " + bodies.kinds);
    health.close();
    threads.shutdownNow();
    bodies.over = true;
    bodies.letGo();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (bodies.inside.get() > 0 || ownThreads() > 0) {
      assertTrue(
          System.nanoTime() - end < 0, () -> bodies.inside + " bodies and a thread are left");
      bodies.letGo();
      TimeUnit.MILLISECONDS.timedJoin(new Thread(), 5);
    }
    assertEquals(0, time.pending());
  }

  private static long ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("cn-health-"))
        .count();
  }

  /** What bodies do on real threads; each says what it is about to do. */
  private static final class Bodies {
    final AtomicInteger inside = new AtomicInteger();
    final AtomicInteger hanging = new AtomicInteger();
    final AtomicInteger runs = new AtomicInteger();
    final AtomicIntegerArray each = new AtomicIntegerArray(8);
    final Set<String> kinds = ConcurrentHashMap.newKeySet();
    final AtomicInteger twiceAtOnce = new AtomicInteger();
    volatile boolean over;
    private volatile CountDownLatch latch = new CountDownLatch(1);

    void letGo() {
      CountDownLatch open = latch;
      latch = new CountDownLatch(1);
      open.countDown();
    }

    Verdict run(int number) throws InterruptedException {
      int kind = runs.incrementAndGet() % 11;
      if (each.incrementAndGet(number) > 1) {
        twiceAtOnce.incrementAndGet();
      }
      inside.incrementAndGet();
      try {
        return act(kind);
      } finally {
        each.decrementAndGet(number);
        inside.decrementAndGet();
      }
    }

    private Verdict act(int kind) throws InterruptedException {
      switch (kind) {
        case 2 -> throw new IllegalStateException("broken");
        case 4 -> throw new StackOverflowError("pretended");
        case 6 -> {
          kinds.add("until interrupted");
          hang(true);
          return Verdict.up();
        }
        case 8 -> {
          kinds.add("deaf");
          hang(false);
          return Verdict.up();
        }
        default -> {
          kinds.add("quick");
          return Verdict.of(kind % 3 != 0);
        }
      }
    }

    private void hang(boolean obeys) throws InterruptedException {
      CountDownLatch mine = latch;
      hanging.incrementAndGet();
      try {
        boolean done = over;
        while (!done) {
          try {
            mine.await();
            done = true;
          } catch (InterruptedException interrupted) {
            if (obeys) {
              throw interrupted;
            }
          }
        }
      } finally {
        hanging.decrementAndGet();
      }
    }
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
