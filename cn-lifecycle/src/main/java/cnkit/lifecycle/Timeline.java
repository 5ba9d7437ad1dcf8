package cnkit.lifecycle;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Where a lifecycle gets its time and its threads from: the real ones, or a test's. */
interface Timeline {
  /** A monotonic tick in nanoseconds; only differences mean anything. */
  long nanoTime();

  /** Runs user code beside everything else, and tells once how it ended. */
  Running execute(String name, Action body, Consumer<Optional<Throwable>> ended);

  /** Runs something of ours, short and harmless, not before the delay is over. */
  void schedule(long delayNanos, Runnable task);

  /** Waits until the future is complete, or until the caller is interrupted. */
  void await(CompletableFuture<?> done) throws InterruptedException;

  /** Ends what this timeline keeps of its own; what was scheduled is forgotten. */
  void close();

  /** User code under way. */
  interface Running {
    void interrupt();

    // the thread it runs on; empty when it is over, or has none
    Optional<Thread> thread();
  }
}
