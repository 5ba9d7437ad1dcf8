package cnkit.health;

import cnkit.core.Time;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A registry whose background rounds are run by the caller: its time keeps the one task that was asked for, and its
 * clock is the real one, set forward by a period a round. Bodies run on the caller's thread, so a round costs what it
 * costs, and no hand-over between threads is measured with it.
 */
final class Rounds {
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final Kept timer = new Kept();
  private final Health health;
  private long aheadNanos;

  Rounds(int checks) {
    Health.Builder builder =
        Health.builder().time(timer).executor(Runnable::run).random(() -> 0);
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

  /** Keeps the last task, which is the next round. Its watchdog never ticks. */
  private final class Kept implements Time {
    private Runnable next = () -> {};

    void run() {
      next.run();
    }

    @Override
    public long nanoTime() {
      return System.nanoTime() + aheadNanos;
    }

    @Override
    public Pending schedule(Duration delay, Runnable task) {
      next = task;
      return () -> false;
    }

    @Override
    public Running execute(String name, Runnable body) {
      throw new UnsupportedOperationException(name);
    }

    @Override
    public void sleep(Duration duration) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void await(CompletableFuture<?> done) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
