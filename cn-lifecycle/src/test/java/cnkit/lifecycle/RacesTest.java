package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Time;
import cnkit.core.internal.SystemTime;
import cnkit.lifecycle.machine.ShutdownMachine.Event;
import cnkit.lifecycle.machine.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two threads in a hot loop over the same objects, and an exact sum at the end. */
// a list broken by a race may never end: the test fails all the same
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RacesTest {
  private static final int ROUNDS = 100_000;

  /** Both threads do every round, and meet at each 16th, so that neither runs ahead. */
  private static void bothInEveryRound(int rounds, IntConsumer body) throws Exception {
    var arrived = new AtomicInteger();
    CompletableFuture<?>[] ends = new CompletableFuture<?>[2];
    for (int i = 0; i < 2; i++) {
      ends[i] = CompletableFuture.runAsync(
          () -> {
            for (int round = 0; round < rounds; round++) {
              if (round % 16 == 0) {
                arrived.incrementAndGet();
                meet(arrived, 2 * (round / 16 + 1));
              }
              body.accept(round);
            }
          },
          task -> new Thread(task, "race").start());
    }
    CompletableFuture.allOf(ends).get();
  }

  private static void meet(AtomicInteger arrived, int wanted) {
    for (int spins = 1; arrived.get() < wanted; spins++) {
      if (spins % 1024 == 0) {
        LockSupport.parkNanos(1);
      }
      Thread.onSpinWait();
    }
  }

  private static InFlight inFlight() {
    return new InFlight(SystemTime.SHARED, 2);
  }

  @Test
  void everyEntryOfTwoThreadsOnOneStripeIsCounted() throws Exception {
    var work = inFlight();
    // eight stripes: of nine threads, two share one
    Map<Integer, Thread> byStripe = new HashMap<>();
    var go = new CompletableFuture<List<Thread>>();
    var ready = new AtomicInteger();
    List<Thread> pair = List.of();
    var all = new ArrayList<Thread>();
    for (int i = 0; i < 9; i++) {
      var slot = new CompletableFuture<Integer>();
      var thread = new Thread(() -> {
        int first = work.enter(WorkKind.JOB);
        work.exit(first);
        slot.complete(first);
        if (go.join().contains(Thread.currentThread())) {
          ready.incrementAndGet();
          meet(ready, 2);
          for (int round = 0; round < 10 * ROUNDS; round++) {
            work.exit(work.enter(WorkKind.REQUEST));
          }
        }
      });
      all.add(thread);
      thread.start();
      Thread same = byStripe.put(slot.get(), thread);
      pair = same == null ? pair : List.of(same, thread);
    }
    go.complete(pair);
    for (Thread thread : all) {
      thread.join();
    }
    assertEquals(2, ready.get(), "no two threads share a stripe: this tested nothing");
    assertEquals(
        new WorkCounts(WorkKind.REQUEST, 20 * ROUNDS, 20 * ROUNDS, 0, 0, 0),
        work.workCounts(WorkKind.REQUEST));
  }

  @Test
  void everyExitByAnotherThreadIsCounted() throws Exception {
    var work = inFlight();
    int slot = 0;
    for (int i = 0; i < 2 * ROUNDS; i++) {
      slot = work.enter(WorkKind.STREAM);
    }
    int same = slot;
    bothInEveryRound(ROUNDS, round -> work.exit(same));
    work.close();
    assertTrue(work.drained());
    assertEquals(
        new WorkCounts(WorkKind.STREAM, 2 * ROUNDS, 2 * ROUNDS, 0, 0, 0),
        work.workCounts(WorkKind.STREAM));
  }

  @Test
  void aTokenThatTwoThreadsCloseEndsOnce() throws Exception {
    var work = inFlight();
    var tokens = new ArrayList<Token>();
    for (int i = 0; i < ROUNDS; i++) {
      tokens.add(work.open(WorkKind.JOB, "job"));
    }
    bothInEveryRound(ROUNDS, round -> tokens.get(round).close());
    assertEquals(
        new WorkCounts(WorkKind.JOB, ROUNDS, ROUNDS, 0, 0, 0), work.workCounts(WorkKind.JOB));
    assertEquals(List.of(), work.open());
  }

  @Test
  void noOpenTokenIsForgottenWhileAnotherThreadClosesItsNeighbours() throws Exception {
    var work = inFlight();
    var opened = new ConcurrentLinkedQueue<Token>();
    var opener = new Thread(() -> {
      for (int i = 0; i < ROUNDS; i++) {
        opened.add(work.open(WorkKind.JOB, "job"));
      }
    });
    opener.start();
    for (int i = 0; i < ROUNDS; i++) {
      Token token = opened.poll();
      for (int spins = 1; token == null; spins++) {
        if (spins % 1024 == 0) {
          LockSupport.parkNanos(1);
        }
        token = opened.poll();
      }
      if (i % 10 != 0) {
        token.close();
      }
    }
    opener.join();
    assertEquals(ROUNDS / 10, work.open().size());
    assertEquals(ROUNDS / 10, work.count(WorkKind.JOB));
  }

  @Test
  void aTokenThatTwoThreadsCancelIsToldOnce() throws Exception {
    var work = inFlight();
    var told = new LongAdder();
    var tokens = new ArrayList<Token>();
    for (int i = 0; i < ROUNDS; i++) {
      tokens.add(work.open(WorkKind.STREAM, "feed").onCancel(told::increment));
    }
    bothInEveryRound(ROUNDS, round -> tokens.get(round).cancel());
    assertEquals(ROUNDS, told.sum());
  }

  @Test
  void theLastExitTellsOnceAndACutByTwoThreadsHappensOnce() throws Exception {
    int rounds = 5_000;
    var told = new LongAdder();
    var cut = new LongAdder();
    var drained = new ArrayList<InFlight>();
    var stuck = new ArrayList<InFlight>();
    int slot = 0;
    for (int i = 0; i < rounds; i++) {
      var one = new InFlight(SystemTime.SHARED, 1);
      one.enter(WorkKind.REQUEST);
      slot = one.enter(WorkKind.REQUEST);
      one.close();
      one.whenDrained(told::increment);
      drained.add(one);
      var other = new InFlight(SystemTime.SHARED, 1);
      other.open(WorkKind.JOB, "job").onCancel(told::decrement);
      stuck.add(other);
    }
    int same = slot;
    bothInEveryRound(rounds, round -> {
      drained.get(round).exit(same);
      cut.add(stuck.get(round).cut().size());
    });
    assertEquals(rounds, told.sum());
    assertEquals(rounds, cut.sum());
  }

  /** Nothing runs by itself: the test's threads run what was given to it. */
  private static final class Collected implements Time {
    final ConcurrentLinkedQueue<Runnable> bodies = new ConcurrentLinkedQueue<>();

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void sleep(Duration duration) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Pending schedule(Duration delay, Runnable task) {
      return () -> true;
    }

    @Override
    public Running execute(String name, Runnable body) {
      bodies.add(body);
      return new Running() {
        @Override
        public void interrupt() {
          throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Thread> thread() {
          return Optional.empty();
        }
      };
    }

    @Override
    public void await(CompletableFuture<?> done) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      bodies.clear();
    }
  }

  private static Engine engine(Time time, int components) {
    LifecycleBuilder builder = Lifecycle.builder();
    PhaseOrder order = PhaseOrder.of(List.of());
    var parts = new ArrayList<Components.Component>();
    for (int i = 0; i < components; i++) {
      parts.add(new Components.Component(
          "c" + i, false, () -> {}, budget -> {}, Phase.CLOSE, List.of(), Optional.empty()));
    }
    var assembly = new Assembly(order, builder.plan());
    assembly.components(Components.of(parts), List.of());
    var options = new Draining.Options(Optional.empty(), Optional.empty());
    return new Engine(
        assembly.blueprint(Duration.ofMinutes(5)),
        assembly.code(),
        new Draining(List.of(), time, options),
        time,
        false);
  }

  @Test
  void ofTwoCallersOneStartsTheLifecycle() throws Exception {
    int rounds = 5_000;
    var claimed = new LongAdder();
    var engines = new ArrayList<Engine>();
    for (int i = 0; i < rounds; i++) {
      engines.add(engine(SystemTime.SHARED, 0));
    }
    bothInEveryRound(rounds, round -> claimed.add(engines.get(round).claim() ? 1 : 0));
    assertEquals(rounds, claimed.sum());
  }

  @Test
  void noEventThatTwoThreadsBringIsLostOrTakenTwice() throws Exception {
    for (int i = 0; i < 60; i++) {
      var time = new Collected();
      Engine engine = engine(time, 101); // one more than is run: the start goes on
      engine.post(new Event.Start());
      assertEquals(101, time.bodies.size());
      bothInEveryRound(
          50, round -> Optional.ofNullable(time.bodies.poll()).ifPresent(Runnable::run));
      assertEquals(
          100,
          engine.state().units().stream()
              .filter(UnitState.Started.class::isInstance)
              .count());
    }
  }
}
