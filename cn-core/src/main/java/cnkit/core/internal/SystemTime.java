package cnkit.core.internal;

import cnkit.core.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The time of this machine. The one class that reads the JVM's clock. */
public final class SystemTime implements Time {
  /**
   * Schedules on the JDK's own delay thread, which every process that uses {@code orTimeout} has anyway; closing it does
   * nothing. For objects that nobody closes, such as a pipeline that was given no time.
   */
  public static final Time SHARED = new SystemTime(null);

  private final @Nullable ScheduledThreadPoolExecutor timer;

  private SystemTime(@Nullable ScheduledThreadPoolExecutor timer) {
    this.timer = timer;
  }

  /**
   * A time with its own timer thread, which is created when something is scheduled.
   *
   * @return a new instance
   */
  public static Time owned() {
    var timer = new ScheduledThreadPoolExecutor(1, task -> daemon("time", task));
    timer.setKeepAliveTime(1, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    return new SystemTime(timer);
  }

  private static Thread daemon(String name, Runnable body) {
    Thread thread = new Thread(body, "cn-" + name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Parks instead of {@code Thread.sleep}, which rounds 0.1 ms up to 1 ms on Java 17. */
  @Override
  public void sleep(Duration duration) throws InterruptedException {
    long nanos = Arguments.saturatedNanos(duration);
    long due = System.nanoTime() + nanos;
    long left = nanos;
    do {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while sleeping");
      }
      if (left > 0) {
        LockSupport.parkNanos(SystemTime.class, left);
      }
      left = due - System.nanoTime();
    } while (left > 0);
  }

  @Override
  public Pending schedule(Duration delay, Runnable task) {
    long nanos = Math.max(0, Arguments.saturatedNanos(delay));
    if (timer != null) {
      Future<?> scheduled = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
      return () -> scheduled.cancel(false);
    }
    CompletableFuture<Void> later = new CompletableFuture<>();
    CompletableFuture<Void> unused = later.thenRun(task);
    // completing it, by cancelling too, takes the delay out of the JDK's queue
    later.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
    return () -> later.cancel(false);
  }

  @Override
  public Running execute(String name, Runnable body) {
    Work work = new Work(name, body);
    work.thread.start();
    return work;
  }

  @Override
  public void await(CompletableFuture<?> done) throws InterruptedException {
    try {
      Object unused = done.handle((value, thrown) -> true).get();
    } catch (ExecutionException e) {
      throw new AssertionError(e); // the stage above cannot fail
    }
  }

  @Override
  public void close() {
    if (timer != null) {
      timer.shutdownNow();
    }
  }

  private static final class Work implements Running, Runnable {
    private final Runnable body;
    private final Thread thread;
    private volatile boolean over;

    Work(String name, Runnable body) {
      this.body = body;
      this.thread = daemon(name, this);
    }

    @Override
    public void run() {
      try {
        body.run();
      } finally {
        over = true;
      }
    }

    @Override
    public void interrupt() {
      if (!over) {
        thread.interrupt();
      }
    }

    @Override
    public Optional<Thread> thread() {
      return over ? Optional.empty() : Optional.of(thread);
    }
  }
}
