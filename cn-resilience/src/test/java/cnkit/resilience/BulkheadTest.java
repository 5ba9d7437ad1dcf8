package cnkit.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BulkheadTest {
  @Test
  void oneThreadGetsAllPermitsOfAllStripes() {
    Bulkhead bulkhead = new Bulkhead("b", 10, 4);
    List<Bulkhead.Permit> permits = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      permits.add(bulkhead.tryAcquire().orElseThrow());
    }
    assertEquals(Optional.empty(), bulkhead.tryAcquire());
    assertEquals(10, bulkhead.inUse());
    permits.get(3).close();
    permits.get(3).close();
    assertEquals(9, bulkhead.inUse());
    assertTrue(bulkhead.tryAcquire().isPresent());
    assertEquals(Optional.empty(), bulkhead.tryAcquire());
  }

  @Property // the model: a limit and a number
  void everyHistoryAdmitsExactlyWhatACounterAdmits(
      @ForAll @IntRange(min = 1, max = 20) int limit,
      @ForAll @IntRange(max = 3) int stripesLog,
      @ForAll @Size(max = 100) List<@IntRange(min = -30, max = 30) Integer> steps) {
    Bulkhead bulkhead = new Bulkhead("b", limit, 1 << stripesLog);
    ArrayList<Integer> out = new ArrayList<>();
    int bound = limit;
    for (int step : steps) {
      if (step > 20) {
        bound = step - 20;
        bulkhead.resize(bound);
      } else if (step > 0) {
        int stripe = bulkhead.tryEnter();
        assertEquals(out.size() < bound, stripe >= 0, () -> "after " + steps);
        if (stripe >= 0) {
          out.add(stripe);
        }
      } else if (!out.isEmpty()) {
        bulkhead.exit(out.remove(-step % out.size()));
      }
      assertEquals(out.size(), bulkhead.inUse());
    }
  }

  @Test
  void neverMoreThanTheLimitAndNoneIsLost() throws Exception {
    Bulkhead bulkhead = new Bulkhead("b", 3, 2);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Thread[] threads = new Thread[6];
    for (int t = 0; t < threads.length; t++) {
      threads[t] = new Thread(() -> {
        for (int i = 0; i < 20_000; i++) {
          int stripe = bulkhead.tryEnter();
          if (stripe >= 0) {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            inside.decrementAndGet();
            bulkhead.exit(stripe);
          }
        }
      });
      threads[t].start();
    }
    for (int i = 0; i < 200; i++) {
      bulkhead.resize(1 + i % 3);
    }
    bulkhead.resize(3);
    for (Thread thread : threads) {
      thread.join();
    }
    assertTrue(most.get() <= 3, most + " at once");
    assertEquals(0, bulkhead.inUse());
    for (int i = 0; i < 3; i++) {
      assertTrue(bulkhead.tryEnter() >= 0);
    }
    assertEquals(-1, bulkhead.tryEnter());
  }
}
