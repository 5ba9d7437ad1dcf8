package cnkit.lifecycle;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Helpers for what the JDK offers, on real threads. */
@Timeout(60)
class HelpersTest {
  private final InFlight inFlight = new InFlight();

  private static ExecutorService virtualPerTask() {
    try {
      Method factory = Executors.class.getMethod("newVirtualThreadPerTaskExecutor");
      return (ExecutorService) factory.invoke(null);
    } catch (ReflectiveOperationException e) {
      return Assumptions.abort("this JVM has no virtual threads");
    }
  }

  /** One task that obeys an interrupt, one that does not, and what else is given. */
  private static final class Tasks {
    final CountDownLatch begun = new CountDownLatch(2);
    final CountDownLatch obeyed = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);

    void obedient() {
      begun.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        obeyed.countDown();
      }
    }

    Runnable stubborn() {
      return new Runnable() {
        @Override
        public void run() {
          begun.countDown();
          LifecycleTest.awaitIgnoringInterrupts(release);
        }

        @Override
        public String toString() {
          return "mail to all";
        }
      };
    }
  }

  private static void naming(TrackedExecutor executor, int queued) throws InterruptedException {
    var tasks = new Tasks();
    executor.execute(tasks.stubborn());
    Future<?> obedient = executor.submit(tasks::obedient);
    var waiting = new ArrayList<Future<?>>();
    assertTrue(tasks.begun.await(20, TimeUnit.SECONDS));
    for (int i = 0; i < queued; i++) {
      waiting.add(executor.submit(() -> {}));
    }
    Thread.currentThread().interrupt(); // the caller's own, to be found again
    long began = System.nanoTime();
    TrackedExecutor.StopResult left = executor.stop(ofSeconds(1));
    long took = System.nanoTime() - began;
    assertTrue(Thread.interrupted(), "the caller's interrupt is restored");
    assertTrue(tasks.obeyed.await(20, TimeUnit.SECONDS));
    assertEquals(queued, left.neverStarted());
    assertTrue(waiting.stream().allMatch(Future::isCancelled), "nobody waits for them for ever");
    assertEquals(1, left.survivors().size(), left::toString);
    Unfinished survivor = left.survivors().get(0);
    assertTrue(survivor.name().contains("mail to all"), survivor::toString);
    assertTrue(survivor.stack().stream().anyMatch(frame -> frame.contains("awaitIgnoring")));
    assertTrue(took < 15_000_000_000L, "a slice of 1 s took " + took);
    assertFalse(obedient.isCancelled());
    tasks.release.countDown();
    assertTrue(executor.awaitTermination(20, TimeUnit.SECONDS));
  }

  @Test // case L26
  void aFixedPoolTellsHowManyNeverStartedAndWhatSurvivesAnInterrupt() throws Exception {
    naming(TrackedExecutor.of("mails", Executors.newFixedThreadPool(2)), 3);
  }

  @Test // case L26
  void aVirtualPerTaskExecutorDoesTheSame() throws Exception {
    naming(TrackedExecutor.of("mails", virtualPerTask()), 0);
  }

  @Test // case L26
  void whatEndsWithinTheSliceIsWaitedForAndNoLonger() {
    TrackedExecutor executor = TrackedExecutor.of("mails", Executors.newFixedThreadPool(2));
    var done = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      executor.execute(done::incrementAndGet);
    }
    assertEquals(new TrackedExecutor.StopResult(0, List.of()), executor.stop(ofSeconds(30)));
    assertEquals(100, done.get());
  }

  @Test // case L26
  void aLifecycleReportsTheSurvivorsOfItsExecutorsAsWorkThatDidNotEnd() throws Exception {
    var tasks = new Tasks();
    TrackedExecutor executor = TrackedExecutor.of("mails", Executors.newFixedThreadPool(2));
    Lifecycle lifecycle = Lifecycle.builder()
        .propagation(Duration.ZERO)
        .closeBudget(ofSeconds(4))
        .executor("mails", executor)
        .build();
    lifecycle.start();
    executor.execute(tasks.stubborn());
    executor.execute(tasks::obedient);
    assertTrue(tasks.begun.await(20, TimeUnit.SECONDS));
    Report report = lifecycle.shutdown("done");
    assertEquals(81, report.exitCode(), report::toJson);
    assertTrue(report.summary().contains("task of mails: mail to all"), report.summary());
    tasks.release.countDown();
  }

  @Test
  void anyOtherExecutorIsNamedAsAWhole() throws Exception {
    var tasks = new Tasks();
    ExecutorService pool = Executors.newFixedThreadPool(2);
    Lifecycle lifecycle = Lifecycle.builder()
        .propagation(Duration.ZERO)
        .closeBudget(ofMillis(300))
        .executor("pool", pool)
        .build();
    lifecycle.start();
    pool.execute(tasks.stubborn());
    pool.execute(tasks::obedient);
    assertTrue(tasks.begun.await(20, TimeUnit.SECONDS));
    Report report = lifecycle.shutdown("done");
    assertEquals(81, report.exitCode(), report::toJson);
    assertEquals("pool", report.unfinished().get(0).name());
    tasks.release.countDown();
  }

  /** A broker of this process: what is fetched is one batch. */
  private static final class Broker {
    final BlockingQueue<List<String>> batches = new LinkedBlockingQueue<>();
    final AtomicInteger polls = new AtomicInteger();
    final List<String> acked = new CopyOnWriteArrayList<>();
    final List<String> released = new CopyOnWriteArrayList<>();
    final CountDownLatch polling = new CountDownLatch(1);

    List<String> poll() throws InterruptedException {
      polls.incrementAndGet();
      polling.countDown();
      return batches.take();
    }
  }

  @Test // case L25
  void aConsumerStopsPollingFirstFinishesTheOneInWorkAndGivesTheRestBack() throws Exception {
    var broker = new Broker();
    var working = new CountDownLatch(1);
    var finish = new CountDownLatch(1);
    QueueConsumer<String> consumer = QueueConsumer.of(
        "orders",
        inFlight,
        broker::poll,
        message -> {
          working.countDown();
          finish.await();
          broker.acked.add(message);
        },
        broker.released::addAll);
    Lifecycle lifecycle = Lifecycle.builder()
        .propagation(Duration.ZERO)
        .drain(inFlight)
        .consumer("orders", consumer)
        .build();
    lifecycle.start();
    var batch = new ArrayList<String>();
    for (int i = 0; i <= 10; i++) {
      batch.add("m" + i);
    }
    broker.batches.add(batch);
    assertTrue(working.await(20, TimeUnit.SECONDS));
    var intakeStopped = new CountDownLatch(1);
    lifecycle.subscribe(event -> {
      if (event instanceof LifecycleEvent.PhaseBegan began && began.phase().equals(Phase.DRAIN)) {
        intakeStopped.countDown();
      }
    });
    lifecycle.requestShutdown("done");
    assertTrue(intakeStopped.await(20, TimeUnit.SECONDS));
    broker.batches.add(List.of("too late"));
    finish.countDown();
    Report report = lifecycle.shutdown("again");
    assertEquals(0, report.exitCode(), report::toJson);
    assertEquals(1, broker.polls.get(), "no poll after the intake stopped");
    assertEquals(List.of("m0"), broker.acked);
    assertEquals(batch.subList(1, 11), broker.released);
    assertEquals(
        new WorkCounts(WorkKind.JOB, 1, 1, 0, 0, 0), report.workCounts().get(2));
  }

  @Test // case L25
  void anIdleConsumerDoesNotTakeItsSlice() throws Exception {
    var broker = new Broker();
    QueueConsumer<String> consumer = QueueConsumer.of(
        "orders", inFlight, broker::poll, broker.acked::add, broker.released::addAll);
    Lifecycle lifecycle = Lifecycle.builder()
        .grace(ofSeconds(60))
        .propagation(Duration.ZERO)
        .closeBudget(ofSeconds(20))
        .drain(inFlight)
        .consumer("orders", consumer)
        .build();
    lifecycle.start();
    assertTrue(broker.polling.await(20, TimeUnit.SECONDS));
    Report report = lifecycle.shutdown("done");
    assertEquals(0, report.exitCode());
    assertTrue(report.stopTook().compareTo(ofSeconds(10)) < 0, report.summary());
    assertEquals(List.of(), broker.released);
  }

  @Test
  void aConsumerSurvivesWhatItsCodeThrows() throws Exception {
    var broker = new Broker();
    var second = new CountDownLatch(1);
    QueueConsumer<String> consumer = QueueConsumer.of(
        "orders",
        inFlight,
        broker::poll,
        message -> {
          if (message.equals("bad")) {
            throw new StackOverflowError();
          }
          second.countDown();
        },
        broker.released::addAll);
    consumer.start();
    broker.batches.add(List.of("bad", "good"));
    assertTrue(second.await(20, TimeUnit.SECONDS));
    consumer.stop();
    assertEquals(2, inFlight.workCounts(WorkKind.JOB).completed());
  }

  @Test
  void aPeriodicTaskRunsAgainAfterAnErrorAndNotAfterTheIntakeStopped() throws Exception {
    var runs = new CountDownLatch(3);
    var count = new AtomicInteger();
    Lifecycle lifecycle = Lifecycle.builder()
        .propagation(Duration.ZERO)
        .periodic("refresh", ofMillis(1), () -> {
          count.incrementAndGet();
          runs.countDown();
          throw new IOException("not now");
        })
        .build();
    lifecycle.start();
    assertTrue(runs.await(20, TimeUnit.SECONDS));
    assertEquals(0, lifecycle.shutdown("done").exitCode());
    int atTheEnd = count.get();
    assertTrue(atTheEnd >= 3);
    assertEquals(atTheEnd, count.get());
  }

  @Test
  void aCloseableIsClosedOnce() {
    var closed = new AtomicInteger();
    Lifecycle lifecycle = Lifecycle.builder()
        .propagation(Duration.ZERO)
        .closeable("file", closed::incrementAndGet)
        .build();
    lifecycle.start();
    lifecycle.shutdown("done");
    lifecycle.close();
    assertEquals(1, closed.get());
  }

  @Test // case L7
  void workThatHangsOnAVirtualThreadIsNamedWithItsStack() throws Exception {
    var tasks = new Tasks();
    ExecutorService virtual = virtualPerTask();
    var opened = new CountDownLatch(1);
    virtual.execute(() -> {
      try (Token token = inFlight.open(WorkKind.JOB, "import")) {
        opened.countDown();
        LifecycleTest.awaitIgnoringInterrupts(tasks.release);
        assertFalse(token.refused());
      }
    });
    assertTrue(opened.await(20, TimeUnit.SECONDS));
    Lifecycle lifecycle = Lifecycle.builder()
        .grace(ofMillis(1_200))
        .propagation(Duration.ZERO)
        .drain(inFlight)
        .build();
    lifecycle.start();
    Unfinished job = lifecycle.shutdown("done").unfinished().get(0);
    assertEquals("import", job.name());
    assertTrue(
        job.stack().stream().anyMatch(frame -> frame.contains("awaitIgnoring")), job::toString);
    tasks.release.countDown();
    virtual.shutdown();
  }
}
