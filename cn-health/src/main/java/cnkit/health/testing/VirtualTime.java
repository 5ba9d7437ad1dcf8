package cnkit.health.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Time that passes when told to: a ticker, a scheduler and an executor in one. Tasks run on the thread that calls
 * {@link #advance}, in the order of their times and then of their submission. Not safe for use by many threads, but
 * tasks may be submitted from any.
 *
 * <pre>{@code
 * VirtualTime time = new VirtualTime();
 * Health health = Health.builder().ticker(time).scheduler(time).watchdog(time).executor(time)
 *     .check(Check.critical("db", script)).build();
 * health.start();
 * health.open();
 * time.advance(Duration.ofSeconds(10));
 * }</pre>
 */
public final class VirtualTime extends AbstractExecutorService
    implements ScheduledExecutorService, LongSupplier {
  private final PriorityQueue<Task<?>> tasks = new PriorityQueue<>();
  private volatile long nowNanos;
  private long submitted;
  private boolean shutdown;

  /** Time that starts close to the wrap of the ticker, so that every test that runs on passes it. */
  public VirtualTime() {
    this(Long.MAX_VALUE - Duration.ofSeconds(15).toNanos());
  }

  /**
   * Time that starts where told to.
   *
   * @param startNanos the first tick
   */
  public VirtualTime(long startNanos) {
    this.nowNanos = startNanos;
  }

  @Override
  public long getAsLong() {
    return nowNanos;
  }

  /**
   * Lets time pass and runs what becomes due, each task at its own time.
   *
   * @param by how far, zero or more: zero runs what is due now
   */
  public void advance(Duration by) {
    long end = nowNanos + by.toNanos();
    for (Task<?> task = next(end); task != null; task = next(end)) {
      if (task.dueNanos - nowNanos > 0) {
        nowNanos = task.dueNanos;
      }
      task.run();
    }
    nowNanos = end;
  }

  /**
   * Lets time pass as if the whole process stood still: what became due meanwhile runs at the end, late.
   *
   * @param by how long
   */
  public void freeze(Duration by) {
    long end = nowNanos + by.toNanos();
    nowNanos = end;
    advance(Duration.ZERO);
  }

  /**
   * How many tasks wait, whenever they are due.
   *
   * @return the number of tasks that are neither run nor cancelled
   */
  public synchronized int pending() {
    tasks.removeIf(FutureTask::isCancelled);
    return tasks.size();
  }

  private synchronized @Nullable Task<?> next(long endNanos) {
    Task<?> first = tasks.peek();
    return first != null && first.dueNanos - endNanos <= 0 ? tasks.poll() : null;
  }

  private synchronized <V> Task<V> enqueue(Callable<V> body, long delay, TimeUnit unit) {
    if (shutdown) {
      throw new RejectedExecutionException("this time has been shut down");
    }
    Task<V> task = new Task<>(body, nowNanos + Math.max(unit.toNanos(delay), 0), submitted++);
    tasks.add(task);
    return task;
  }

  @Override
  public void execute(Runnable command) {
    var unused = schedule(command, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return enqueue(
        () -> {
          command.run();
          return true;
        },
        delay,
        unit);
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    return enqueue(callable, delay, unit);
  }

  /**
   * Not supported: nothing here needs it.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    throw new UnsupportedOperationException("virtual time has no periodic tasks");
  }

  /**
   * Not supported: nothing here needs it.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    throw new UnsupportedOperationException("virtual time has no periodic tasks");
  }

  @Override
  public synchronized void shutdown() {
    shutdown = true;
  }

  @Override
  public synchronized List<Runnable> shutdownNow() {
    shutdown = true;
    List<Runnable> waiting = new ArrayList<>(tasks);
    tasks.clear();
    return waiting;
  }

  @Override
  public synchronized boolean isShutdown() {
    return shutdown;
  }

  @Override
  public synchronized boolean isTerminated() {
    return shutdown && tasks.isEmpty();
  }

  /**
   * Does not wait: this time passes only when told to.
   *
   * @param timeout ignored
   * @param unit ignored
   * @return whether it is terminated
   */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return isTerminated();
  }

  private final class Task<V> extends FutureTask<V> implements ScheduledFuture<V> {
    private final long dueNanos;
    private final long order;

    Task(Callable<V> body, long dueNanos, long order) {
      super(body);
      this.dueNanos = dueNanos;
      this.order = order;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - nowNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      Task<?> task = (Task<?>) other;
      long earlier = dueNanos - task.dueNanos;
      return Long.signum(earlier != 0 ? earlier : order - task.order);
    }
  }
}
