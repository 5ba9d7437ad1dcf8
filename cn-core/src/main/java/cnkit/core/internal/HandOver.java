package cnkit.core.internal;

import cnkit.core.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes tasks to an executor or timer of the user. Either the executor accepts a task, or the task never runs: if
 * the executor throws, the task does nothing even if the executor has kept it. An executor that runs tasks on the
 * calling thread does not grow the stack, because a task that is handed over by such a task runs after it.
 */
public final class HandOver {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

  /** What waits on this thread for the inline task under way to end; absent outside of one. */
  private static final ThreadLocal<@Nullable ArrayDeque<Task>> INLINE = new ThreadLocal<>();

  private HandOver() {}

  /** Hands the task over. Null if it was accepted; otherwise what the executor threw, and the task will never run. */
  public static @Nullable Throwable to(Executor executor, Runnable task) {
    Task handed = new Task(task, Thread.currentThread());
    Throwable refused = Guarded.run(() -> executor.execute(handed));
    handed.giver = null;
    return refused != null && handed.once.first() ? refused : null;
  }

  /** Schedules the task; see {@link Scheduled#refused()}. */
  public static Scheduled schedule(Time time, Duration delay, Runnable task) {
    Task handed = new Task(task, null);
    Guarded.Result<Time.Pending> pending = Guarded.get(() -> time.schedule(delay, handed));
    boolean refused = pending.thrown() != null && handed.once.first();
    return new Scheduled(handed, pending.value(), refused ? pending.thrown() : null);
  }

  /** A task that a timer was asked to run. */
  public static final class Scheduled {
    private final Task task;
    private final Time.@Nullable Pending pending;
    private final @Nullable Throwable refused;

    private Scheduled(Task task, Time.@Nullable Pending pending, @Nullable Throwable refused) {
      this.task = task;
      this.pending = pending;
      this.refused = refused;
    }

    /** What the timer threw: the task will never run. Null if the timer has accepted it. */
    public @Nullable Throwable refused() {
      return refused;
    }

    /** Keeps the task from running; true if it had not begun. */
    public boolean cancel() {
      if (pending != null) {
        Throwable unused = Guarded.run(pending::cancel);
      }
      return task.once.first();
    }
  }

  private static final class Task implements Runnable {
    private final Once once = new Once();
    private final Runnable body;
    /** The thread that is handing it over at this moment. If the same thread runs it, the executor is inline. */
    private volatile @Nullable Thread giver;

    Task(Runnable body, @Nullable Thread giver) {
      this.body = body;
      this.giver = giver;
    }

    @Override
    public void run() {
      if (!once.first()) {
        return;
      }
      ArrayDeque<Task> outer = INLINE.get();
      if (outer != null && giver == Thread.currentThread()) {
        outer.add(this);
        return;
      }
      ArrayDeque<Task> waiting = new ArrayDeque<>();
      INLINE.set(waiting);
      try {
        for (Task task = this; task != null; task = waiting.poll()) {
          Throwable thrown = Guarded.run(task.body::run);
          if (thrown != null) {
            Throwable unused = Guarded.run(() -> LOG.error("a task of the kit threw", thrown));
          }
        }
      } finally {
        INLINE.remove();
        if (outer != null) {
          INLINE.set(outer); // a task of another executor ran inside of one, not by its hand-over
        }
      }
    }
  }
}
