package cnkit.resilience;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A timer on a scheduler. */
final class SchedulingTimer implements Timer {
  /**
   * For asynchronous calls when no timer was given: the JDK's own delay thread, which every process that uses {@code
   * orTimeout} has anyway. It only hands tasks over to the caller's executor.
   */
  static final Timer JDK = new Timer() {
    @Override
    public Pending schedule(Duration delay, Runnable task) {
      CompletableFuture<Void> later = new CompletableFuture<>();
      CompletableFuture<Void> unused = later.thenRun(task);
      // completing it takes the delay out of the JDK's queue
      later.completeOnTimeout(null, Math.max(0, Ticks.nanos(delay)), TimeUnit.NANOSECONDS);
      return () -> later.cancel(false);
    }

    @Override
    public void close() {}
  };

  private final ScheduledExecutorService scheduler;
  private final Runnable onClose;

  SchedulingTimer(ScheduledExecutorService scheduler, Runnable onClose) {
    this.scheduler = scheduler;
    this.onClose = onClose;
  }

  @Override
  public Pending schedule(Duration delay, Runnable task) {
    Future<?> future = scheduler.schedule(task, Ticks.nanos(delay), TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }

  @Override
  public void close() {
    onClose.run();
  }
}
