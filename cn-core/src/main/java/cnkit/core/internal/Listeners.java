package cnkit.core.internal;

import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Delivers events to listeners in the order of commits. Each listener has a bounded queue. One task at a time empties
 * it on the executor, and no lock is held while user code runs. The first event of a listener is the current state;
 * every later commit follows. If the queue overflows, the oldest events are dropped and the listener gets an event
 * with their number. A listener that throws stays subscribed. A listener that blocks holds one task and delays no
 * other listener.
 *
 * <p>Commits are numbered: {@code from} is the state before, {@code to} the state after. Threads may publish in
 * another order than they committed, so an event waits until its predecessor has arrived.
 */
public final class Listeners<E> {
  /** How many events wait for a listener at most. */
  public static final int CAPACITY = 256;

  private final String source;
  private final Executor executor;
  private final LongFunction<? extends E> dropped;
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final Complaints complaints;
  // guarded by the monitor, which is never held while user code runs
  private final Map<Long, Commit<E>> early = new HashMap<>();
  private Supplier<? extends E> current;
  private long number;

  private record Commit<E>(long to, Supplier<? extends E> current, List<? extends E> events) {}

  /**
   * Without listeners, at the state with the number 0.
   *
   * @param source whose events they are, for the log, such as {@code "breaker inventory"}
   * @param executor where listeners are called
   * @param current the first event of whoever subscribes before the first commit
   * @param dropped the event that tells how many were dropped
   */
  public Listeners(
      String source,
      Executor executor,
      Supplier<? extends E> current,
      LongFunction<? extends E> dropped) {
    this(source, executor, current, dropped, 0);
  }

  /** As the other constructor, at the state with the given number. */
  public Listeners(
      String source,
      Executor executor,
      Supplier<? extends E> current,
      LongFunction<? extends E> dropped,
      long number) {
    this.source = source;
    this.executor = executor;
    this.current = current;
    this.dropped = dropped;
    this.number = number;
    this.complaints = new Complaints(LoggerFactory.getLogger(Listeners.class));
  }

  /**
   * Queues what a commit brought; {@link #deliver()} hands it over.
   *
   * @param from the number of the state before
   * @param to the number of the state after
   * @param now the first event of whoever subscribes between this commit and the next; ours, quick
   * @param events what happened, in order; may be empty
   */
  public synchronized void publish(
      long from, long to, Supplier<? extends E> now, List<? extends E> events) {
    early.put(from, new Commit<>(to, now, events));
    for (Commit<E> next = early.remove(number); next != null; next = early.remove(number)) {
      number = next.to();
      current = next.current();
      for (Line line : lines) {
        next.events().forEach(line::offer);
      }
    }
  }

  /** As the other method, for a caller whose commits cannot overtake each other. */
  public synchronized void publish(Supplier<? extends E> now, List<? extends E> events) {
    publish(number, number + 1, now, events);
  }

  /** Hands over what is queued. Called without a lock. Where an executor refused or lost a task, it is asked again. */
  public void deliver() {
    for (Line line : lines) {
      line.handOver();
    }
  }

  /** Listens from now on. The first event is the current state. */
  public Subscription subscribe(Consumer<? super E> listener) {
    Line line = new Line(requireNonNull(listener, "listener"));
    synchronized (this) {
      line.offer(current.get());
      lines.add(line);
    }
    line.handOver();
    return line;
  }

  /** Whether every listener has returned from everything that was published. */
  public boolean delivered() {
    return lines.stream().allMatch(Line::isIdle);
  }

  /** One listener. Its monitor guards the queue. */
  private final class Line implements Subscription, Runnable {
    private final Consumer<? super E> listener;
    private final ArrayDeque<E> queue = new ArrayDeque<>();
    private long lost;
    private boolean running;
    /** How long the queue was when the executor was last asked; 0: no task is with it. */
    private int asked;

    private boolean closed;

    Line(Consumer<? super E> listener) {
      this.listener = listener;
    }

    synchronized void offer(E event) {
      if (closed) {
        return;
      }
      if (queue.size() == CAPACITY) {
        queue.removeFirst();
        lost++;
      }
      queue.addLast(event);
    }

    void handOver() {
      synchronized (this) {
        // an executor may lose a task without a word: it is asked again when the queue has doubled
        if (running || closed || queue.isEmpty() || queue.size() < 2 * asked) {
          return;
        }
        asked = queue.size();
      }
      Throwable refused = HandOver.to(executor, this);
      if (refused != null) {
        synchronized (this) {
          asked = 0;
        }
        complaints.warn("the executor of the listeners of " + source, refused);
      }
    }

    @Override
    public void run() {
      synchronized (this) {
        if (running) {
          return; // the task that was thought to be lost
        }
        running = true;
      }
      for (E event = next(); event != null; event = next()) {
        E delivered = event;
        Throwable thrown = Guarded.run(() -> listener.accept(delivered));
        if (thrown != null) {
          complaints.warn("a listener of " + source, thrown);
        }
      }
    }

    private synchronized @Nullable E next() {
      if (lost > 0) {
        long count = lost;
        lost = 0;
        return dropped.apply(count);
      }
      E event = queue.pollFirst();
      running = event != null;
      asked = 0;
      return event;
    }

    synchronized boolean isIdle() {
      return !running && queue.isEmpty();
    }

    @Override
    public void close() {
      synchronized (this) {
        closed = true;
        queue.clear();
        lost = 0;
      }
      lines.remove(this);
    }
  }
}
