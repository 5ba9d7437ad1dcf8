package cnkit.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.search.Race;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Two threads in a hot loop, and an exact sum at the end. */
class AtomicRaceTest {
  private static final int STEPS = 300_000;
  /** More, since an addition is over before another thread comes. */
  private static final int ADDITIONS = 10_000_000;

  @Test
  void noTransitionOfAStateIsLostAndEachIsToldOnce() {
    LongAdder committed = new LongAdder();
    AtomicState<Integer> state =
        new AtomicState<>(0, (before, after) -> committed.add(after - before));
    long sum = Race.of(2, thread -> {
      long before = 0;
      for (int i = 0; i < STEPS; i++) {
        before += i % 2 == 0
            ? state.advance(n -> n + 1, (from, to) -> to - from)
            : state.advance(n -> n + 1) > 0 ? 1 : 0;
      }
      return before;
    });
    assertEquals(2 * STEPS, state.get());
    assertEquals(2 * STEPS, sum);
    assertEquals(2 * STEPS, committed.sum());
  }

  @Test
  void eachStepOfAWordStartsFromAnotherNumber() {
    AtomicWord word = new AtomicWord(0);
    long n = 2L * STEPS;
    // each number is the one before of exactly one step
    assertEquals(n * (n - 1) / 2, Race.of(2, thread -> {
      long before = 0;
      for (int i = 0; i < STEPS; i++) {
        before += switch (i % 3) {
          case 0 -> word.advance(w -> w + 1);
          case 1 -> word.advance((w, a, b) -> w + a + b, 3, -2);
          default -> word.add(1);
        };
      }
      return before;
    }));
    assertEquals(n, word.get());
  }

  @Test
  void eachStepOfAWordAmongOthersStartsFromAnotherNumber() {
    AtomicWords words = new AtomicWords(2);
    long n = 2L * STEPS;
    assertEquals(n * (n - 1) / 2, Race.of(2, thread -> {
      long before = 0;
      for (int i = 0; i < STEPS; i++) {
        before += switch (i % 3) {
          case 0 -> words.advance(1, (w, a, b) -> w + a, 1, 0);
          case 1 -> words.advance(1, (w, a, b) -> w + a + b, 3, -2);
          default -> words.add(1, 1);
        };
        words.setRelease(0, -1);
      }
      return before;
    }));
    assertEquals(n, words.get(1));
    assertEquals(-1, words.get(0));
  }

  @Test
  void noAdditionToAWordIsLost() {
    AtomicWord word = new AtomicWord(0);
    Race.of(2, thread -> {
      for (int i = 0; i < ADDITIONS; i++) {
        word.add(1);
      }
      return 0;
    });
    assertEquals(2 * ADDITIONS, word.get());
  }

  @Test
  void noAdditionToAWordAmongOthersIsLost() {
    AtomicWords words = new AtomicWords(2);
    Race.of(2, thread -> {
      for (int i = 0; i < ADDITIONS; i++) {
        words.add(1, 1);
      }
      return 0;
    });
    assertEquals(2 * ADDITIONS, words.get(1));
  }

  @Test
  void onceIsTrueForExactlyOneOfTwo() {
    int rounds = 5_000;
    Once[] flags = new Once[rounds];
    for (int i = 0; i < rounds; i++) {
      flags[i] = new Once();
    }
    AtomicInteger arrived = new AtomicInteger();
    assertEquals(rounds, Race.of(2, thread -> {
      long first = 0;
      for (int i = 0; i < rounds; i++) {
        arrived.incrementAndGet();
        while (arrived.get() < 2 * (i + 1)) {
          Thread.onSpinWait(); // both come to each flag at the same time
        }
        first += flags[i].first() ? 1 : 0;
      }
      return first;
    }));
    for (Once flag : flags) {
      assertTrue(flag.isTaken());
    }
  }
}
