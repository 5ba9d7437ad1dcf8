package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Events to listeners: a bounded queue each, drained by a thread that is there only while there is something to deliver. A
 * listener that hangs costs one thread and nobody's time.
 */
final class Events {
  private static final int CAPACITY = 256;

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final Executor executor;

  Events(Executor executor) {
    this.executor = executor;
  }

  static void onADaemon(Runnable task) {
    var thread = new Thread(task, "cn-lifecycle-events");
    thread.setDaemon(true);
    thread.start();
  }

  Lifecycle.Subscription subscribe(
      Consumer<? super LifecycleEvent> consumer, LifecycleEvent.Current current) {
    var listener = new Listener(consumer);
    listener.offer(current);
    listeners.add(listener);
    return () -> {
      listeners.remove(listener);
      listener.close();
    };
  }

  void publish(LifecycleEvent event) {
    for (Listener listener : listeners) {
      listener.offer(event);
    }
  }

  /** Whether every listener has seen everything. */
  boolean delivered() {
    for (Listener listener : listeners) {
      if (!listener.idle()) {
        return false;
      }
    }
    return true;
  }

  private final class Listener {
    private final Consumer<? super LifecycleEvent> consumer;
    private final ArrayDeque<LifecycleEvent> queue = new ArrayDeque<>();
    private final List<Class<?>> logged = new CopyOnWriteArrayList<>();
    private boolean draining;
    private boolean closed;
    private long dropped;

    Listener(Consumer<? super LifecycleEvent> consumer) {
      this.consumer = consumer;
    }

    void offer(LifecycleEvent event) {
      synchronized (this) {
        if (closed) {
          return;
        }
        if (queue.size() == CAPACITY) {
          queue.remove();
          dropped++;
        }
        queue.add(event);
        if (draining) {
          return;
        }
        draining = true;
      }
      try {
        executor.execute(this::drain);
      } catch (Throwable t) {
        synchronized (this) {
          draining = false;
        }
        log(t);
      }
    }

    synchronized void close() {
      closed = true;
      queue.clear();
    }

    synchronized boolean idle() {
      return !draining;
    }

    private synchronized @Nullable LifecycleEvent next() {
      if (dropped > 0) {
        var missed = new LifecycleEvent.EventsDropped(dropped);
        dropped = 0;
        return missed;
      }
      LifecycleEvent event = queue.poll();
      draining = event != null;
      return event;
    }

    private void drain() {
      for (LifecycleEvent event = next(); event != null; event = next()) {
        try {
          consumer.accept(event);
        } catch (Throwable t) {
          log(t);
        }
      }
    }

    private void log(Throwable thrown) {
      if (!logged.contains(thrown.getClass())) {
        logged.add(thrown.getClass());
        LOG.warn(
            "a listener of the lifecycle threw; further {} of it are not logged",
            thrown.getClass().getName(),
            thrown);
      }
    }
  }
}
