package cnkit.examples.web;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * A thread a request, virtual where the JVM has them. A connection holds one from its first byte to the end of its answer, so
 * a client that sends slowly takes one too: the bound is what they may take altogether, and beyond it connections are closed.
 */
record Workers(ExecutorService threads, Semaphore free) implements Executor {
  static Workers atMost(int bound) {
    ExecutorService threads;
    try {
      threads = (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException before21) {
      threads = Executors.newCachedThreadPool();
    }
    return new Workers(threads, new Semaphore(bound));
  }

  @Override
  public void execute(Runnable task) {
    if (!free.tryAcquire()) {
      throw new RejectedExecutionException("as many requests at once as are allowed");
    }
    threads.execute(() -> {
      try {
        task.run();
      } finally {
        free.release();
      }
    });
  }
}
