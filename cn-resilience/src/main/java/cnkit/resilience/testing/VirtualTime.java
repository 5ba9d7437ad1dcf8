package cnkit.resilience.testing;

import cnkit.resilience.Pipeline;
import cnkit.resilience.Sleeper;
import cnkit.resilience.Timer;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/**
 * A clock that moves only when told to: sleeping advances it at once, and timers fire in order as it passes them, on the
 * thread that advances it. For tests with one thread.
 *
 * <pre>{@code
 * VirtualTime time = VirtualTime.startingAt(0);
 * Pipeline pipeline = time.install(Pipeline.builder("inventory").retry(settings)).build();
 * pipeline.call(a -> flaky());
 * assertEquals(ofMillis(150), time.elapsed());
 * }</pre>
 */
public final class VirtualTime implements Timer {
  private final PriorityQueue<Task> tasks = new PriorityQueue<>((a, b) -> {
    int byTime = Long.compare(a.due, b.due);
    return byTime != 0 ? byTime : Long.compare(a.order, b.order);
  });
  private final long origin;
  private long elapsed;
  private long order;
  private int waiting;

  private VirtualTime(long origin) {
    this.origin = origin;
  }

  /**
   * A clock that shows the given tick.
   *
   * @param nanos the first tick; {@code Long.MAX_VALUE - 1} makes it wrap at once, which code must bear
   * @return the clock
   */
  public static VirtualTime startingAt(long nanos) {
    return new VirtualTime(nanos);
  }

  /**
   * The clock as a ticker.
   *
   * @return nanoseconds
   */
  public LongSupplier ticker() {
    return this::nanos;
  }

  /**
   * A sleeper that advances the clock instead of waiting.
   *
   * @return the sleeper
   */
  public Sleeper sleeper() {
    return nanos -> {
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted before sleeping");
      }
      advance(Duration.ofNanos(nanos));
    };
  }

  /**
   * Gives a pipeline this clock, sleeper and timer.
   *
   * @param builder the pipeline's
   * @return the same builder
   */
  public Pipeline.Builder install(Pipeline.Builder builder) {
    return builder.ticker(ticker()).sleeper(sleeper()).timer(this);
  }

  /**
   * How far the clock has been advanced.
   *
   * @return the time since the start
   */
  public Duration elapsed() {
    return Duration.ofNanos(elapsed);
  }

  /**
   * Moves the clock, and runs what becomes due on the way, in order.
   *
   * @param time how far
   */
  public void advance(Duration time) {
    long target = elapsed + time.toNanos();
    for (Task next = tasks.peek(); next != null && next.due <= target; next = tasks.peek()) {
      tasks.remove();
      if (next.take()) {
        elapsed = Math.max(elapsed, next.due);
        next.action.run();
      }
    }
    elapsed = Math.max(elapsed, target);
  }

  /**
   * How many tasks wait for their time.
   *
   * @return the number; cancelled ones are not in it
   */
  public int pending() {
    return waiting;
  }

  @Override
  public Pending schedule(Duration delay, Runnable task) {
    Task scheduled = new Task(elapsed + Math.max(0, delay.toNanos()), order++, task);
    tasks.add(scheduled);
    waiting++;
    return scheduled::take;
  }

  /** Drops what is pending. */
  @Override
  public void close() {
    tasks.forEach(Task::take);
    tasks.clear();
  }

  private long nanos() {
    return origin + elapsed;
  }

  /** Stays in the queue until its time, cancelled or not: to search it there would cost more than to pass it. */
  private final class Task {
    private final long due;
    private final long order;
    private final Runnable action;
    private boolean taken;

    Task(long due, long order, Runnable action) {
      this.due = due;
      this.order = order;
      this.action = action;
    }

    /** True for the first who asks: the clock, which then runs it, or the one who cancels. */
    boolean take() {
      boolean first = !taken;
      if (first) {
        taken = true;
        waiting--;
      }
      return first;
    }
  }
}
