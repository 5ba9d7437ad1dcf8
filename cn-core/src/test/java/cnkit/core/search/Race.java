package cnkit.core.search;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Threads that begin together and stay in a hot loop, so that they meet even on two cores. */
public final class Race {
  private Race() {}

  /** What one of them does; the answers are added up. */
  public interface Body {
    /** The loop of the thread with that number, counted from 0. */
    long run(int thread) throws Exception;
  }

  /** Runs the body on so many threads; the sum of what they answer. */
  public static long of(int threads, Body body) {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier start = new CyclicBarrier(threads);
      List<Callable<Long>> loops = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        int own = i;
        loops.add(() -> {
          start.await();
          return body.run(own);
        });
      }
      long sum = 0;
      for (Future<Long> loop : pool.invokeAll(loops, 60, TimeUnit.SECONDS)) {
        sum += loop.get();
      }
      return sum;
    } catch (Exception e) {
      throw new AssertionError("a thread did not come to its end: " + e, e);
    } finally {
      pool.shutdownNow();
    }
  }
}
