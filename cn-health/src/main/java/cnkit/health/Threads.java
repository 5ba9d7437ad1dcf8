package cnkit.health;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that a registry starts when it was given none: daemons, named {@code cn-health-…}. */
final class Threads {
  /** {@code Executors.newThreadPerTaskExecutor} with a factory of virtual threads; null where the JVM has none. */
  private static final @Nullable MethodHandle NEW_VIRTUAL = virtualThreads();

  private Threads() {}

  /**
   * One thread a run. There is no bound here because the runner has one: a run per check, and so many runs
   * altogether.
   */
  static ExecutorService forRuns() {
    if (NEW_VIRTUAL != null) {
      try {
        return (ExecutorService) NEW_VIRTUAL.invoke();
      } catch (Throwable unusable) {
        // platform threads do as well
      }
    }
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        15,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        daemons("cn-health-check-"));
  }

  static ScheduledExecutorService timer(String name) {
    var timer = new ScheduledThreadPoolExecutor(1, daemons(name));
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  private static ThreadFactory daemons(String prefix) {
    var count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Thread.ofVirtual().name(prefix, 1).factory() and the executor over it, as far as they exist. */
  private static @Nullable MethodHandle virtualThreads() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      Object named = lookup
          .findVirtual(
              ofVirtual, "name", MethodType.methodType(ofVirtual, String.class, long.class))
          .invoke(
              lookup
                  .findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual))
                  .invoke(),
              "cn-health-check-",
              1L);
      Object factory = lookup
          .findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class))
          .invoke(named);
      MethodHandle perTask = lookup.findStatic(
          Executors.class,
          "newThreadPerTaskExecutor",
          MethodType.methodType(ExecutorService.class, ThreadFactory.class));
      return MethodHandles.insertArguments(perTask, 0, factory)
          .asType(MethodType.methodType(Object.class));
    } catch (Throwable absent) {
      return null;
    }
  }
}
