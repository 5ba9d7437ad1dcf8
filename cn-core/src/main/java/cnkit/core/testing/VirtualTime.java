package cnkit.core.testing;

import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Time for tests. Its clock stands still while any code runs. When all code waits, the clock jumps to the next
 * scheduled moment. So hours pass in milliseconds. Only one of the participating threads runs at any moment, so each
 * run of a test takes the same course.
 *
 * <pre>{@code
 * try (var time = new VirtualTime()) {
 *   Pipeline pipeline = Pipeline.builder("inventory").time(time).retry(settings).build();
 *   Lifecycle lifecycle = Lifecycle.builder().time(time).component("db", db::start, () -> time.hang()).build();
 *   lifecycle.start();
 *   lifecycle.shutdown("test");   // the stop hangs, the lifecycle gives it up, and no real time passes
 * }
 * }</pre>
 *
 * <p>One thread, the test's, drives the time: it calls {@link #advance}, or waits in {@link #sleep} or
 * {@link #await}. Scheduled tasks run on that thread when they are due; tasks that are due at the same moment run in
 * the order in which they were scheduled. Code that was passed to {@link #execute} runs on a thread of its own, and
 * must wait with {@link #sleep} or {@link #hang}. It must not block in real time. Tasks may be scheduled from any
 * thread.
 */
public final class VirtualTime implements Time {
  private static final long PATIENCE_SECONDS = 30;
  /** Two seconds before the clock wraps: a comparison that does not go by difference fails in most tests. */
  private static final long ORIGIN = Long.MAX_VALUE - 2_000_000_000L;

  private final long origin;
  private final Semaphore driver = new Semaphore(0);
  private final List<String> journal = new CopyOnWriteArrayList<>();
  private final List<Worker> workers = new CopyOnWriteArrayList<>();
  private volatile long elapsed;
  private volatile boolean closed;
  // guarded by the monitor, which is not held while anything runs
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private final ArrayDeque<Worker> ready = new ArrayDeque<>();
  private long order;
  private int pending;

  /** Creates a time at which nothing has passed yet. The value of its clock wraps around two seconds later. */
  public VirtualTime() {
    this(ORIGIN);
  }

  private VirtualTime(long origin) {
    this.origin = origin;
  }

  /**
   * Creates a time whose clock starts at the given reading.
   *
   * @param nanos the first reading of {@link #nanoTime()}
   * @return time of which none has passed
   */
  public static VirtualTime startingAt(long nanos) {
    return new VirtualTime(nanos);
  }

  /** Unwinds what still waits when the test is over. */
  private static final class Over extends Error {
    private static final long serialVersionUID = 1L;

    Over() {
      super("the virtual time was closed", null, false, false);
    }
  }

  @Override
  public long nanoTime() {
    return origin + elapsed;
  }

  /**
   * How much time has passed since this time was created.
   *
   * @return zero or more
   */
  public Duration elapsed() {
    return Duration.ofNanos(elapsed);
  }

  /**
   * Lets time pass and runs everything that becomes due meanwhile.
   *
   * @param duration zero or more; zero runs what is due now
   */
  public void advance(Duration duration) {
    long until = elapsed + Arguments.saturatedNanos(duration);
    runUntil(until);
    elapsed = Math.max(elapsed, until);
  }

  /**
   * Lets time pass as if the whole process were suspended. What became due meanwhile runs at the end, late.
   *
   * @param duration zero or more
   */
  public void freeze(Duration duration) {
    long end = elapsed + Arguments.saturatedNanos(duration);
    elapsed = end;
    advance(Duration.ZERO);
  }

  /**
   * Runs everything that is scheduled, and what that schedules in turn. Does not return while a task keeps scheduling
   * itself.
   */
  public void runOut() {
    runUntil(Long.MAX_VALUE);
  }

  private void runUntil(long until) {
    do {
      runReady();
    } while (runNext(until));
  }

  /** False if nothing more is due until then. */
  private boolean runNext(long until) {
    Alarm next = poll(until);
    if (next != null) {
      elapsed = Math.max(elapsed, next.at);
      next.task.run();
    }
    return next != null;
  }

  /**
   * How many scheduled tasks have neither run nor been cancelled. Threads that sleep are not counted.
   *
   * @return zero or more
   */
  public synchronized int pending() {
    return pending;
  }

  /**
   * Adds an entry to the journal, with the time: {@code 1.5s stop db}.
   *
   * @param what happened
   */
  public void note(String what) {
    String millis = Long.toString(1_000 + elapsed / 1_000_000 % 1_000).substring(1);
    String fraction = millis.replaceAll("0+$", "");
    String seconds = elapsed / 1_000_000_000 + (fraction.isEmpty() ? "" : "." + fraction);
    journal.add(seconds + "s " + what);
  }

  /**
   * All entries of the journal, in order.
   *
   * @return a copy
   */
  public List<String> journal() {
    return List.copyOf(journal);
  }

  /**
   * An executor whose tasks run on the thread that drives this time, the next time it is driven. No time passes in
   * between. Use it for code that does not block, or if the test needs to see what the code throws.
   *
   * @return a view of this time
   */
  public Executor executor() {
    return task -> schedule(Duration.ZERO, task);
  }

  @Override
  public Pending schedule(Duration delay, Runnable task) {
    return add(Math.max(0, Arguments.saturatedNanos(delay)), task, true);
  }

  private synchronized Alarm add(long delayNanos, Runnable task, boolean counted) {
    if (closed) {
      throw new RejectedExecutionException("this virtual time is closed");
    }
    Alarm alarm = new Alarm(elapsed + delayNanos, order++, task, counted);
    alarms.add(alarm);
    pending += counted ? 1 : 0;
    return alarm;
  }

  /** The next alarm that is due and not cancelled. */
  private synchronized @Nullable Alarm poll(long until) {
    for (Alarm first = alarms.peek(); first != null && first.at <= until; first = alarms.peek()) {
      alarms.remove();
      if (first.cancel()) {
        return first;
      }
    }
    return null;
  }

  private void runReady() {
    for (Worker worker = nextReady(); worker != null; worker = nextReady()) {
      worker.go();
    }
  }

  private synchronized @Nullable Worker nextReady() {
    return ready.poll();
  }

  private synchronized void add(Worker worker) {
    ready.add(worker);
  }

  @Override
  public Running execute(String name, Runnable body) {
    Worker worker = new Worker(name, body);
    workers.add(worker);
    add(worker);
    return worker;
  }

  private static @Nullable Worker current() {
    return Thread.currentThread() instanceof WorkerThread thread ? thread.worker : null;
  }

  /**
   * Waits in virtual time. On the thread that drives it, this is {@link #advance}.
   *
   * @param duration zero or more
   */
  @Override
  public void sleep(Duration duration) throws InterruptedException {
    Worker worker = current();
    if (worker != null) {
      worker.pause(Optional.of(Math.max(0, Arguments.saturatedNanos(duration))));
    } else if (Thread.interrupted()) {
      throw new InterruptedException("interrupted before sleeping");
    } else {
      advance(duration);
    }
  }

  /**
   * Waits forever in virtual time, until it is interrupted.
   *
   * @throws InterruptedException when the caller is interrupted
   * @throws IllegalStateException if the caller is not code that {@link #execute} runs
   */
  public void hang() throws InterruptedException {
    Worker worker = current();
    if (worker == null) {
      throw new IllegalStateException("only code that VirtualTime.execute runs may hang");
    }
    worker.pause(Optional.empty());
  }

  @Override
  public void await(CompletableFuture<?> done) throws InterruptedException {
    Worker worker = current();
    if (worker != null) {
      CompletableFuture<?> unused = done.whenComplete((value, thrown) -> worker.resume());
      while (!done.isDone()) {
        worker.pause(Optional.empty());
      }
      return;
    }
    for (runReady(); !done.isDone(); runReady()) {
      if (!runNext(Long.MAX_VALUE)) {
        throw new AssertionError(
            "nothing is left that could ever happen, after " + elapsed() + ": " + journal);
      }
    }
  }

  /** Cancels what is scheduled and ends every thread that still waits. For the end of a test. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      alarms.clear();
      pending = 0;
    }
    workers.forEach(worker -> worker.turn.release());
  }

  /** Stays in the queue until its time, cancelled or not: to search for it there would cost more than to pass it. */
  private final class Alarm implements Pending, Comparable<Alarm> {
    private final long at;
    private final long place;
    private final Runnable task;
    private final boolean counted;
    private boolean taken;

    Alarm(long at, long place, Runnable task, boolean counted) {
      this.at = at;
      this.place = place;
      this.task = task;
      this.counted = counted;
    }

    /** True for the first caller: the clock, which then runs the task, or the one who cancels it. */
    @Override
    public boolean cancel() {
      synchronized (VirtualTime.this) {
        if (taken) {
          return false;
        }
        taken = true;
        pending -= counted && !closed ? 1 : 0;
        return true;
      }
    }

    @Override
    public int compareTo(Alarm other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(place, other.place);
    }
  }

  private static final class WorkerThread extends Thread {
    private final Worker worker;

    WorkerThread(Worker worker, String name) {
      super(worker, "cn-virtual-" + name);
      this.worker = worker;
      setDaemon(true);
    }
  }

  /** Code on a thread of its own, which runs only when it is its turn. */
  private final class Worker implements Running, Runnable {
    private final Runnable body;
    private final WorkerThread thread;
    private final Semaphore turn = new Semaphore(0);
    // handed from thread to thread by the two semaphores
    private boolean begun;
    private boolean interrupted;
    private long pauses;
    private volatile boolean paused;
    private volatile boolean over;

    Worker(String name, Runnable body) {
      this.body = body;
      this.thread = new WorkerThread(this, name);
    }

    @Override
    public void run() {
      try {
        body.run();
      } catch (Over unwound) {
        // the test has ended
      } finally {
        over = true;
        workers.remove(this);
        driver.release();
      }
    }

    /** Lets it run until it waits or ends. */
    void go() {
      if (closed || over) {
        return;
      }
      paused = false;
      if (begun) {
        turn.release();
      } else {
        begun = true;
        thread.start();
      }
      try {
        if (!driver.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          var error = new AssertionError(
              thread.getName()
                  + " waits in real time: it must use VirtualTime.sleep or hang, and not block otherwise");
          error.setStackTrace(thread.getStackTrace());
          throw error;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("the test was interrupted", e);
      }
    }

    void pause(Optional<Long> nanos) throws InterruptedException {
      if (!interrupted && !Thread.interrupted()) {
        long mine = ++pauses;
        paused = true;
        nanos.ifPresent(delay -> add(delay, () -> resume(mine), false));
        driver.release();
        turn.acquireUninterruptibly();
        if (closed) {
          throw new Over();
        }
        if (!interrupted) {
          return;
        }
      }
      interrupted = false;
      throw new InterruptedException("interrupted in virtual time");
    }

    void resume() {
      resume(pauses);
    }

    private void resume(long pause) {
      if (paused && pause == pauses) {
        paused = false;
        add(this);
      }
    }

    @Override
    public void interrupt() {
      if (!over) {
        interrupted = true;
        resume(pauses);
      }
    }

    @Override
    public Optional<Thread> thread() {
      return over ? Optional.empty() : Optional.of(thread);
    }
  }
}
