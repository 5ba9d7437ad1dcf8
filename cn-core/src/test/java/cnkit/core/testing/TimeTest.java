package cnkit.core.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Time;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TimeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  // --- virtual

  @Property(tries = 300)
  void tasksRunInTheOrderOfTheirTimesAndThenOfTheirScheduling(
      @ForAll @Size(max = 40) List<@IntRange(min = 0, max = 9) Integer> delays) {
    VirtualTime time = new VirtualTime();
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < delays.size(); i++) {
      int number = i;
      time.schedule(Duration.ofSeconds(delays.get(i)), () -> {
        assertEquals(Duration.ofSeconds(delays.get(number)), time.elapsed());
        ran.add(number);
      });
    }
    assertEquals(delays.size(), time.pending());
    time.advance(Duration.ofSeconds(9));
    List<Integer> expected = IntStream.range(0, delays.size())
        .boxed()
        .sorted((a, b) -> delays.get(a).compareTo(delays.get(b)))
        .toList();
    assertEquals(expected, ran);
    assertEquals(0, time.pending());
    assertEquals(Duration.ofSeconds(9), time.elapsed());
  }

  @Test
  void theClockWrapsAndOnlyItsDifferencesCount() {
    VirtualTime time = new VirtualTime();
    long before = time.nanoTime();
    time.advance(Duration.ofSeconds(3));
    assertTrue(time.nanoTime() < before, "it has not wrapped");
    assertEquals(3_000_000_000L, time.nanoTime() - before);
    assertEquals(7, VirtualTime.startingAt(7).nanoTime());
  }

  @Test
  void aTaskThatIsCancelledOrThatSleepsMovesNothingElse() throws Exception {
    VirtualTime time = new VirtualTime();
    Time.Pending cancelled = time.schedule(SECOND, () -> time.note("never"));
    time.schedule(SECOND, () -> {
      time.note("begins");
      sleepIn(time, SECOND);
      time.note("ends");
    });
    time.schedule(Duration.ofMillis(1_500), () -> time.note("meanwhile"));
    assertTrue(cancelled.cancel());
    assertFalse(cancelled.cancel());
    assertEquals(2, time.pending());
    time.runOut();
    assertEquals(List.of("1s begins", "1.5s meanwhile", "2s ends"), time.journal());
  }

  private static void sleepIn(VirtualTime time, Duration duration) {
    try {
      time.sleep(duration);
    } catch (InterruptedException e) {
      time.note("interrupted");
    }
  }

  @Test
  void threadsTakeTurnsAndOnlyOneRunsAtAnyMoment() {
    try (VirtualTime time = new VirtualTime()) {
      List<String> seen = new ArrayList<>(); // not safe for two threads, on purpose
      for (String name : List.of("a", "b", "c")) {
        time.execute(name, () -> {
          for (int i = 0; i < 100; i++) {
            seen.add(name + i);
            sleepIn(time, SECOND);
          }
        });
      }
      time.runOut();
      assertEquals(300, seen.size());
      assertEquals(List.of("a0", "b0", "c0", "a1"), seen.subList(0, 4));
      assertEquals(Duration.ofSeconds(100), time.elapsed());
    }
  }

  @Test
  void aThreadThatHangsIsWokenByAnInterruptOnly() {
    try (VirtualTime time = new VirtualTime()) {
      Time.Running hung = time.execute("hung", () -> {
        try {
          time.hang();
        } catch (InterruptedException e) {
          time.note("interrupted");
        }
      });
      time.advance(Duration.ofDays(1));
      assertTrue(hung.thread().isPresent());
      hung.interrupt();
      time.advance(Duration.ZERO);
      assertEquals(List.of("86400s interrupted"), time.journal());
      assertEquals(Optional.empty(), hung.thread());
      hung.interrupt(); // nothing happens
    }
  }

  @Test
  void awaitingDrivesTheTimeAndFailsWhereNothingCanHappenAnyMore() throws Exception {
    VirtualTime time = new VirtualTime();
    CompletableFuture<String> done = new CompletableFuture<>();
    time.schedule(SECOND, () -> done.complete("x"));
    time.schedule(Duration.ofSeconds(2), () -> time.note("later"));
    time.await(done);
    assertEquals(SECOND, time.elapsed());
    time.runOut();
    assertThrows(AssertionError.class, () -> time.await(new CompletableFuture<>()));
    time.await(CompletableFuture.failedFuture(new IllegalStateException()));
  }

  @Test
  void aThreadThatAwaitsGoesOnWhenTheFutureEnds() {
    try (VirtualTime time = new VirtualTime()) {
      CompletableFuture<String> done = new CompletableFuture<>();
      time.execute("waits", () -> {
        try {
          time.await(done);
          time.note("done");
        } catch (InterruptedException e) {
          time.note("interrupted");
        }
      });
      time.schedule(SECOND, () -> done.complete("x"));
      time.runOut();
      assertEquals(List.of("1s done"), time.journal());
    }
  }

  @Test
  void aFreezeRunsWhatBecameDueLate() {
    VirtualTime time = new VirtualTime();
    time.schedule(SECOND, () -> time.note("due"));
    time.freeze(Duration.ofMinutes(1));
    assertEquals(List.of("60s due"), time.journal());
  }

  @Test
  void theExecutorRunsItsTasksAtThePresentInstantOnTheDrivingThread() {
    VirtualTime time = new VirtualTime();
    AtomicReference<Thread> ran = new AtomicReference<>();
    time.executor().execute(() -> ran.set(Thread.currentThread()));
    assertEquals(null, ran.get());
    time.advance(Duration.ZERO);
    assertEquals(Thread.currentThread(), ran.get());
  }

  @Test
  void closingEndsWhatStillWaitsAndRefusesWhatComesAfter() throws Exception {
    VirtualTime time = new VirtualTime();
    Time.Running hung = time.execute("hung", () -> {
      try {
        time.hang();
      } catch (InterruptedException e) {
        time.note("interrupted");
      }
    });
    time.advance(Duration.ZERO);
    Thread thread = hung.thread().orElseThrow();
    time.close();
    thread.join(10_000);
    assertFalse(thread.isAlive());
    assertThrows(RejectedExecutionException.class, () -> time.schedule(SECOND, () -> {}));
    assertEquals(List.of(), time.journal());
  }

  @Test
  void onTheDrivingThreadAnInterruptEndsASleepBeforeItBegins() {
    VirtualTime time = new VirtualTime();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> time.sleep(SECOND));
    assertEquals(Duration.ZERO, time.elapsed());
    assertThrows(IllegalStateException.class, time::hang);
  }

  // --- system

  private static long timers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("cn-time") && thread.isAlive())
        .count();
  }

  @Test
  void systemTimeStartsNoThreadUntilSomethingIsScheduledAndItsOwnerEndsIt() throws Exception {
    long before = timers();
    Time time = Time.system();
    time.sleep(Duration.ofNanos(1));
    long first = time.nanoTime();
    assertTrue(time.nanoTime() - first >= 0);
    assertEquals(before, timers());
    CompletableFuture<Thread> ran = new CompletableFuture<>();
    time.schedule(Duration.ZERO, () -> ran.complete(Thread.currentThread()));
    Thread timer = ran.get(10, TimeUnit.SECONDS);
    assertTrue(timer.isDaemon());
    assertEquals("cn-time", timer.getName());
    time.close();
    timer.join(10_000);
    assertFalse(timer.isAlive());
    assertThrows(RejectedExecutionException.class, () -> time.schedule(SECOND, () -> {}));
    time.close(); // idempotent
  }

  @Test
  void aCancelledTaskOfTheSystemTimeNeverRuns() throws Exception {
    for (Time time : List.of(Time.system(), SystemTime.SHARED)) {
      CountDownLatch never = new CountDownLatch(1);
      CountDownLatch after = new CountDownLatch(1);
      Time.Pending pending = time.schedule(Duration.ofMillis(50), never::countDown);
      assertTrue(pending.cancel());
      assertFalse(pending.cancel());
      time.schedule(Duration.ofMillis(60), after::countDown);
      assertTrue(after.await(10, TimeUnit.SECONDS));
      assertEquals(1, never.getCount());
      time.close();
    }
  }

  @Test
  void theSharedTimeUsesTheThreadOfTheJdkAndCannotBeClosed() throws Exception {
    SystemTime.SHARED.close();
    CompletableFuture<String> thread = new CompletableFuture<>();
    SystemTime.SHARED.schedule(
        Duration.ofMillis(1), () -> thread.complete(Thread.currentThread().getName()));
    SystemTime.SHARED.await(thread);
    assertFalse(thread.get().startsWith("cn-"), thread.get());
  }

  @Test
  void codeRunsOnADaemonThatCanBeInterruptedUntilItEnds() throws Exception {
    try (Time time = Time.system()) {
      CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
      CountDownLatch sleeping = new CountDownLatch(1);
      Time.Running running = time.execute("mails", () -> {
        sleeping.countDown();
        try {
          time.sleep(Duration.ofSeconds(30));
          interrupted.complete(false);
        } catch (InterruptedException e) {
          interrupted.complete(Thread.currentThread().isDaemon());
        }
      });
      sleeping.await();
      Thread thread = running.thread().orElseThrow();
      assertEquals("cn-mails", thread.getName());
      running.interrupt();
      time.await(interrupted);
      assertTrue(interrupted.get());
      thread.join(10_000);
      assertEquals(Optional.empty(), running.thread());
      running.interrupt();
    }
  }

  @Test
  void anInterruptedCallerDoesNotSleepAtAll() {
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> SystemTime.SHARED.sleep(Duration.ZERO));
    assertFalse(Thread.currentThread().isInterrupted());
  }
}
