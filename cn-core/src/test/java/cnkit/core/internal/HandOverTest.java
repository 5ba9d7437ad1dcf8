package cnkit.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HandOverTest {
  private final AtomicInteger runs = new AtomicInteger();

  @Test
  void anAcceptedTaskRunsAndIsNotRefused() {
    assertNull(HandOver.to(Runnable::run, runs::incrementAndGet));
    assertEquals(1, runs.get());
  }

  @Test
  void whateverTheExecutorThrowsIsARefusalAndTheTaskNeverRuns() {
    for (Throwable thrown :
        List.of(new RejectedExecutionException(), new OutOfMemoryError("thread"), new Error())) {
      List<Runnable> kept = new ArrayList<>();
      Throwable refused = HandOver.to(
          task -> {
            kept.add(task);
            if (thrown instanceof Error error) {
              throw error;
            }
            throw (RuntimeException) thrown;
          },
          runs::incrementAndGet);
      assertSame(thrown, refused);
      kept.forEach(Runnable::run); // an executor that has kept it all the same
      assertEquals(0, runs.get());
    }
  }

  @Test
  void anExecutorThatRunsATaskAndThenThrowsHasAcceptedIt() {
    Executor both = task -> {
      task.run();
      throw new RejectedExecutionException("too late");
    };
    assertNull(HandOver.to(both, runs::incrementAndGet));
    assertEquals(1, runs.get());
  }

  @Test
  void whatAnInlineTaskThrowsIsNoRefusal() {
    assertNull(HandOver.to(Runnable::run, () -> {
      runs.incrementAndGet();
      throw new IllegalStateException("of the task");
    }));
    assertEquals(1, runs.get());
  }

  @Test
  void anExecutorThatRunsATaskTwiceRunsItOnce() {
    Executor twice = task -> {
      task.run();
      task.run();
    };
    assertNull(HandOver.to(twice, runs::incrementAndGet));
    assertEquals(1, runs.get());
  }

  @Test // case R111
  void repeatedInlineHandOversDoNotGrowTheStack() {
    assertNull(HandOver.to(Runnable::run, this::again));
    assertEquals(200_000, runs.get());
  }

  private void again() {
    if (runs.incrementAndGet() < 200_000) {
      assertNull(HandOver.to(Runnable::run, this::again));
    }
  }

  @Test
  void anInlineTaskThatWasHandedOverInsideAnotherRunsBeforeTheOuterHandOverReturns() {
    List<String> order = new ArrayList<>();
    HandOver.to(Runnable::run, () -> {
      order.add("outer begins");
      HandOver.to(Runnable::run, () -> order.add("inner"));
      order.add("outer ends");
    });
    order.add("returned");
    assertEquals(List.of("outer begins", "outer ends", "inner", "returned"), order);
  }

  @Test
  void theInterruptFlagIsWhatItWasBefore() {
    Thread.currentThread().interrupt();
    HandOver.to(Runnable::run, Thread::interrupted);
    assertTrue(Thread.interrupted(), "lost");
    HandOver.to(Runnable::run, () -> {});
    assertFalse(Thread.interrupted(), "invented");
  }

  @Test
  void aScheduledTaskRunsOnceAtItsTime() {
    try (VirtualTime time = new VirtualTime()) {
      HandOver.Scheduled scheduled =
          HandOver.schedule(time, Duration.ofSeconds(1), runs::incrementAndGet);
      assertNull(scheduled.refused());
      time.advance(Duration.ofMillis(999));
      assertEquals(0, runs.get());
      time.advance(Duration.ofMillis(1));
      assertEquals(1, runs.get());
      assertFalse(scheduled.cancel(), "it has run");
    }
  }

  @Test
  void aCancelledTaskNeverRuns() {
    try (VirtualTime time = new VirtualTime()) {
      HandOver.Scheduled scheduled =
          HandOver.schedule(time, Duration.ofSeconds(1), runs::incrementAndGet);
      assertTrue(scheduled.cancel());
      assertFalse(scheduled.cancel(), "twice");
      assertEquals(0, time.pending());
      time.runOut();
      assertEquals(0, runs.get());
    }
  }

  @Test
  void aTimerThatIsClosedRefusesWithItsReason() {
    VirtualTime time = new VirtualTime();
    time.close();
    HandOver.Scheduled scheduled =
        HandOver.schedule(time, Duration.ofSeconds(1), runs::incrementAndGet);
    assertNotNull(scheduled.refused());
    assertFalse(scheduled.cancel());
  }
}
