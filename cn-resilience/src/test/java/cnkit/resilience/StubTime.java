package cnkit.resilience;

import cnkit.core.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Another time, of which a test replaces a part. */
class StubTime implements Time {
  private final Time time;

  StubTime(Time time) {
    this.time = time;
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    time.sleep(duration);
  }

  @Override
  public Pending schedule(Duration delay, Runnable task) {
    return time.schedule(delay, task);
  }

  @Override
  public Running execute(String name, Runnable body) {
    return time.execute(name, body);
  }

  @Override
  public void await(CompletableFuture<?> done) throws InterruptedException {
    time.await(done);
  }

  @Override
  public void close() {}
}
