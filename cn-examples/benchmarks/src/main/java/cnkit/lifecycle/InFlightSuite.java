package cnkit.lifecycle;

import cnkit.benchmarks.Fact;
import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import cnkit.core.Time;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.statistic.CounterStatistic;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One request in, and out again. */
@State(Scope.Benchmark)
@Suite(name = "lifecycle-in-flight", title = "In flight: enter and exit")
@Goal(of = "kit", to = "limit", ratio = 1.2)
@Goal(of = "kit", threads = 2, to = "limit", ratio = 1.2)
@Goal(of = "kit", threads = 8, to = "limit", ratio = 1.2)
@Goal(of = "kit", bytes = 0)
@Goal(of = "token", bytes = 48)
public class InFlightSuite {
  private static final int STRIPES = 64;
  private static final int WORDS = 16;

  private final InFlight kit = new InFlight();
  private final AtomicLongArray stripes = new AtomicLongArray(STRIPES * WORDS);
  private volatile boolean closed;
  private final AtomicLong entered = new AtomicLong();
  private final AtomicLong exited = new AtomicLong();
  private final CounterStatistic statistic = new CounterStatistic();
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong wrappers = new AtomicLong();
  private final Graceful.Shutdown shutdown = new Graceful.Shutdown(this) {
    @Override
    public boolean isShutdownDone() {
      return requests.get() == 0;
    }
  };
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Hand-written: padded stripes, a closed flag beside them. */
  @Benchmark
  public int limit() {
    int stripe = (int) ((Thread.currentThread().getId() * 0x9E3779B97F4A7C15L) >>> 58) * WORDS;
    stripes.getAndAdd(stripe, 1);
    if (closed) {
      stripes.getAndAdd(stripe, -1);
      return -1;
    }
    stripes.getAndAdd(stripe, -1);
    return stripe;
  }

  /** Ours, as a slot. */
  @Benchmark
  public int kit() {
    int slot = kit.enter(WorkKind.REQUEST);
    kit.exit(slot);
    return slot;
  }

  /** Ours, with a label and an age. */
  @Benchmark
  public boolean token() {
    try (Token token = kit.open(WorkKind.REQUEST, "GET /work")) {
      return token.refused();
    }
  }

  /** What most write by hand. */
  @Benchmark
  public long twoAtomicLongs() {
    long before = entered.getAndIncrement();
    exited.getAndIncrement();
    return before;
  }

  /** What Jetty's StatisticsHandler counts with. */
  @Benchmark
  public long jettyStatistics() {
    statistic.increment();
    return statistic.decrement();
  }

  /** The steps of Jetty's GracefulHandler on its own parts: request and stream wrapper counted, the flag read twice. */
  @Benchmark
  public long jettyGraceful() {
    requests.incrementAndGet();
    if (shutdown.isShutdown()) {
      return -1;
    }
    wrappers.incrementAndGet();
    wrappers.decrementAndGet();
    long left = requests.decrementAndGet();
    if (shutdown.isShutdown()) {
      shutdown.check();
    }
    return left;
  }

  /** Closing takes the write lock. */
  @Benchmark
  public boolean readLock() {
    lock.readLock().lock();
    try {
      return closed;
    } finally {
      lock.readLock().unlock();
    }
  }

  /** A slot reads no clock, a token one. */
  @Fact(value = "clock reads by 1,000 slots and 1,000 tokens", atMost = 1_000)
  public static long clockReads() {
    var reads = new AtomicLong();
    var inFlight = new InFlight((Time) Proxy.newProxyInstance(
        Time.class.getClassLoader(),
        new Class<?>[] {Time.class},
        (time, method, arguments) -> reads.incrementAndGet()));
    for (int i = 0; i < 1_000; i++) {
      inFlight.exit(inFlight.enter(WorkKind.REQUEST));
      inFlight.open(WorkKind.REQUEST, "GET /work").close();
    }
    return reads.get();
  }
}
