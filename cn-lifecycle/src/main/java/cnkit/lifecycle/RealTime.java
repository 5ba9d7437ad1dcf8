package cnkit.lifecycle;

import cnkit.lifecycle.process.Surroundings;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The machine's clock, one daemon thread for every piece of user code, and one for the alarm, which is there only while an
 * alarm is set.
 */
final class RealTime implements Timeline {
  private final ClassLoader loader = Surroundings.classLoader();
  private final ScheduledThreadPoolExecutor alarm;

  RealTime() {
    alarm = new ScheduledThreadPoolExecutor(1, task -> daemon("cn-lifecycle-alarm", task));
    alarm.setKeepAliveTime(1, TimeUnit.SECONDS);
    alarm.allowCoreThreadTimeOut(true);
    alarm.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    // after the end there is nothing to wake up for
    alarm.setRejectedExecutionHandler((task, pool) -> {});
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Running execute(String name, Action body, Consumer<Optional<Throwable>> ended) {
    var work = new Work(body, ended);
    Thread thread = daemon("cn-lifecycle-" + name, work);
    thread.setContextClassLoader(loader);
    work.thread = thread;
    try {
      thread.start();
    } catch (Throwable t) {
      // no thread to be had: the work has failed, the shutdown goes on
      ended.accept(Optional.of(t));
    }
    return work;
  }

  private static Thread daemon(String name, Runnable body) {
    var thread = new Thread(body, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void schedule(long delayNanos, Runnable task) {
    var unused = alarm.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void await(CompletableFuture<?> done) throws InterruptedException {
    try {
      done.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void release() {
    alarm.shutdown();
  }

  private static final class Work implements Runnable, Running {
    private final Action body;
    private final Consumer<Optional<Throwable>> ended;
    private volatile @Nullable Thread thread;

    Work(Action body, Consumer<Optional<Throwable>> ended) {
      this.body = body;
      this.ended = ended;
    }

    @Override
    public void run() {
      Optional<Throwable> thrown = Optional.empty();
      try {
        body.run();
      } catch (Throwable t) {
        thrown = Optional.of(t);
      }
      thread = null;
      ended.accept(thrown);
    }

    @Override
    public void interrupt() {
      Thread running = thread;
      if (running != null) {
        running.interrupt();
      }
    }

    @Override
    public Optional<Thread> thread() {
      return Optional.ofNullable(thread);
    }
  }
}
