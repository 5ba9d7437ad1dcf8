package cnkit.lifecycle;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Where a lifecycle gets its time and its threads from. The default is the machine's clock and daemon threads; tests take
 * {@code cnkit.lifecycle.testing.VirtualTime}, see {@link LifecycleBuilder#timeline(Timeline)}.
 */
public interface Timeline {
  /**
   * A monotonic tick; only differences mean anything, and it may wrap.
   *
   * @return nanoseconds
   */
  long nanoTime();

  /**
   * Runs user code beside everything else, and tells once how it ended.
   *
   * @param name what a person would call it
   * @param body the user's code
   * @param ended gets what was thrown, or nothing; must not be called by this method itself when it succeeds
   * @return what is running
   */
  Running execute(String name, Action body, Consumer<Optional<Throwable>> ended);

  /**
   * Runs something of ours, short and harmless, not before the delay is over.
   *
   * @param delayNanos nanoseconds, zero or more
   * @param task what to run
   */
  void schedule(long delayNanos, Runnable task);

  /**
   * Waits until the future is complete, however it was completed.
   *
   * @param done the future
   * @throws InterruptedException if the caller is interrupted before
   */
  void await(CompletableFuture<?> done) throws InterruptedException;

  /** The lifecycle is over and needs nothing more: what it has scheduled may be forgotten. */
  void release();

  /** User code under way. */
  interface Running {
    /** Interrupts it; nothing happens when it is over. */
    void interrupt();

    /**
     * The thread it runs on.
     *
     * @return the thread; empty when it is over, or has none
     */
    Optional<Thread> thread();
  }
}
