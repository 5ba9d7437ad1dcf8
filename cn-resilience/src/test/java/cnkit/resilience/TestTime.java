package cnkit.resilience;

import cnkit.core.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** A clock that a test sets, jumps or counts; it neither waits nor schedules. */
record TestTime(LongSupplier clock) implements Time {
  static Time reading(LongSupplier clock) {
    return new TestTime(clock);
  }

  @Override
  public long nanoTime() {
    return clock.getAsLong();
  }

  @Override
  public void sleep(Duration duration) {
    throw new AssertionError("a clock only");
  }

  @Override
  public Pending schedule(Duration delay, Runnable task) {
    throw new AssertionError("a clock only");
  }

  @Override
  public Running execute(String name, Runnable body) {
    throw new AssertionError("a clock only");
  }

  @Override
  public void await(CompletableFuture<?> done) {
    throw new AssertionError("a clock only");
  }

  @Override
  public void close() {}
}
