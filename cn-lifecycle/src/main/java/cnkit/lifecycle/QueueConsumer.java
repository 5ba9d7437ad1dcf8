package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;
import static java.util.Objects.requireNonNull;

import cnkit.core.internal.AtomicState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Consumes a queue on its own daemon thread, so that it can be drained: first it stops polling, then the message in
 * work is finished, and fetched messages that were not begun are given back. Each message is a {@link WorkKind#JOB}
 * in flight. Safe for use by many threads. It can be started only once.
 *
 * <pre>{@code
 * QueueConsumer<Order> orders =
 *     QueueConsumer.of("orders", inFlight, queue::poll, this::ship, queue::release);
 * builder.consumer("orders", orders)
 * }</pre>
 *
 * @param <M> a message
 */
public final class QueueConsumer<M> {

  private final String name;
  private final InFlight inFlight;
  private final Poll<? extends M> poll;
  private final Handler<? super M> handle;
  private final Handler<? super List<M>> release;
  private final Deque<M> fetched = new ArrayDeque<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicState<State> state = new AtomicState<>(State.IDLE);
  private volatile @Nullable Thread thread;

  private enum State {
    /** Between two calls of the user's code. */
    IDLE,
    /** May be interrupted: it waits for messages. */
    POLLING,
    /** Must not be interrupted by the end of the intake. */
    WORKING,
    STOPPING
  }

  /**
   * Fetches messages.
   *
   * @param <M> a message
   */
  @FunctionalInterface
  public interface Poll<M> {
    /**
     * Waits for messages. An empty list is not an error.
     *
     * @return the messages, in order
     * @throws Exception an error; the next poll follows after one second. An interrupt means that polling stops
     */
    List<M> poll() throws Exception;
  }

  /**
   * Processes a message, or several.
   *
   * @param <M> what it processes
   */
  @FunctionalInterface
  public interface Handler<M> {
    /**
     * Processes it, the acknowledgement included.
     *
     * @param message the message, or the messages
     * @throws Exception any failure; it is logged, and the next message follows
     */
    void handle(M message) throws Exception;
  }

  private QueueConsumer(
      String name,
      InFlight inFlight,
      Poll<? extends M> poll,
      Handler<? super M> handle,
      Handler<? super List<M>> release) {
    this.name = name;
    this.inFlight = inFlight;
    this.poll = poll;
    this.handle = handle;
    this.release = release;
  }

  /**
   * Creates a consumer that has not started.
   *
   * @param name a name for people
   * @param inFlight counts each message as a job, from the moment at which its handler begins
   * @param poll fetches messages; interrupted when the intake stops
   * @param handle processes one message and acknowledges it
   * @param release gives back messages that were fetched and not begun; not called if there are none
   * @param <M> a message
   * @return the consumer
   */
  public static <M> QueueConsumer<M> of(
      String name,
      InFlight inFlight,
      Poll<? extends M> poll,
      Handler<? super M> handle,
      Handler<? super List<M>> release) {
    return new QueueConsumer<>(
        requireNonNull(name, "name"),
        requireNonNull(inFlight, "inFlight"),
        requireNonNull(poll, "poll"),
        requireNonNull(handle, "handle"),
        requireNonNull(release, "release"));
  }

  /**
   * Starts to poll.
   *
   * @throws IllegalStateException if it was started before
   */
  public void start() {
    var body = new Thread(this::run, "cn-lifecycle-" + name);
    synchronized (this) {
      if (thread != null) {
        throw new IllegalStateException(name + ": expected a consumer that is new");
      }
      thread = body;
    }
    body.setDaemon(true);
    body.start();
  }

  /** Stops polling. A poll under way is interrupted, a message in work is not. Returns at once. */
  public void stopIntake() {
    synchronized (this) { // so that the interrupt cannot come later than the poll that it ends
      State was = state.advance(now -> State.STOPPING, (before, after) -> before);
      Thread consuming = thread;
      if (was == State.POLLING && consuming != null) {
        consuming.interrupt();
      }
    }
  }

  /**
   * Waits until the message in work is done and the others are given back. If the caller is interrupted, it
   * interrupts the message in work and returns.
   *
   * @throws InterruptedException if the caller was interrupted
   */
  public void stop() throws InterruptedException {
    stopIntake();
    Thread consuming = thread;
    if (consuming == null) {
      return;
    }
    try {
      ended.await();
    } catch (InterruptedException e) {
      consuming.interrupt();
      throw e;
    }
  }

  private boolean move(State from, State to) {
    return state.advance(now -> now == from ? to : now, (before, after) -> before == from);
  }

  private void run() {
    try {
      while (move(State.IDLE, State.POLLING)) {
        fetch();
        if (!move(State.POLLING, State.IDLE)) {
          break;
        }
        while (!fetched.isEmpty() && move(State.IDLE, State.WORKING)) {
          if (!work()) {
            stopIntake();
          }
          boolean unused = move(State.WORKING, State.IDLE);
        }
      }
      synchronized (this) {
        // an interrupt that ended a poll or the work is not meant for what comes
        boolean unused = Thread.interrupted();
      }
      giveBack();
    } finally {
      ended.countDown();
    }
  }

  private void fetch() {
    try {
      fetched.addAll(poll.poll());
    } catch (InterruptedException e) {
      LOG.trace("{}: interrupted while polling", name, e);
    } catch (Throwable t) {
      LOG.warn("{}: polling threw, it is asked again in 1s", name, t);
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(1_000);
    } catch (InterruptedException e) {
      LOG.trace("the intake stopped", e);
    }
  }

  /** False when the intake is closed: the message stays where it is, to be given back. */
  private boolean work() {
    M message = fetched.getFirst();
    try (Token job =
        inFlight.open(WorkKind.JOB, name).onCancel(Thread.currentThread()::interrupt)) {
      if (job.refused()) {
        return false;
      }
      fetched.removeFirst();
      handle.handle(message);
    } catch (Throwable t) {
      LOG.warn("{}: a message was not handled", name, t);
    }
    return true;
  }

  private void giveBack() {
    if (fetched.isEmpty()) {
      return;
    }
    try {
      release.handle(new ArrayList<>(fetched));
    } catch (Throwable t) {
      LOG.warn("{}: {} messages could not be given back", name, fetched.size(), t);
    }
  }
}
