package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Time;
import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

  private static RunOutcome outcome(Health health, String name) {
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
    ExecutorService threads = Threads.forRuns();
    try (Health health = Health.builder()
        .time(time)
        .executor(threads)
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
      assertEquals(RunOutcome.TIMED_OUT, outcome(health, "hung"));
      time.advance(Duration.ofSeconds(39));
      CheckReport stuck = health.report().check("hung").orElseThrow();
      assertEquals(RunOutcome.STUCK, stuck.outcome());
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
          time.nanoTime() - Long.MAX_VALUE < TimeUnit.SECONDS.toNanos(60), "within one period");
      eventually(() -> outcome(health, "hung") == RunOutcome.PASSED);
      assertEquals(1, health.report().check("hung").orElseThrow().successes());
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aHungBodyIsInterruptedOnceAndTheInterruptNeverReachesTheNextTask() throws Exception {
    VirtualTime time = new VirtualTime();
    ExecutorService one = Executors.newSingleThreadExecutor();
    var interrupted = new AtomicBoolean();
    var entered = new CountDownLatch(1);
    try (Health health = Health.builder()
        .time(time)
        .executor(one)
        .events(time.executor())
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
      assertEquals(
          RunOutcome.TIMED_OUT, outcome(health, "sleeper"), "its late result is discarded");
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
      assertTrue(outcome(health, "hung") == RunOutcome.STUCK
          || outcome(health, "hung") == RunOutcome.TIMED_OUT);
      assertEquals(RunOutcome.PASSED, outcome(health, "quick"));
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
    eventually(() -> outcome(health, "quick") == RunOutcome.PASSED);
    assertTrue(ownThreads().stream().allMatch(Thread::isDaemon));
    assertFalse(ownThreads().isEmpty());
    health.close();
    health.close();
    eventually(() -> ownThreads().isEmpty());
  }

  /** Platform threads of this registry: virtual ones are not listed, and end with their run. */
  private static List<Thread> ownThreads() {
    var threads = new Thread[Thread.activeCount() + 50];
    int count = Thread.enumerate(threads);
    return Arrays.stream(threads, 0, count)
        .filter(t -> t.getName().startsWith("cn-health-") || t.getName().equals("cn-time"))
        .toList();
  }

  @Test
  void threadsAreStartedByStartAndNotByBuild() {
    eventually(() -> ownThreads().isEmpty());
    try (Health health =
        Health.builder().check(Check.critical("db", Verdict::up)).build()) {
      assertTrue(health.answer("GET", "/readyz", "", "").isPresent());
      assertEquals(List.of(), ownThreads());
      health.start();
      assertFalse(ownThreads().isEmpty());
    }
  }

  @Test
  void bodiesRunOnVirtualThreadsWhereTheJvmHasThem() throws Exception {
    var thread = new CompletableFuture<String>();
    try (Health health = Health.builder()
        .check(Check.critical("db", () -> {
          thread.complete(Thread.currentThread().toString());
          return Verdict.up();
        }))
        .build()) {
      health.start();
      String name = thread.get(10, TimeUnit.SECONDS);
      assertEquals(Runtime.version().feature() >= 21, name.startsWith("VirtualThread"), name);
      assertTrue(name.contains("cn-health-check-"), name);
    }
  }

  /** What the caller gave is the caller's: used for everything, closed by nobody. */
  @Test
  void theCallersTimeAndExecutorAreUsedForAllAndLeftAlone() throws Exception {
    eventually(() -> ownThreads().isEmpty());
    ExecutorService pool = Executors.newFixedThreadPool(2);
    var runs = new AtomicInteger();
    var waiting = new AtomicInteger();
    try (Time system = Time.system()) {
      var time = new OtherTime(system) {
        @Override
        public Pending schedule(Duration delay, Runnable task) {
          waiting.incrementAndGet();
          Pending pending = super.schedule(delay, () -> {
            waiting.decrementAndGet();
            task.run();
          });
          return () -> {
            boolean cancelled = pending.cancel();
            waiting.addAndGet(cancelled ? -1 : 0);
            return cancelled;
          };
        }
      };
      Health health = Health.builder()
          .time(time)
          .executor(pool)
          .check(Check.critical("db", () -> {
                runs.incrementAndGet();
                return Verdict.up();
              })
              .every(Duration.ofMillis(20)))
          .check(Check.critical("rare", Verdict::up).every(Duration.ofDays(1)))
          .build();
      var heard = new CountDownLatch(1);
      var unused = health.subscribe(event -> heard.countDown());
      health.start();
      eventually(() -> runs.get() > 5);
      assertTrue(heard.await(10, TimeUnit.SECONDS));
      health.close();
      assertFalse(pool.isShutdown());
      eventually(() -> waiting.get() == 0);
      var still = new CountDownLatch(1);
      var unusedPending = system.schedule(Duration.ZERO, still::countDown);
      assertTrue(still.await(10, TimeUnit.SECONDS), "the time of the caller goes on");
    } finally {
      pool.shutdownNow();
    }
  }

  /** To cancel a stage runs its dependents: user code, which may hang whoever cancels. */
  @Test
  void aStageWhoseCancelHangsDelaysNoOtherCheck() {
    var release = new CountDownLatch(1);
    var runs = new AtomicInteger();
    try (Health health = Health.builder()
        .check(Check.criticalAsync("hostile", () -> new CompletableFuture<Verdict>() {
              @Override
              public boolean cancel(boolean mayInterruptIfRunning) {
                awaitIgnoringInterrupts(release);
                return false;
              }
            })
            .every(Duration.ofMillis(50)))
        .check(Check.critical("quick", () -> {
              runs.incrementAndGet();
              return Verdict.up();
            })
            .every(Duration.ofMillis(50)))
        .build()) {
      health.start();
      eventually(() -> outcome(health, "hostile") == RunOutcome.STUCK);
      int before = runs.get();
      eventually(() -> runs.get() > before + 10);
    } finally {
      release.countDown();
    }
  }

  @Test
  void aRemovedCheckThatHangsIsInterrupted() throws InterruptedException {
    var entered = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    try (Health health = Health.builder()
        .check(Check.critical("sleeper", () -> {
              entered.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
              return Verdict.up();
            })
            .every(Duration.ofHours(1))
            .timeout(Duration.ofHours(1)))
        .build()) {
      health.start();
      assertTrue(entered.await(10, TimeUnit.SECONDS));
      assertTrue(health.remove("sleeper"));
      assertTrue(interrupted.await(10, TimeUnit.SECONDS));
    }
  }

  /** Registering and removing race with each other and with runs; what is gone in the end runs no more. */
  @Test
  void whateverComesAndGoesInParallelNothingRunsThatIsNotRegistered() throws Exception {
    var runs = new AtomicInteger();
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try (Health health = Health.builder().build()) {
      health.start();
      var calls = new ArrayList<Future<?>>();
      for (int caller = 0; caller < 4; caller++) {
        boolean registers = caller % 2 == 0;
        calls.add(callers.submit(() -> {
          for (int i = 0; i < 2_000; i++) {
            if (!registers) {
              health.remove("check-" + i % 5);
              continue;
            }
            try {
              health.register(Check.critical("check-" + i % 5, () -> {
                    runs.incrementAndGet();
                    return Verdict.up();
                  })
                  .every(Duration.ofMillis(10)));
            } catch (HealthException taken) {
              assertEquals(1, taken.problems().size());
            }
          }
        }));
      }
      for (Future<?> call : calls) {
        call.get(20, TimeUnit.SECONDS);
      }
      for (int i = 0; i < 5; i++) {
        health.remove("check-" + i);
      }
      assertEquals(List.of(), health.report().checks());
      var last = new CountDownLatch(
          5); // periods of a check that is there: time in which a ghost would run
      int before = runs.get();
      health.register(Check.critical("clock", () -> {
            last.countDown();
            return Verdict.up();
          })
          .every(Duration.ofMillis(50)));
      assertTrue(last.await(10, TimeUnit.SECONDS));
      assertTrue(runs.get() - before <= 5, "what was under way may end, nothing starts");
    } finally {
      callers.shutdownNow();
    }
  }

  @Test
  void aMeterThatThrowsCostsNothing() {
    var runs = new AtomicInteger();
    try (Health health = Health.builder()
        .check(Check.critical("db", Verdict::up).every(Duration.ofMillis(20)))
        .build()) {
      var broken = health.meter((check, outcome, nanos) -> {
        throw new StackOverflowError();
      });
      var unused = health.meter((check, outcome, nanos) -> runs.incrementAndGet());
      health.start();
      eventually(() -> runs.get() > 3);
      broken.close();
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
