package cnkit.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A limit that did not keep its promise would be no limit. */
class HandTest {
  private static void inThreads(int count, Runnable task) throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(() -> {
        try {
          start.await();
          task.run();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  @Test
  void ownedCountersLoseNothing() throws InterruptedException {
    Hand.OwnedCounters counters = new Hand.OwnedCounters();
    inThreads(3, () -> {
      for (int i = 0; i < 100_000; i++) {
        counters.increment();
      }
    });
    assertEquals(300_000, counters.sum());
  }

  @Test
  void theBulkheadLetsInExactlyAsManyAsItHasPlaces() throws InterruptedException {
    Hand.Bulkhead bulkhead = new Hand.Bulkhead(64);
    AtomicInteger inside = new AtomicInteger();
    inThreads(80, () -> {
      if (bulkhead.enter() >= 0) {
        inside.incrementAndGet();
      }
    });
    assertEquals(64, inside.get());
  }

  @Test
  void theRateIsNeverExceeded() throws InterruptedException {
    Hand.Gcra gcra = new Hand.Gcra(1_000_000, 100);
    AtomicInteger granted = new AtomicInteger();
    long start = System.nanoTime();
    inThreads(3, () -> {
      for (int i = 0; i < 20_000; i++) {
        granted.addAndGet(gcra.tryAcquire() ? 1 : 0);
      }
    });
    long elapsed = System.nanoTime() - start;
    assertTrue(granted.get() >= 100 && granted.get() <= 100 + elapsed / 1_000_000 + 1);
  }
}
