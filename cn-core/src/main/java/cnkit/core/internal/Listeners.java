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
 * Delivers events to listeners in the order of commits. Each listener has a bounded queue, which one task at a time empties
 * on the executor; no lock is held while user code runs. Its first event is the current state, and nothing that was
 * committed after that state is missing, unless its queue overflows: then the oldest events are dropped, and it is told how
 * many. A listener that throws stays subscribed; one that blocks holds one task and nobody else.
 *
 * <p>Commits carry numbers, {@code from} the state before {@code to} the state after, so that threads that committed in one
 * order may publish in the other: an event waits until its predecessor has arrived.
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
    private boolean handedOver;
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
        boolean again = Integer.bitCount(queue.size()) == 1;
        if (running || closed || queue.isEmpty() || (handedOver && !again)) {
          return;
        }
        handedOver = true;
      }
      Throwable refused = HandOver.to(executor, this);
      if (refused != null) {
        synchronized (this) {
          handedOver = false;
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
      handedOver = running;
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
