package cnkit.core;

import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The source of time for the kit: a monotonic clock, waiting, a timer and threads. Every builder of the kit accepts
 * one with {@code .time(Time)}. Pass the same one to all objects that work together. There are two implementations:
 * {@link #system()}, and {@link cnkit.core.testing.VirtualTime} for tests. Safe for use by many threads.
 *
 * <pre>{@code
 * try (Time time = Time.system()) {
 *   Pipeline inventory = Pipeline.builder("inventory").time(time).build();
 *   time.schedule(Duration.ofSeconds(30), cache::refresh);
 * }
 * }</pre>
 */
public interface Time extends AutoCloseable {
  /**
   * The time of this machine. Its timer has one daemon thread, which is started when something is scheduled and ends
   * after one second without work. The caller must close the result.
   *
   * @return a new instance, which has no thread yet
   */
  static Time system() {
    return SystemTime.owned();
  }

  /**
   * A monotonic clock. Only differences between two readings have a meaning, and a reading may wrap around.
   *
   * @return nanoseconds
   */
  long nanoTime();

  /**
   * Blocks the caller.
   *
   * @param duration how long; zero or less returns at once
   * @throws InterruptedException if the caller is interrupted, before or while it waits
   */
  void sleep(Duration duration) throws InterruptedException;

  /**
   * Runs a short task once, when the delay is over or later. The task must neither block nor throw, because all
   * scheduled tasks share one thread.
   *
   * @param delay how long from now; zero or less means as soon as possible
   * @param task what to run
   * @return a handle that can cancel the task
   * @throws java.util.concurrent.RejectedExecutionException if this time is closed
   */
  Pending schedule(Duration delay, Runnable task);

  /**
   * Runs code on a new daemon thread. The code may block. The thread's name is {@code cn-} followed by the given
   * name.
   *
   * @param name a short name for people
   * @param body what to run
   * @return a handle that can interrupt the code
   * @throws OutOfMemoryError if no thread can be created
   */
  Running execute(String name, Runnable body);

  /**
   * Blocks the caller until the future has completed, normally or exceptionally.
   *
   * @param done the future
   * @throws InterruptedException if the caller is interrupted while it waits
   */
  void await(CompletableFuture<?> done) throws InterruptedException;

  /**
   * Cancels all scheduled tasks and ends the timer's thread. Code that {@link #execute} has started continues.
   * Idempotent.
   */
  @Override
  void close();

  /** A scheduled task. */
  interface Pending {
    /**
     * Cancels the task.
     *
     * @return true if the task had not begun; it will not run
     */
    boolean cancel();
  }

  /** Code that runs on its own thread. */
  interface Running {
    /** Interrupts the thread. Does nothing after the code has ended. */
    void interrupt();

    /**
     * The thread on which the code runs.
     *
     * @return the thread; empty after the code has ended
     */
    Optional<Thread> thread();
  }
}
