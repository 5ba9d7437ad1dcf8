package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/**
 * Runs something later: the end of a time limit, the next attempt of an asynchronous call. What it runs is short and
 * never blocks. Safe for many threads.
 */
public interface Timer extends AutoCloseable {
  /** Something that will run; cancelling is idempotent and does nothing once it has run. */
  @FunctionalInterface
  interface Pending {
    /** Takes it back. */
    void cancel();
  }

  /**
   * Runs a task once, later.
   *
   * @param delay how long from now; zero or negative: as soon as possible
   * @param task what to run
   * @return a way to take it back
   */
  Pending schedule(Duration delay, Runnable task);

  /** Ends the thread of a timer that {@link #create()} made; what is pending is dropped. */
  @Override
  void close();

  /**
   * A timer on the user's scheduler, whose life stays the user's affair.
   *
   * @param scheduler set {@code setRemoveOnCancelPolicy(true)} on it, since most limits are cancelled
   * @return a timer; closing it does nothing
   */
  static Timer of(ScheduledExecutorService scheduler) {
    return new SchedulingTimer(requireNonNull(scheduler, "scheduler"), () -> {});
  }

  /**
   * A timer with one daemon thread of its own, {@code cn-resilience-timer}; close it in the end.
   *
   * @return a timer
   */
  static Timer create() {
    ScheduledThreadPoolExecutor scheduler = new ScheduledThreadPoolExecutor(1, task -> {
      Thread thread = new Thread(task, "cn-resilience-timer");
      thread.setDaemon(true);
      return thread;
    });
    scheduler.setRemoveOnCancelPolicy(true);
    return new SchedulingTimer(scheduler, scheduler::shutdownNow);
  }
}
