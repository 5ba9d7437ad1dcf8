package cnkit.health;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Events to listeners: a bounded queue each, drained by one task at a time on the executor, no lock held while user
 * code runs. A listener that hangs holds that one task and loses its own oldest events; nobody else notices.
 */
final class Feed {
  static final int CAPACITY = 256;
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);

  private final Executor executor;
  private final List<Line> lines = new CopyOnWriteArrayList<>();

  Feed(Executor executor) {
    this.executor = executor;
  }

  Line join(Consumer<? super HealthEvent> listener, HealthEvent... first) {
    Line line = new Line(listener);
    for (HealthEvent event : first) {
      line.offer(event);
    }
    lines.add(line);
    return line;
  }

  /** Called under the lock of the board, so all queues see one order. */
  void offer(List<HealthEvent> events) {
    for (Line line : lines) {
      for (HealthEvent event : events) {
        line.offer(event);
      }
    }
  }

  /** Called without a lock: starts a drain wherever there is something to drain. */
  void deliver() {
    for (Line line : lines) {
      line.start();
    }
  }

  /** One listener. */
  final class Line implements Health.Subscription, Runnable {
    private final Consumer<? super HealthEvent> listener;
    private final ArrayDeque<HealthEvent> queue = new ArrayDeque<>();
    private long dropped;
    private boolean draining;
    private boolean closed;
    /** What it has thrown so far; written only by the one task that drains. */
    private final Set<Class<?>> complained = new HashSet<>();

    private Line(Consumer<? super HealthEvent> listener) {
      this.listener = listener;
    }

    private synchronized void offer(HealthEvent event) {
      if (closed) {
        return;
      }
      if (queue.size() == CAPACITY) {
        queue.removeFirst();
        dropped++;
      }
      queue.addLast(event);
    }

    private void start() {
      synchronized (this) {
        if (draining || closed || queue.isEmpty()) {
          return;
        }
        draining = true;
      }
      try {
        executor.execute(this);
      } catch (RuntimeException | Error refused) {
        synchronized (this) {
          draining = false; // the next event or watchdog tick tries again
        }
      }
    }

    @Override
    public void run() {
      for (HealthEvent event = next(); event != null; event = next()) {
        try {
          listener.accept(event);
        } catch (Throwable thrown) { // user code: an Error of a listener is no reason to stop
          complain(thrown);
        }
      }
    }

    private synchronized @Nullable HealthEvent next() {
      if (closed || (queue.isEmpty() && dropped == 0)) {
        draining = false;
        return null;
      }
      if (dropped > 0) {
        long count = dropped;
        dropped = 0;
        return new HealthEvent.EventsDropped(count);
      }
      return queue.removeFirst();
    }

    private void complain(Throwable thrown) {
      if (complained.size() < 16 && complained.add(thrown.getClass())) {
        String type = listener.getClass().getName();
        LOG.warn(
            "health listener {} threw; its next {} is not logged",
            type,
            thrown.getClass().getName(),
            thrown);
      }
    }

    @Override
    public void close() {
      synchronized (this) {
        closed = true;
        queue.clear();
      }
      lines.remove(this);
    }
  }
}
