package cnkit.lifecycle;

import static cnkit.core.search.Interleavings.explore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.internal.SystemTime;
import cnkit.core.search.Interleavings.Scenario;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Threads that enter, exit, close and cut, in the orders of their atomic accesses in which at most two of them are cut
 * short, on the product's own class. The smallest one is searched: two stripes.
 */
class InFlightInterleavingsTest {
  private static final int CUTS = 2;

  /** One searched object and what its threads have seen; only one thread runs at a time. */
  private static final class Watched {
    final InFlight work = new InFlight(1, SystemTime.SHARED);
    int holding;
    int accepted;
    int rejected;
    int told;
    int tooEarly;

    Watched() {
      work.whenDrained(() -> {
        told++;
        tooEarly += holding;
      });
    }

    void work() {
      int slot = work.enter(WorkKind.REQUEST);
      if (slot < 0) {
        rejected++;
        return;
      }
      holding++;
      accepted++;
      tooEarly += told;
      holding--;
      work.exit(slot);
    }

    void requireToldOnce() {
      assertEquals(0, tooEarly, "told while a slot was held");
      assertEquals(1, told, "told exactly once");
      assertTrue(work.drained());
      assertEquals(
          new WorkCounts(WorkKind.REQUEST, accepted + rejected, accepted, rejected, 0, 0),
          work.workCounts(WorkKind.REQUEST));
    }
  }

  @Test // case L20
  void noOrderTellsTooEarlyOrNeverOrLetsAnythingSlipIn() {
    assertTrue(explore(CUTS, () -> {
          var it = new Watched();
          return Scenario.of(it::requireToldOnce, it::work, it.work::close, it::work);
        })
        > 100);
  }

  @Test
  void theLastOfTwoThatLeaveAClosedIntakeTells() {
    assertTrue(explore(CUTS, () -> {
          var it = new Watched();
          int first = it.work.enter(WorkKind.REQUEST);
          int second = it.work.enter(WorkKind.REQUEST);
          it.accepted = 2;
          it.work.close();
          return Scenario.of(
              it::requireToldOnce, () -> it.work.exit(first), () -> it.work.exit(second));
        })
        > 10);
  }

  @Test
  void countsReadDuringACloseAddUp() {
    assertTrue(explore(CUTS, () -> {
          var it = new Watched();
          return Scenario.of(it::requireToldOnce, it::work, it.work::close, () -> {
            WorkCounts seen = it.work.workCounts(WorkKind.REQUEST);
            assertEquals(
                seen.accepted(), seen.completed() + seen.rejected() + seen.cut() + seen.open());
            assertTrue(seen.open() >= 0 && seen.rejected() >= 0, seen::toString);
          });
        })
        > 100);
  }

  @Test
  void whatIsCutWhileItEndsIsCountedOnce() {
    assertTrue(explore(CUTS, () -> {
          var it = new Watched();
          Token token = it.work.open(WorkKind.JOB, "job");
          return Scenario.of(
              () -> {
                WorkCounts counts = it.work.workCounts(WorkKind.JOB);
                assertEquals(1, counts.completed() + counts.cut(), counts::toString);
                assertEquals(List.of(), it.work.open());
                assertEquals(1, it.told);
              },
              token::close,
              it.work::cut);
        })
        > 100);
  }
}
