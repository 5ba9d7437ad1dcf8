package cnkit.health;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process whose only carrier is held by a check that burns CPU: ends with 0 when the other check still runs, on a
 * platform thread, and the canary of virtual threads has failed liveness.
 */
final class BurntCarriers {
  private BurntCarriers() {}

  public static void main(String[] args) {
    try (Health health = Health.builder()
        .check(Check.critical("burns", BurntCarriers::burn).every(Duration.ofMillis(300)))
        .check(Check.critical("quick", Verdict::up).every(Duration.ofMillis(300)))
        .liveness(Check.criticalAsync("virtual-threads", Checks.virtualThreads())
            .every(Duration.ofMillis(300))
            .local())
        .build()) {
      health.start();
      health.open();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (!isAsExpected(health)) {
        if (System.nanoTime() - end > 0) {
          throw new IllegalStateException(health.report().toString());
        }
        LockSupport.parkNanos(10_000_000);
      }
    }
  }

  private static boolean isAsExpected(Health health) {
    CheckReport quick = health.report().check("quick").orElseThrow();
    CheckReport burns = health.report().check("burns").orElseThrow();
    return burns.outcome() == RunOutcome.STUCK
        && quick.outcome() == RunOutcome.PASSED
        && quick.failedRuns() > 0 // it found no virtual thread, and then got a platform thread
        && !health.passes(Probe.LIVE);
  }

  @SuppressWarnings("InfiniteRecursion")
  private static Verdict burn() {
    long burnt = 0;
    while (System.nanoTime() != 0) {
      burnt++;
    }
    return Verdict.of(burnt > 0);
  }
}
