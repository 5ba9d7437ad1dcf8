package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.internal.SystemTime;
import cnkit.core.testing.VirtualTime;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InFlightTest {
  private final VirtualTime time = VirtualTime.startingAt(Long.MAX_VALUE - 3);
  private final InFlight inFlight = new InFlight(time);

  @Test
  void whatEntersIsInFlightUntilItExits() {
    int first = inFlight.enter(WorkKind.REQUEST);
    int second = inFlight.enter(WorkKind.REQUEST);
    assertEquals(2, inFlight.count(WorkKind.REQUEST));
    assertEquals(0, inFlight.count(WorkKind.JOB));
    inFlight.exit(first);
    inFlight.exit(second);
    assertEquals(0, inFlight.count(WorkKind.REQUEST));
    assertEquals(
        new WorkCounts(WorkKind.REQUEST, 2, 2, 0, 0, 0), inFlight.workCounts(WorkKind.REQUEST));
  }

  @Test
  void afterCloseNothingIsLetInAndARefusalChangesNoCount() {
    int slot = inFlight.enter(WorkKind.REQUEST);
    inFlight.close();
    assertTrue(inFlight.closed());
    for (int i = 0; i < 100; i++) {
      int refused = inFlight.enter(WorkKind.REQUEST);
      assertEquals(InFlight.REFUSED, refused);
      inFlight.exit(refused);
      assertTrue(inFlight.open(WorkKind.REQUEST, "late").refused());
    }
    assertEquals(1, inFlight.count(WorkKind.REQUEST));
    assertFalse(inFlight.drained());
    inFlight.exit(slot);
    assertTrue(inFlight.drained());
    assertEquals(
        new WorkCounts(WorkKind.REQUEST, 201, 1, 200, 0, 0), inFlight.workCounts(WorkKind.REQUEST));
  }

  @Test // case L23
  void probesAreNeitherRefusedNorCountedNorWaitedFor() {
    int before = inFlight.enter(WorkKind.PROBE);
    inFlight.close();
    int after = inFlight.enter(WorkKind.PROBE);
    assertTrue(after >= 0);
    assertTrue(inFlight.drained());
    Token token = inFlight.open(WorkKind.PROBE, "/livez");
    assertFalse(token.refused());
    token.close();
    inFlight.exit(before);
    inFlight.exit(after);
    assertEquals(
        new WorkCounts(WorkKind.PROBE, 0, 0, 0, 0, 0), inFlight.workCounts(WorkKind.PROBE));
    assertEquals(
        0, inFlight.workCounts().stream().mapToLong(WorkCounts::accepted).sum());
  }

  @Test
  void clientsAreAskedToLeaveBeforeTheIntakeIsClosed() {
    assertFalse(inFlight.draining());
    inFlight.drain();
    assertTrue(inFlight.draining());
    assertFalse(inFlight.closed());
    assertTrue(inFlight.enter(WorkKind.REQUEST) >= 0);
  }

  @Test
  void aTokenMayBeClosedByAnyThreadAndMoreThanOnce() throws Exception {
    Token token = inFlight.open(WorkKind.JOB, "import");
    assertEquals("import", token.label());
    time.advance(Duration.ofNanos(7));
    assertEquals(Duration.ofNanos(7), token.age());
    var other = new Thread(token::close);
    other.start();
    other.join();
    token.close();
    token.close();
    assertEquals(new WorkCounts(WorkKind.JOB, 1, 1, 0, 0, 0), inFlight.workCounts(WorkKind.JOB));
  }

  @Test
  void whatIsCutIsNamedOldestFirstToldOnceAndNeverTwice() {
    var told = new ArrayList<String>();
    Token old = inFlight.open(WorkKind.REQUEST, "old").onCancel(() -> told.add("old"));
    time.advance(Duration.ofNanos(5));
    Token young = inFlight.open(WorkKind.STREAM, "young").onCancel(() -> told.add("young"));
    Token done = inFlight.open(WorkKind.JOB, "done").onCancel(() -> told.add("done"));
    done.close();
    List<Token> cut = inFlight.cut();
    assertEquals(List.of(old, young), cut);
    cut.forEach(Token::runCancel);
    cut.forEach(Token::runCancel);
    assertEquals(List.of("old", "young"), told);
    assertTrue(old.cancelled());
    assertFalse(done.cancelled());
    assertEquals(List.of(), inFlight.cut());
    WorkCounts before = inFlight.workCounts(WorkKind.REQUEST);
    assertEquals(new WorkCounts(WorkKind.REQUEST, 1, 0, 0, 1, 0), before);
    old.close();
    assertEquals(before, inFlight.workCounts(WorkKind.REQUEST), "cut stays cut, whenever it ends");
  }

  @Test
  void whoSaysTooLateHowToCancelIsToldAtOnce() {
    var told = new AtomicInteger();
    Token token = inFlight.open(WorkKind.JOB, "import");
    inFlight.cut().forEach(Token::runCancel);
    token.onCancel(told::incrementAndGet);
    assertEquals(1, told.get());
  }

  @Test
  void theEndIsToldOnceAndOnlyWhenAllIsOver() {
    var told = new AtomicInteger();
    int slot = inFlight.enter(WorkKind.REQUEST);
    inFlight.whenDrained(told::incrementAndGet);
    inFlight.close();
    assertEquals(0, told.get());
    inFlight.exit(slot);
    assertEquals(1, told.get());
    inFlight.close();
    assertEquals(1, told.get());
  }

  @Test
  void aSlotCostsNoMemoryAndATokenAtMost48Bytes() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    var real = new InFlight();
    long slots = Long.MAX_VALUE;
    long tokens = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) { // the first rounds are interpreted and compiled
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        real.exit(real.enter(WorkKind.REQUEST));
      }
      slots = Math.min(slots, threads.getCurrentThreadAllocatedBytes() - before);
      before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        real.open(WorkKind.JOB, "import").close();
      }
      tokens = Math.min(tokens, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(slots < 1_000, "10,000 slots allocated " + slots + " bytes");
    assertTrue(tokens < 48 * 10_000 + 1_000, "10,000 tokens allocated " + tokens + " bytes");
  }

  @Test
  void nothingIsAllocatedByRefusing() {
    inFlight.close();
    assertSame(inFlight.open(WorkKind.JOB, "a"), inFlight.open(WorkKind.JOB, "b"));
  }

  /*
   * What a round observes must not be wrong by itself. Each worker counts itself only while it certainly holds a slot: after
   * enter has given one, and until it asks to give it back. So whoever finds the count above zero when the end is told has
   * found a violation, and so has a worker that finds the end told while it holds. (To count before asking would also count
   * those about to be refused, which may ask at any time, and would accuse an end that was told rightly.)
   */
  private static final class Race {
    final InFlight work = new InFlight(SystemTime.SHARED, 2);
    final AtomicInteger holding = new AtomicInteger();
    final AtomicInteger told = new AtomicInteger();
    final AtomicInteger tooEarly = new AtomicInteger();
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger rejected = new AtomicInteger();

    Race() {
      work.whenDrained(() -> {
        told.incrementAndGet();
        tooEarly.addAndGet(holding.get());
      });
    }

    void work(int pause) {
      for (int i = 0; i < 3; i++) {
        int slot = work.enter(WorkKind.REQUEST);
        if (slot < 0) {
          rejected.incrementAndGet();
        } else {
          holding.incrementAndGet();
          accepted.incrementAndGet();
          spin(pause);
          tooEarly.addAndGet(told.get());
          holding.decrementAndGet();
          work.exit(slot);
        }
      }
    }

    void check() {
      assertEquals(0, tooEarly.get(), "told while a slot was held");
      assertEquals(1, told.get(), "told exactly once");
      assertTrue(work.drained(), "drained when all have left");
      assertEquals(
          new WorkCounts(WorkKind.REQUEST, 6, accepted.get(), rejected.get(), 0, 0),
          work.workCounts(WorkKind.REQUEST));
    }
  }

  private static void spin(int times) {
    for (int i = 0; i < times; i++) {
      Thread.onSpinWait();
    }
  }

  private static void awaitAtLeast(AtomicInteger value, int wanted) {
    for (int spins = 1; value.get() < wanted; spins++) {
      // all three must be on a processor at the same moment: nobody parks, and nobody starves the
      // others
      if (spins % 64 == 0) {
        LockSupport.parkNanos(1);
      }
      Thread.onSpinWait();
    }
  }

  @Test // case L20
  void aHundredThousandRacesOfEnteringAgainstClosingNeverTellTooEarlyOrNever() throws Exception {
    int rounds = 40_000; // each with 2 threads x 3 entries against one close
    var begun = new AtomicInteger();
    var ended = new AtomicInteger();
    var current = new Race[1]; // published by begun
    ExecutorService pool = Executors.newFixedThreadPool(2);
    var workers = new ArrayList<Future<?>>();
    for (int worker = 0; worker < 2; worker++) {
      int own = worker;
      workers.add(pool.submit(() -> {
        for (int round = 0; round < rounds; round++) {
          awaitAtLeast(begun, round + 1);
          current[0].work((round * 7 + own * 31) % 96);
          ended.incrementAndGet();
        }
      }));
    }
    int inTheMiddle = 0;
    int lastOneOut = 0;
    for (int round = 0; round < rounds; round++) {
      var race = new Race();
      current[0] = race;
      begun.incrementAndGet();
      spin(round % 160);
      race.work.close();
      lastOneOut += race.told.get() == 0 ? 1 : 0;
      awaitAtLeast(ended, 2 * (round + 1));
      race.check();
      inTheMiddle += race.accepted.get() > 0 && race.rejected.get() > 0 ? 1 : 0;
    }
    for (Future<?> worker : workers) {
      worker.get(30, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertTrue(inTheMiddle > 0, "no round was closed in the middle: this tested nothing");
    assertTrue(lastOneOut > 0, "close always came last: this tested nothing");
  }
}
