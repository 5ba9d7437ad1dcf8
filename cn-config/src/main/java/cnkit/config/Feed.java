package cnkit.config;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Events to listeners: a bounded queue each, drained by one task at a time on the executor, no lock held while user
 * code runs. A listener that hangs holds that one task and loses its own oldest events; nobody else notices.
 */
final class Feed {
  static final int CAPACITY = 256;
  private static final Logger LOG = LoggerFactory.getLogger(Reloadable.class);

  private final Executor executor;
  private final List<Line> lines = new CopyOnWriteArrayList<>();

  Feed(Executor executor) {
    this.executor = executor;
  }

  /** A line that hears what is offered from now on; it is started by whoever joins. */
  Line join(Consumer<? super ReloadEvent> listener, ReloadEvent first) {
    Line line = new Line(listener);
    line.offer(first);
    lines.add(line);
    return line;
  }

  void offer(ReloadEvent event) {
    for (Line line : lines) {
      line.offer(event);
    }
  }

  void deliver() {
    for (Line line : lines) {
      line.start();
    }
  }

  /** One listener. */
  final class Line implements Reloadable.Subscription, Runnable {
    private final Consumer<? super ReloadEvent> listener;
    private final ArrayDeque<ReloadEvent> queue = new ArrayDeque<>();
    private long dropped;
    private boolean draining;
    private boolean closed;
    /** What it has thrown so far; written only by the one task that drains. */
    private final Set<Class<?>> complained = new HashSet<>();

    private Line(Consumer<? super ReloadEvent> listener) {
      this.listener = listener;
    }

    private synchronized void offer(ReloadEvent event) {
      if (closed) {
        return;
      }
      if (queue.size() == CAPACITY) {
        queue.removeFirst();
        dropped++;
      }
      queue.addLast(event);
    }

    void start() {
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
          draining = false; // the next event tries again
        }
      }
    }

    @Override
    public void run() {
      for (ReloadEvent event = next(); event != null; event = next()) {
        try {
          listener.accept(event);
        } catch (Throwable thrown) { // user code: an Error of a listener is no reason to stop
          complain(thrown);
        }
      }
    }

    private synchronized @Nullable ReloadEvent next() {
      if (closed || (queue.isEmpty() && dropped == 0)) {
        draining = false;
        return null;
      }
      if (dropped > 0) {
        long count = dropped;
        dropped = 0;
        return new ReloadEvent.EventsDropped(count);
      }
      return queue.removeFirst();
    }

    private void complain(Throwable thrown) {
      if (complained.size() < 16 && complained.add(thrown.getClass())) {
        LOG.warn(
            "reload listener {} threw; its next {} is not logged",
            listener.getClass().getName(),
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
