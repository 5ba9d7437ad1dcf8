package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.health.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads under virtual or real time; every wait is bounded. */
@Timeout(30)
class RunnerTest {
  private static void eventually(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, "did not happen in 10 s");
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static Outcome outcome(Health health, String name) {
    return health.report().check(name).orElseThrow().outcome();
  }

  private static void awaitIgnoringInterrupts(CountDownLatch latch) {
    boolean done = false;
    while (!done) {
      try {
        latch.await();
        done = true;
      } catch (InterruptedException ignored) {
        // a body that does not care
      }
    }
  }

  /** Case H7: hung on a real thread that ignores interrupts, in virtual time. */
  @Test
  void aHungBodyIsTimedOutThenStuckWithItsStackAndItsLateSuccessCountsForNothing() {
    VirtualTime time = new VirtualTime();
    var release = new CountDownLatch(1);
    var runs = new AtomicInteger();
    try (Health health = Health.builder()
        .ticker(time)
        .scheduler(time)
        .watchdog(time)
        .random(() -> 0)
        .check(Check.critical("hung", () -> {
          if (runs.incrementAndGet() == 1) {
            awaitIgnoringInterrupts(release);
          }
          return Verdict.up();
        }))
        .build()) {
      health.start();
      time.advance(Duration.ZERO);
      eventually(() -> runs.get() == 1);
      time.advance(Duration.ofSeconds(1));
      assertEquals(Outcome.TIMED_OUT, outcome(health, "hung"));
      time.advance(Duration.ofSeconds(39));
      CheckReport stuck = health.report().check("hung").orElseThrow();
      assertEquals(Outcome.STUCK, stuck.outcome());
      assertTrue(stuck.reason().startsWith("running for 40 s at "), stuck.reason());
      assertTrue(
          stuck.stack().stream().anyMatch(f -> f.getMethodName().equals("awaitIgnoringInterrupts")),
          () -> stuck.stack().toString());
      assertEquals(1, runs.get(), "single flight");

      release.countDown();
      eventually(() -> {
        time.advance(Duration.ofMillis(10));
        return runs.get() == 2;
      });
      assertTrue(
          time.getAsLong() - Long.MAX_VALUE < TimeUnit.SECONDS.toNanos(60), "within one period");
      eventually(() -> outcome(health, "hung") == Outcome.PASSED);
      assertEquals(1, health.report().check("hung").orElseThrow().successes());
    }
  }

