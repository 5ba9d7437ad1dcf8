package cnkit.health;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A registry whose background rounds are run by the caller: its scheduler keeps the one task that was asked for, and its
 * clock is the real one, set forward by a period a round. Bodies run on the caller's thread, so a round costs what it
 * costs, and no hand-over between threads is measured with it.
 */
final class Rounds {
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final Kept timer = new Kept();
  private final Health health;
  private long aheadNanos;

  Rounds(int checks) {
    Health.Builder builder = Health.builder()
        .ticker(() -> System.nanoTime() + aheadNanos)
        .scheduler(timer)
        .watchdog(new Kept())
        .executor(Runnable::run)
        .random(() -> 0);
    for (int i = 0; i < checks; i++) {
      builder.check(Check.critical("check-" + i, Verdict::up).every(PERIOD));
    }
    health = builder.build();
    health.start();
    health.open();
    run();
  }

  Health health() {
    return health;
  }

  /** One round: every check is due and runs. Returns how many runs there have been. */
  long run() {
    aheadNanos += PERIOD.toNanos();
    timer.run();
    CheckEntry[] entries = health.entries();
    return entries[entries.length - 1].state().runs();
  }

  /** Keeps the last task, which is the next round. */
  private static final class Kept extends AbstractExecutorService
      implements ScheduledExecutorService {
    private Runnable next = () -> {};

    void run() {
      next.run();
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
      next = command;
      return Scheduled.INSTANCE;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(
        Runnable command, long initialDelay, long period, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(
        Runnable command, long initialDelay, long delay, TimeUnit unit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable command) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }

  /** The handle of a task that nobody cancels. */
  private static final class Scheduled extends CompletableFuture<Object>
      implements ScheduledFuture<Object> {
    static final Scheduled INSTANCE = new Scheduled();

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      return false;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return 0;
    }

    @Override
    public int compareTo(Delayed other) {
      return 0;
    }
  }
}
