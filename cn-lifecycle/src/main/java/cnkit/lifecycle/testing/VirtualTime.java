package cnkit.lifecycle.testing;

import static java.util.Objects.requireNonNull;

import cnkit.lifecycle.Action;
import cnkit.lifecycle.Timeline;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Time that stands still while anything runs, and jumps to the next thing that is due when nothing does. A whole shutdown with
 * all its timeouts takes milliseconds, and the same way every time: of all the threads that take part only one runs at any
 * moment.
 *
 * <pre>{@code
 * try (var time = new VirtualTime()) {
 *   Lifecycle lifecycle = Lifecycle.builder().timeline(time)
 *       .component("db", () -> time.sleep(ofSeconds(1)), () -> time.hang())
 *       .build();
 *   lifecycle.start();
 *   Report report = lifecycle.shutdown("test");   // 81: the stop hung, and nobody has waited
 * }
 * }</pre>
 *
 * <p>One test thread drives it, by waiting for something: {@link #await}, {@link #advance}, or a call of the lifecycle that
 * waits. Code that a component runs must wait with {@link #sleep} or {@link #hang}, not in real time.
 */
public final class VirtualTime implements Timeline, AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;
  /** Near the end of the range: a comparison that does not go by difference fails soon. */
  private static final long ORIGIN = Long.MAX_VALUE - 2_000_000_000L;

  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private final Deque<Worker> ready = new ArrayDeque<>();
  private final List<Worker> workers = new ArrayList<>();
  private final List<String> journal = new CopyOnWriteArrayList<>();
  private final Semaphore driver = new Semaphore(0);
  private volatile long elapsed;
  private volatile boolean closed;
  private long order;

  /** Creates one in which no time has passed. */
  public VirtualTime() {}

  private record Alarm(long at, long order, Runnable task) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
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
    return ORIGIN + elapsed;
  }

  /**
   * How much time has passed.
   *
   * @return the time since it was created
   */
  public Duration elapsed() {
    return Duration.ofNanos(elapsed);
  }

  /**
   * Writes down what happened, with the time: {@code 1.5s stop db}.
   *
   * @param what happened
   */
  public void note(String what) {
    journal.add(seconds() + "s " + what);
  }

  private String seconds() {
    String millis = Long.toString(1_000 + elapsed / 1_000_000 % 1_000).substring(1);
    String fraction = millis.replaceAll("0+$", "");
    return elapsed / 1_000_000_000 + (fraction.isEmpty() ? "" : "." + fraction);
  }

  /**
   * All that was noted, in order.
   *
   * @return a copy
   */
  public List<String> journal() {
    return List.copyOf(journal);
  }

  /**
   * Waits in virtual time; for code that a component runs, and for the test itself.
   *
   * @param duration zero or more
   * @throws InterruptedException if the caller is interrupted before it is over
   */
  public void sleep(Duration duration) throws InterruptedException {
    Worker worker = current();
    if (worker == null) {
      advance(duration);
      return;
    }
    worker.pause(Optional.of(duration.toNanos()));
  }

  /**
   * Waits for ever, in virtual time, unless it is interrupted.
   *
   * @throws InterruptedException when the caller is interrupted
   */
  public void hang() throws InterruptedException {
    Worker worker = current();
    if (worker == null) {
      throw new IllegalStateException("only code that a component runs may hang");
    }
    worker.pause(Optional.empty());
  }

  private @Nullable Worker current() {
    for (Worker worker : workers()) {
      if (worker.body == Thread.currentThread()) {
        return worker;
      }
    }
    return null;
  }

  private List<Worker> workers() {
    synchronized (workers) {
      return List.copyOf(workers);
    }
  }

  @Override
  public Running execute(String name, Action body, Consumer<Optional<Throwable>> ended) {
    var worker = new Worker(name, requireNonNull(body, "body"), ended);
    synchronized (workers) {
      workers.add(worker);
    }
    ready.add(worker);
    return worker;
  }

  @Override
  public void schedule(long delayNanos, Runnable task) {
    alarms.add(new Alarm(elapsed + Math.max(0, delayNanos), order++, task));
  }

  /**
   * Lets time pass, and everything happen that is due in it.
   *
   * @param duration zero or more
   */
  public void advance(Duration duration) {
    long until = elapsed + duration.toNanos();
    runReady();
    while (!alarms.isEmpty() && alarms.peek().at() <= until) {
      next();
    }
    elapsed = Math.max(elapsed, until);
  }

  /** Lets everything happen that ever will. */
  public void runOut() {
    runReady();
    while (!alarms.isEmpty()) {
      next();
    }
  }

  @Override
  public void await(CompletableFuture<?> done) throws InterruptedException {
    Worker worker = current();
    if (worker != null) {
      while (!done.isDone()) {
        worker.pause(Optional.of(1_000_000L));
      }
      return;
    }
    runReady();
    while (!done.isDone()) {
      if (alarms.isEmpty()) {
        throw new AssertionError(
            "nothing is left that could ever happen, after " + elapsed() + ": " + journal);
      }
      next();
    }
  }

  private void next() {
    Alarm alarm = alarms.remove();
    elapsed = Math.max(elapsed, alarm.at());
    alarm.task().run();
    runReady();
  }

  private void runReady() {
    for (Worker worker = ready.poll(); worker != null; worker = ready.poll()) {
      worker.go();
    }
  }

  /** Does nothing: what a test does with this time outlives the lifecycle. */
  @Override
  public void release() {
    // until close()
  }

  /** Ends every thread that still waits; for the end of a test. */
  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers()) {
      worker.turn.release();
    }
  }

  /** One piece of code on a thread of its own, which runs only when it is its turn. */
  private final class Worker implements Running {
    private final Thread body;
    private final Semaphore turn = new Semaphore(0);
    private boolean begun;
    private boolean over;
    private boolean paused;
    private boolean interrupted;
    private long pauses;

    Worker(String name, Action action, Consumer<Optional<Throwable>> ended) {
      body = new Thread(() -> run(action, ended), "cn-virtual-" + name);
      body.setDaemon(true);
    }

    private void run(Action action, Consumer<Optional<Throwable>> ended) {
      Optional<Throwable> thrown = Optional.empty();
      try {
        action.run();
      } catch (Over e) {
        return;
      } catch (Throwable t) {
        thrown = Optional.of(t);
      }
      over = true;
      try {
        ended.accept(thrown);
      } finally {
        synchronized (workers) {
          workers.remove(this);
        }
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
        body.start();
      }
      try {
        if (!driver.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          var error = new AssertionError(
              body.getName()
                  + " waits in real time: it must use VirtualTime.sleep or hang, and not block otherwise");
          error.setStackTrace(body.getStackTrace());
          throw error;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("the test was interrupted", e);
      }
    }

    void pause(Optional<Long> nanos) throws InterruptedException {
      if (!interrupted) {
        long mine = ++pauses;
        paused = true;
        nanos.ifPresent(delay -> schedule(delay, () -> resume(mine)));
        driver.release();
        turn.acquireUninterruptibly();
        if (closed) {
          throw new Over();
        }
      }
      if (interrupted) {
        interrupted = false;
        throw new InterruptedException("interrupted in virtual time");
      }
    }

    private void resume(long pause) {
      if (paused && pause == pauses) {
        paused = false;
        ready.add(this);
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
      return over ? Optional.empty() : Optional.of(body);
    }
  }
}
