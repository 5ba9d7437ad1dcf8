package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InFlightTest {
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 3);
  private final InFlight inFlight = new InFlight(clock::get);

  @Test
  void whatEntersIsInFlightUntilItExits() {
    int first = inFlight.enter(Kind.REQUEST);
    int second = inFlight.enter(Kind.REQUEST);
    assertEquals(2, inFlight.count(Kind.REQUEST));
    assertEquals(0, inFlight.count(Kind.JOB));
    inFlight.exit(first);
    inFlight.exit(second);
    assertEquals(0, inFlight.count(Kind.REQUEST));
    assertEquals(new Ledger(Kind.REQUEST, 2, 2, 0, 0, 0), inFlight.ledger(Kind.REQUEST));
  }

  @Test
  void afterCloseNothingIsLetInAndARefusalChangesNoCount() {
    int slot = inFlight.enter(Kind.REQUEST);
    inFlight.close();
    assertTrue(inFlight.closed());
    for (int i = 0; i < 100; i++) {
      int refused = inFlight.enter(Kind.REQUEST);
      assertEquals(InFlight.REFUSED, refused);
      inFlight.exit(refused);
      assertTrue(inFlight.open(Kind.REQUEST, "late").refused());
    }
    assertEquals(1, inFlight.count(Kind.REQUEST));
    assertFalse(inFlight.drained());
    inFlight.exit(slot);
    assertTrue(inFlight.drained());
    assertEquals(new Ledger(Kind.REQUEST, 201, 1, 200, 0, 0), inFlight.ledger(Kind.REQUEST));
  }

  @Test // case L23
  void probesAreNeitherRefusedNorCountedNorWaitedFor() {
    int before = inFlight.enter(Kind.PROBE);
    inFlight.close();
    int after = inFlight.enter(Kind.PROBE);
    assertTrue(after >= 0);
    assertTrue(inFlight.drained());
    Token token = inFlight.open(Kind.PROBE, "/livez");
    assertFalse(token.refused());
    token.close();
    inFlight.exit(before);
    inFlight.exit(after);
    assertEquals(new Ledger(Kind.PROBE, 0, 0, 0, 0, 0), inFlight.ledger(Kind.PROBE));
    assertEquals(0, inFlight.ledgers().stream().mapToLong(Ledger::accepted).sum());
  }

  @Test
  void clientsAreAskedToLeaveBeforeTheIntakeIsClosed() {
    assertFalse(inFlight.draining());
    inFlight.drain();
    assertTrue(inFlight.draining());
    assertFalse(inFlight.closed());
    assertTrue(inFlight.enter(Kind.REQUEST) >= 0);
  }

  @Test
  void aTokenMayBeClosedByAnyThreadAndMoreThanOnce() throws Exception {
    Token token = inFlight.open(Kind.JOB, "import");
    assertEquals("import", token.label());
    clock.addAndGet(7);
    assertEquals(Duration.ofNanos(7), token.age());
    var other = new Thread(token::close);
    other.start();
    other.join();
    token.close();
    token.close();
    assertEquals(new Ledger(Kind.JOB, 1, 1, 0, 0, 0), inFlight.ledger(Kind.JOB));
  }

  @Test
  void whatIsCutIsNamedOldestFirstToldOnceAndNeverTwice() {
    var told = new ArrayList<String>();
    Token old = inFlight.open(Kind.REQUEST, "old").onCancel(() -> told.add("old"));
    clock.addAndGet(5);
    Token young = inFlight.open(Kind.STREAM, "young").onCancel(() -> told.add("young"));
    Token done = inFlight.open(Kind.JOB, "done").onCancel(() -> told.add("done"));
    done.close();
    List<Token> cut = inFlight.cut();
    assertEquals(List.of(old, young), cut);
    cut.forEach(Token::runCancel);
    cut.forEach(Token::runCancel);
    assertEquals(List.of("old", "young"), told);
    assertTrue(old.cancelled());
    assertFalse(done.cancelled());
    assertEquals(List.of(), inFlight.cut());
    Ledger before = inFlight.ledger(Kind.REQUEST);
    assertEquals(new Ledger(Kind.REQUEST, 1, 0, 0, 1, 0), before);
    old.close();
    assertEquals(before, inFlight.ledger(Kind.REQUEST), "cut stays cut, whenever it ends");
  }

  @Test
  void whoSaysTooLateHowToCancelIsToldAtOnce() {
    var told = new AtomicInteger();
    Token token = inFlight.open(Kind.JOB, "import");
    inFlight.cut().forEach(Token::runCancel);
    token.onCancel(told::incrementAndGet);
    assertEquals(1, told.get());
  }

  @Test
  void theEndIsToldOnceAndOnlyWhenAllIsOver() {
    var told = new AtomicInteger();
    int slot = inFlight.enter(Kind.REQUEST);
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
        real.exit(real.enter(Kind.REQUEST));
      }
      slots = Math.min(slots, threads.getCurrentThreadAllocatedBytes() - before);
      before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        real.open(Kind.JOB, "import").close();
      }
      tokens = Math.min(tokens, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(slots < 1_000, "10,000 slots allocated " + slots + " bytes");
    assertTrue(tokens < 48 * 10_000 + 1_000, "10,000 tokens allocated " + tokens + " bytes");
  }

  @Test
  void nothingIsAllocatedByRefusing() {
    inFlight.close();
    assertSame(inFlight.open(Kind.JOB, "a"), inFlight.open(Kind.JOB, "b"));
  }

  @Test // case L20
  void aHundredThousandRacesOfEnteringAgainstClosingNeverTellTooEarlyOrNever() throws Exception {
    int threads = 3;
    int rounds = 20_000; // each with 2 threads x 3 entries against one close
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    var barrier = new CyclicBarrier(threads);
    var current = new InFlight[1];
    var open = new AtomicInteger();
    var tooEarly = new AtomicInteger();
    var told = new AtomicInteger();
    var accepted = new AtomicLong();
    var rejected = new AtomicLong();
    var running = new ArrayList<Future<?>>();
    for (int t = 0; t < threads; t++) {
      boolean closer = t == 0;
      running.add(pool.submit(() -> {
        for (int round = 0; round < rounds; round++) {
          if (closer) {
            current[0] = new InFlight(System::nanoTime, 2);
            InFlight work = current[0];
            work.whenDrained(() -> {
              told.incrementAndGet();
              if (open.get() != 0) {
                tooEarly.incrementAndGet();
              }
            });
          }
          barrier.await(30, TimeUnit.SECONDS);
          InFlight work = current[0];
          if (closer) {
            work.close();
          } else {
            for (int i = 0; i < 3; i++) {
              // counted before it is asked for, and after it is given back: never too low
              open.incrementAndGet();
              int slot = work.enter(Kind.REQUEST);
              if (slot < 0) {
                open.decrementAndGet();
                rejected.incrementAndGet();
              } else {
                accepted.incrementAndGet();
                open.decrementAndGet();
                work.exit(slot);
              }
            }
          }
          barrier.await(30, TimeUnit.SECONDS);
          if (closer) {
            if (!work.drained() || work.count(Kind.REQUEST) != 0) {
              tooEarly.addAndGet(1_000_000);
            }
            Ledger ledger = work.ledger(Kind.REQUEST);
            if (ledger.accepted() != 6) {
              tooEarly.addAndGet(1_000_000);
            }
          }
          barrier.await(30, TimeUnit.SECONDS);
        }
        return null;
      }));
    }
    for (Future<?> future : running) {
      future.get(50, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertEquals(6L * rounds, accepted.get() + rejected.get());
    assertEquals(rounds, told.get(), "told exactly once each");
    assertEquals(0, tooEarly.get());
  }
}
