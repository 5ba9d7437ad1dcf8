package cnkit.core;

import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Where the kit gets its time from: a monotonic clock, waiting, a timer and threads. Every builder of the kit takes one
 * with {@code .time(Time)}; objects that work together should be given the same one. There are two implementations: {@link
 * #system()}, and {@link cnkit.core.testing.VirtualTime} for tests. Safe for use by many threads.
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
   * The time of this machine, with one daemon thread of its own that is started when something is scheduled and ends after
   * a second without work. Whoever creates it closes it.
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
   * Runs a short task once, not before the delay is over. The task must neither block nor throw: it shares its thread with
   * all others.
   *
   * @param delay how long from now; zero or less means as soon as possible
   * @param task what to run
   * @return a handle to cancel it
   * @throws java.util.concurrent.RejectedExecutionException if this time is closed
   */
  Pending schedule(Duration delay, Runnable task);

  /**
   * Runs code that may block on a daemon thread of its own, named {@code cn-} and the given name.
   *
   * @param name what a person would call it
   * @param body what to run
   * @return a handle to interrupt it
   * @throws OutOfMemoryError if no thread can be created
   */
  Running execute(String name, Runnable body);

  /**
   * Blocks the caller until the future is complete, normally or not.
   *
   * @param done the future
   * @throws InterruptedException if the caller is interrupted while it waits
   */
  void await(CompletableFuture<?> done) throws InterruptedException;

  /** Drops what is scheduled and ends the timer's thread. What {@link #execute} has started goes on. Idempotent. */
  @Override
  void close();

  /** A task that waits for its moment. */
  interface Pending {
    /**
     * Keeps the task from running.
     *
     * @return whether it was still waiting: it will not run
     */
    boolean cancel();
  }

  /** Code under way on its own thread. */
  interface Running {
    /** Interrupts it. Nothing happens once it has ended. */
    void interrupt();

    /**
     * The thread it runs on.
     *
     * @return the thread; empty once it has ended
     */
    Optional<Thread> thread();
  }
}
