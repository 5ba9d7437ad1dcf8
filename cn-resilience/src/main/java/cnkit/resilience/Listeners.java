package cnkit.resilience;

import cnkit.core.Subscription;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a breaker's transitions: after the commit, in the order of commits, with no lock held while user code runs.
 *
 * <p>Two threads may commit two transitions in one order and arrive here in the other. Each event names the epoch it
 * comes from, so that the thread that publishes waits for nobody: it leaves its event under that number and delivers
 * whatever continues the chain. {@link #publishing} counts arrivals; the thread that found it zero delivers for all.
 */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
  private static final int CAPACITY = 256;

  private final String breaker;
  private final Executor executor;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ConcurrentMap<Long, BreakerEvent.Changed> committed = new ConcurrentHashMap<>();
  private final ConcurrentMap<Listener, Boolean> arriving = new ConcurrentHashMap<>();
  private final AtomicInteger publishing = new AtomicInteger();
  // written only by the thread that publishes; the counter orders one such thread after the other
  private BreakerEvent.Current current;

  Listeners(String breaker, BreakerState initial, Executor executor) {
    this.breaker = breaker;
    this.executor = executor;
    this.current = new BreakerEvent.Current(breaker, initial.state(), initial.epoch());
  }

  void committed(BreakerState before, BreakerState after) {
    committed.put(
        before.epoch(),
        new BreakerEvent.Changed(
            breaker, before.state(), after.state(), after.epoch(), after.cause()));
    publish();
  }

  Subscription subscribe(Consumer<? super BreakerEvent> consumer) {
    Listener listener = new Listener(consumer);
    arriving.put(listener, true);
    publish();
    return () -> {
      listener.closed = true;
      arriving.remove(listener);
      listeners.remove(listener);
    };
  }

  private void publish() {
    if (publishing.getAndIncrement() != 0) {
      return; // another thread is at it, and will see what we left
    }
    int seen = 1;
    do {
      for (Listener listener : arriving.keySet()) {
        arriving.remove(listener);
        listeners.add(listener);
        listener.offer(current);
      }
      BreakerEvent.Changed next;
      while ((next = committed.remove(current.epoch())) != null) {
        current = new BreakerEvent.Current(breaker, next.to(), next.epoch());
        for (Listener listener : listeners) {
          listener.offer(next);
        }
      }
      seen = publishing.addAndGet(-seen);
    } while (seen != 0);
    for (Listener listener : listeners) {
      listener.wake();
    }
  }

  /** One listener's queue; its monitor guards the queue only and is never held while user code runs. */
  private final class Listener {
    private final Consumer<? super BreakerEvent> consumer;
    private final ArrayDeque<BreakerEvent> queue = new ArrayDeque<>();
    private final ConcurrentMap<Class<?>, Boolean> reported = new ConcurrentHashMap<>();
    private long dropped;
    private boolean draining;
    private volatile boolean closed;

    Listener(Consumer<? super BreakerEvent> consumer) {
      this.consumer = consumer;
    }

    synchronized void offer(BreakerEvent event) {
      if (queue.size() == CAPACITY) {
        queue.removeFirst();
        dropped++;
      }
      queue.addLast(event);
    }

    void wake() {
      synchronized (this) {
        if (draining || queue.isEmpty()) {
          return;
        }
        draining = true;
      }
      try {
        executor.execute(this::drain);
      } catch (RuntimeException e) {
        report(e);
        synchronized (this) {
          draining = false; // the next event tries again
        }
      }
    }

    private void drain() {
      for (BreakerEvent event = next(); event != null; event = next()) {
        if (!closed) {
          try {
            consumer.accept(event);
          } catch (Throwable t) {
            report(t);
          }
        }
      }
    }

    private synchronized @Nullable BreakerEvent next() {
      if (dropped > 0) {
        BreakerEvent told = new BreakerEvent.EventsDropped(breaker, dropped);
        dropped = 0;
        return told;
      }
      BreakerEvent event = queue.pollFirst();
      draining = event != null;
      return event;
    }

    private void report(Throwable t) {
      if (reported.putIfAbsent(t.getClass(), true) == null) {
        LOG.warn(
            "A listener of breaker {} threw; it stays subscribed, this kind is not logged again",
            breaker,
            t);
      }
    }
  }
}
