package cnkit.examples.service;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for a listener: virtual where the JVM has them. A connection holds one from its first byte to the end of its
 * answer, so a client that sends slowly takes one too: the bound is what they may take altogether, and beyond it
 * connections are closed.
 */
final class Workers {
  private Workers() {}

  static ExecutorService create(String name, int bound) {
    return new ThreadPoolExecutor(
        0, bound, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), threads(name));
  }

  private static ThreadFactory threads(String name) {
    try {
      Object virtual = MethodHandles.publicLookup()
          .findStatic(
              Thread.class,
              "ofVirtual",
              MethodType.methodType(Class.forName("java.lang.Thread$Builder$OfVirtual")))
          .invoke();
      MethodHandle factory = MethodHandles.publicLookup()
          .findVirtual(
              Class.forName("java.lang.Thread$Builder"),
              "factory",
              MethodType.methodType(ThreadFactory.class));
      return (ThreadFactory) factory.invoke(virtual);
    } catch (Throwable before21) {
      AtomicInteger count = new AtomicInteger();
      return task -> {
        Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
      };
    }
  }
}
