package cnkit.health;

import cnkit.core.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A time that does as another one does, but for what a test overrides. */
class OtherTime implements Time {
  private final Time time;

  OtherTime(Time time) {
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
  public void close() {
    time.close();
  }
}
