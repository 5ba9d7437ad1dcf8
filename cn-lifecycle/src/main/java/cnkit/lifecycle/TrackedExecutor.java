package cnkit.lifecycle;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Guarded;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An executor that knows which tasks it runs, so that the report can name the tasks that do not end. It works with
 * every executor of the JDK, such as fixed pools and one virtual thread per task. Safe for use by many threads.
 *
 * <pre>{@code
 * TrackedExecutor mails = TrackedExecutor.of("mails", Executors.newFixedThreadPool(4));
 * Lifecycle.builder().executor("mails", mails)
 * }</pre>
 */
public final class TrackedExecutor extends AbstractExecutorService {
  private final String name;
  private final ExecutorService executor;
  private final Set<Task> running = ConcurrentHashMap.newKeySet();

  private TrackedExecutor(String name, ExecutorService executor) {
    this.name = name;
    this.executor = executor;
  }

  /**
   * Wraps an executor. Submit all tasks to the result.
   *
   * @param name a name for people
   * @param executor runs the tasks; owned by the result
   * @return an executor that tracks its tasks
   */
  public static TrackedExecutor of(String name, ExecutorService executor) {
    return new TrackedExecutor(requireNonNull(name, "name"), requireNonNull(executor, "executor"));
  }

  /**
   * What a stop could not finish.
   *
   * @param neverStarted how many tasks were still queued; their futures were cancelled
   * @param survivors the tasks that still run although they were interrupted, oldest first
   */
  public record StopResult(int neverStarted, List<Unfinished> survivors) {
    public StopResult {
      survivors = List.copyOf(survivors);
    }
  }

  /**
   * Rejects new tasks and waits for the others. Then it interrupts what is left, waits for a tenth of the slice (at
   * most 100 ms), and names the tasks that still run. If the caller is interrupted, the tasks are interrupted at
   * once; the interrupt flag is restored.
   *
   * @param slice how long to wait before interrupting
   * @return what could not be finished
   */
  public StopResult stop(Duration slice) {
    return stop(name, this, slice);
  }

  static StopResult stop(String name, ExecutorService executor, Duration slice) {
    executor.shutdown();
    boolean interrupted = Thread.interrupted();
    long nanos = ShutdownPlan.nanos(slice);
    if (!interrupted) {
      try {
        if (executor.awaitTermination(nanos, TimeUnit.NANOSECONDS)) {
          return new StopResult(0, List.of());
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    List<Runnable> queued = executor.shutdownNow();
    queued.forEach(TrackedExecutor::cancel);
    boolean over = false;
    long until = SystemTime.SHARED.nanoTime() + Math.min(100_000_000L, nanos / 10);
    while (!over) {
      try {
        over = executor.awaitTermination(until - SystemTime.SHARED.nanoTime(), TimeUnit.NANOSECONDS)
            || until - SystemTime.SHARED.nanoTime() <= 0;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    List<Unfinished> survivors = List.of();
    if (executor instanceof TrackedExecutor tracked) {
      survivors = tracked.survivors();
    } else if (!executor.isTerminated()) {
      // what it runs is known to itself alone
      survivors = List.of(new Unfinished("task", name, slice, "", List.of()));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return new StopResult(queued.size(), survivors);
  }

  /** Whoever waits for it would wait for ever. */
  private static void cancel(Runnable queued) {
    if (queued instanceof Future<?> future) {
      future.cancel(false);
    }
  }

  /** Stops it as a component is stopped: survivors are an error that names them. */
  static void stopOrThrow(String name, ExecutorService executor, Duration slice)
      throws StillRunning {
    StopResult left = stop(name, executor, slice);
    if (!left.survivors().isEmpty()) {
      throw new StillRunning(
          name + ": " + left.survivors().size() + " still running, " + left.neverStarted()
              + " never started",
          left.survivors());
    }
  }

  private List<Unfinished> survivors() {
    var tasks = new ArrayList<>(running);
    tasks.sort(Comparator.comparingLong(task -> -(SystemTime.SHARED.nanoTime() - task.since)));
    var all = new ArrayList<Unfinished>();
    for (Task task : tasks) {
      Thread thread = task.thread;
      if (thread != null) {
        all.add(Unfinished.of(
            "task",
            name + ": " + Guarded.text(task.body),
            SystemTime.SHARED.nanoTime() - task.since,
            Optional.of(thread)));
      }
    }
    return all;
  }

  @Override
  public void execute(Runnable command) {
    executor.execute(new Task(requireNonNull(command, "command")));
  }

  @Override
  public void shutdown() {
    executor.shutdown();
  }

  /** Returns the queued tasks as they were submitted. */
  @Override
  public List<Runnable> shutdownNow() {
    var queued = new ArrayList<Runnable>();
    for (Runnable each : executor.shutdownNow()) {
      queued.add(each instanceof Task task ? task.body : each);
    }
    return queued;
  }

  @Override
  public boolean isShutdown() {
    return executor.isShutdown();
  }

  @Override
  public boolean isTerminated() {
    return executor.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return executor.awaitTermination(timeout, unit);
  }

  private final class Task implements Runnable {
    private final Runnable body;
    private volatile long since;
    private volatile @Nullable Thread thread;

    Task(Runnable body) {
      this.body = body;
    }

    @Override
    public void run() {
      since = SystemTime.SHARED.nanoTime();
      thread = Thread.currentThread();
      running.add(this);
      try {
        body.run();
      } finally {
        running.remove(this);
        thread = null;
      }
    }
  }
}
