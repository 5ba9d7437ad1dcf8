package cnkit.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.testing.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two threads that live as long as the test meet in each round; what they did is counted at the end. */
@Timeout(30)
class RaceTest {
  private static final Time.Running NOTHING = new Time.Running() {
    @Override
    public void interrupt() {}

    @Override
    public Optional<Thread> thread() {
      return Optional.empty();
    }
  };

  private final VirtualTime time = new VirtualTime();

  /** Both threads begin a round only when both have ended the one before. */
  private static void race(int rounds, IntConsumer one, IntConsumer other) {
    var progress = new AtomicLong();
    var thread = new Thread(() -> rounds(rounds, progress, other), "other");
    thread.start();
    rounds(rounds, progress, one);
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertEquals(2L * rounds, progress.get(), "a thread has failed");
  }

  @SuppressWarnings(
      "ThreadPriorityCheck") // where the machine has one core, the other thread needs it
  private static void rounds(int rounds, AtomicLong progress, IntConsumer body) {
    for (int round = 0; round < rounds; round++) {
      for (int spin = 0; progress.get() < 2L * round; spin++) {
        if (spin > 1_000) {
          LockSupport.parkNanos(1_000);
        }
      }
      try {
        body.accept(round);
      } finally {
        progress.incrementAndGet();
      }
    }
  }

  @Test
  void noBeatIsLost() {
    Heartbeat heartbeat = Heartbeat.named("loop", Duration.ofSeconds(1));
    IntConsumer beats = round -> {
      for (int i = 0; i < 100; i++) {
        heartbeat.beat();
      }
    };
    race(5_000, beats, beats);
    assertEquals(2L * 5_000 * 100, heartbeat.reading());
  }

  @Test
  void eachRunEndsByItsResultOrByItsTimeoutAndIsReleasedOnce() {
    int rounds = 50_000;
    var observed = new AtomicInteger();
    var released = new AtomicInteger();
    var sink = new Run.Sink() {
      @Override
      public void observed(Run run, Observation seen) {
        observed.incrementAndGet();
      }

      @Override
      public void released(Run run) {
        released.incrementAndGet();
      }
    };
    Check check = Check.critical("db", Verdict::up);
    var runs = new Run[rounds];
    for (int i = 0; i < rounds; i++) {
      runs[i] = new Run(check, sink, time, 0);
    }
    var cut = new AtomicInteger();
    race(rounds, round -> runs[round].run(), round -> {
      for (int i = 0; i < round % 64; i++) {
        Thread.onSpinWait(); // so that the timeout meets each phase
      }
      if (runs[round].withdraw() || runs[round].expire()) {
        cut.incrementAndGet();
      }
    });
    assertEquals(rounds, observed.get() + cut.get());
    assertEquals(rounds, released.get());
  }

  @Test
  void aRunThatTwoThreadsRunIsReleasedOnce() {
    int rounds = 50_000;
    var observed = new AtomicInteger();
    var released = new AtomicInteger();
    var sink = new Run.Sink() {
      @Override
      public void observed(Run run, Observation seen) {
        observed.incrementAndGet();
      }

      @Override
      public void released(Run run) {
        released.incrementAndGet();
      }
    };
    Check check = Check.critical("db", Verdict::up);
    var runs = new Run[rounds];
    for (int i = 0; i < rounds; i++) {
      runs[i] = new Run(check, sink, time, 0);
    }
    race(rounds, round -> runs[round].run(), round -> runs[round].run());
    assertEquals(rounds, observed.get());
    assertEquals(rounds, released.get());
  }

  @Test
  void aRegistryIsStartedByOneOfTwoCallers() {
    int rounds = 5_000;
    var watchdogs = new AtomicInteger();
    var counting = new OtherTime(time) {
      @Override
      public Running execute(String name, Runnable body) {
        watchdogs.incrementAndGet();
        return NOTHING;
      }
    };
    var healths = new ArrayList<Health>();
    for (int i = 0; i < rounds; i++) {
      healths.add(Health.builder().time(counting).executor(time.executor()).build());
    }
    race(
        rounds, round -> healths.get(round).start(), round -> healths.get(round).start());
    assertEquals(rounds, watchdogs.get());
  }

  @Test
  void aSubscriptionThatTwoThreadsCloseTakesOneOfTwoEqualMetersOff() {
    int rounds = 2_000;
    Health health = Health.builder()
        .time(time)
        .executor(time.executor())
        .random(() -> 0)
        .check(Check.critical("db", Verdict::up))
        .build();
    var calls = new AtomicInteger();
    CheckMeter meter = (check, outcome, nanos) -> calls.incrementAndGet();
    var attached = new Subscription[rounds];
    for (int i = 0; i < rounds; i++) {
      attached[i] = health.meter(meter);
      Subscription unused = health.meter(meter);
    }
    race(rounds, round -> attached[round].close(), round -> attached[round].close());
    health.start();
    time.advance(Duration.ofSeconds(1));
    assertEquals(rounds, calls.get());
    health.close();
  }
}
