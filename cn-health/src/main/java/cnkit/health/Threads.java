package cnkit.health;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The threads that a registry starts when it was given none: daemons, named {@code cn-health-…}. */
final class Threads {
  /** Makes virtual threads; null where the JVM has none. */
  private static final @Nullable ThreadFactory VIRTUAL = virtualThreads();

  /** {@code Executors.newThreadPerTaskExecutor}; null where the JVM has none. */
  private static final @Nullable MethodHandle PER_TASK = perTask();

  private Threads() {}

  /**
   * One thread a run. There is no bound here because the runner has one: a run per check, and so many runs
   * altogether.
   */
  static ExecutorService forRuns() {
    if (VIRTUAL != null && PER_TASK != null) {
      try {
        return (ExecutorService) PER_TASK.invoke(VIRTUAL);
      } catch (Throwable unusable) {
        // platform threads do as well
      }
    }
    return platform();
  }

  /** Also for checks that found no virtual thread in time, since bodies may pin or burn all carriers. */
  static ExecutorService platform() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        15,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        daemons("cn-health-check-"));
  }

  private static ThreadFactory daemons(String prefix) {
    var count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, prefix + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** False, and nothing is started, where the JVM has no virtual threads. */
  static boolean startVirtual(Runnable task) {
    if (VIRTUAL == null) {
      return false;
    }
    VIRTUAL.newThread(task).start();
    return true;
  }

  /** {@code Thread.ofVirtual().name(prefix, 1).factory()}. */
  private static @Nullable ThreadFactory virtualThreads() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      MethodHandle start =
          lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual));
      MethodHandle name = lookup.findVirtual(
          ofVirtual, "name", MethodType.methodType(ofVirtual, String.class, long.class));
      MethodHandle factory =
          lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
      return (ThreadFactory) factory.invoke(name.invoke(start.invoke(), "cn-health-check-", 1L));
    } catch (Throwable absent) {
      return null;
    }
  }

  private static @Nullable MethodHandle perTask() {
    try {
      return MethodHandles.publicLookup()
          .findStatic(
              Executors.class,
              "newThreadPerTaskExecutor",
              MethodType.methodType(ExecutorService.class, ThreadFactory.class));
    } catch (ReflectiveOperationException absent) {
      return null;
    }
  }
}