  @Test
  void aHungBodyIsInterruptedOnceAndTheInterruptNeverReachesTheNextTask() throws Exception {
    VirtualTime time = new VirtualTime();
    ExecutorService one = Executors.newSingleThreadExecutor();
    var interrupted = new AtomicBoolean();
    var entered = new CountDownLatch(1);
    try (Health health = Health.builder()
        .ticker(time)
        .scheduler(time)
        .watchdog(time)
        .executor(one)
        .events(time)
        .random(() -> 0)
        .check(Check.critical("sleeper", () -> {
          entered.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.set(true);
          }
          return Verdict.up();
        }))
        .build()) {
      health.start();
      time.advance(Duration.ZERO);
      assertTrue(entered.await(10, TimeUnit.SECONDS));
      time.advance(Duration.ofSeconds(1));
      Future<Boolean> next = one.submit(Thread::interrupted);
      assertFalse(next.get(10, TimeUnit.SECONDS));
      assertTrue(interrupted.get());
      assertEquals(Outcome.TIMED_OUT, outcome(health, "sleeper"), "its late result is discarded");
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void oneHungCheckDelaysNoOther() {
    var release = new CountDownLatch(1);
    var runs = new AtomicInteger();
    try (Health health = Health.builder()
        .check(Check.critical("hung", () -> {
              awaitIgnoringInterrupts(release);
              return Verdict.up();
            })
            .every(Duration.ofMillis(50)))
        .check(Check.critical("quick", () -> {
              runs.incrementAndGet();
              return Verdict.up();
            })
            .every(Duration.ofMillis(50)))
        .build()) {
      health.start();
      eventually(() -> runs.get() > 10);
      assertTrue(
          outcome(health, "hung") == Outcome.STUCK || outcome(health, "hung") == Outcome.TIMED_OUT);
      assertEquals(Outcome.PASSED, outcome(health, "quick"));
    } finally {
      release.countDown();
    }
  }

  @Test
  void closeLeavesNoThreadBehind() {
    Health health = Health.builder()
        .check(Check.critical("sleeper", () -> {
              new CountDownLatch(1).await();
              return Verdict.up();
            })
            .every(Duration.ofMillis(100)))
        .check(Check.critical("quick", Verdict::up).every(Duration.ofMillis(20)))
        .liveness(Heartbeat.named("loop", Duration.ofSeconds(5)))
        .build();
    health.start();
    eventually(() -> outcome(health, "quick") == Outcome.PASSED);
    assertTrue(ownThreads(health).stream().allMatch(Thread::isDaemon));
    assertFalse(ownThreads(health).isEmpty());
    health.close();
    health.close();
    eventually(() -> ownThreads(health).isEmpty());
  }

  /** Platform threads of this registry: virtual ones are not listed, and end with their run. */
  private static List<Thread> ownThreads(Health health) {
    assertTrue(health.report() != null);
    var threads = new Thread[Thread.activeCount() + 50];
    int count = Thread.enumerate(threads);
    return Arrays.stream(threads, 0, count)
        .filter(t -> t.getName().startsWith("cn-health-"))
        .toList();
  }

  @Test // case H8
  void fiveHundredProbesDuringASlowCheckRunItOncePerPeriodAndAreQuick() throws Exception {
    var runs = new AtomicInteger();
    var entered = new CountDownLatch(1);
    var release = new CountDownLatch(1);
    ExecutorService clients = Executors.newFixedThreadPool(20);
    try (Health health = Health.builder()
        .check(Check.critical("slow", () -> {
              runs.incrementAndGet();
              entered.countDown();
              assertFalse(release.await(2, TimeUnit.SECONDS));
              return Verdict.up();
            })
            .every(Duration.ofSeconds(10))
            .timeout(Duration.ofSeconds(5)))
        .build()) {
      health.start();
      health.open();
      assertTrue(entered.await(10, TimeUnit.SECONDS));
      int before = ownThreads(health).size();
      var probes = new ArrayList<Future<Long>>();
      for (int i = 0; i < 500; i++) {
        probes.add(clients.submit(() -> {
          long start = System.nanoTime();
          assertEquals(
              503, health.answer("GET", "/readyz", "verbose", "").orElseThrow().status());
          return System.nanoTime() - start;
        }));
      }
      var nanos = new ArrayList<Long>();
      for (Future<Long> probe : probes) {
        nanos.add(probe.get(10, TimeUnit.SECONDS));
      }
      nanos.sort(null);
      assertTrue(nanos.get(494) < TimeUnit.MILLISECONDS.toNanos(50), () -> "p99 " + nanos.get(494));
      assertEquals(1, runs.get());
      assertTrue(ownThreads(health).size() <= before, "no thread a request");
    } finally {
      clients.shutdownNow();
    }
  }

  @Test
  void threadsAreStartedByStartAndNotByBuild() {
    try (Health health =
        Health.builder().check(Check.critical("db", Verdict::up)).build()) {
      assertTrue(ownThreads(health).stream().noneMatch(t -> t.getName().contains("watchdog")));
    }
  }

  @Test
  void awaitSeesReadinessArriveAndGivesUpInTime() throws InterruptedException, ExecutionException {
    try (Health health = Health.builder()
        .check(Check.critical("db", Verdict::up).every(Duration.ofMillis(100)))
        .build()) {
      assertFalse(health.await(Probe.READY, Duration.ofMillis(20)));
      health.start();
      health.open();
      assertTrue(health.await(Probe.READY, Duration.ofSeconds(10)));
    }
  }
}
