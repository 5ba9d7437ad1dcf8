package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** The time of this machine, with a clock that counts how often it is read and moves by 1 ns each time. */
record CountingTime(AtomicLong reads) implements Time {
  @Override
  public long nanoTime() {
    return reads.incrementAndGet();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    SystemTime.SHARED.sleep(duration);
  }

  @Override
  public Pending schedule(Duration delay, Runnable task) {
    return SystemTime.SHARED.schedule(delay, task);
  }

  @Override
  public Running execute(String name, Runnable body) {
    return SystemTime.SHARED.execute(name, body);
  }

  @Override
  public void await(CompletableFuture<?> done) throws InterruptedException {
    SystemTime.SHARED.await(done);
  }

  @Override
  public void close() {}
}
