package cnkit.core.internal;

import static cnkit.core.search.Interleavings.explore;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.search.Interleavings.Scenario;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every order of the accesses of two and three threads, on the real classes. */
class AtomicSearchTest {
  private static void nothing() {}

  @Test
  void theSearchMissesNoOrder() {
    // 3 threads of 3 accesses: 9! / (3! 3! 3!)
    assertEquals(1680, explore(() -> {
      AtomicWord word = new AtomicWord(0);
      Runnable thread = () -> {
        for (int i = 0; i < 3; i++) {
          word.get();
        }
      };
      return Scenario.of(AtomicSearchTest::nothing, thread, thread, thread);
    }));
    // each of two alone, or one within the other at one of two places, or a second change of turn
    assertEquals(2, explore(0, () -> {
      AtomicWord word = new AtomicWord(0);
      Runnable thread = () -> word.advance(w -> w + 1);
      return Scenario.of(AtomicSearchTest::nothing, thread, thread);
    }));
  }

  @Test
  void theSearchFindsALostUpdateAndNamesTheOrder() {
    AssertionError found = assertThrows(
        AssertionError.class,
        () -> explore(() -> {
          AtomicWords words = new AtomicWords(1);
          Runnable careless = () -> words.setRelease(0, words.get(0) + 1);
          return Scenario.of(() -> assertEquals(2, words.get(0)), careless, careless);
        }));
    assertTrue(String.valueOf(found.getMessage()).startsWith("in the order AB"), found::toString);
    assertThrows(
        AssertionError.class,
        () -> explore(() -> Scenario.of(AtomicSearchTest::nothing, () -> {
          throw new IllegalStateException("a thread that fails is not overlooked");
        })));
  }

  @Test
  void threeTransitionsOfAStateFollowEachOther() {
    assertTrue(explore(() -> {
          List<Integer> history = new ArrayList<>(List.of(0));
          AtomicState<Integer> state = new AtomicState<>(0, (before, after) -> {
            assertEquals(before + 1, after);
            history.add(after);
          });
          int[] before = new int[3];
          Runnable first = () -> before[0] = state.advance(n -> n + 1, (from, to) -> from);
          Runnable second = () -> before[1] = state.advance(n -> n + 1) - 1;
          Runnable third = () -> before[2] = state.advance(n -> n + 1, (from, to) -> to - 1);
          return Scenario.of(
              () -> {
                assertEquals(3, state.get());
                assertEquals(3, before[0] + before[1] + before[2]);
                assertEquals(4, history.size());
              },
              first,
              second,
              third);
        })
        > 20);
  }

  @Test
  void aStepThatChangesNothingWritesNothing() {
    // one access only: so there are two orders of two threads, and not six
    assertEquals(2, explore(() -> {
      AtomicWord word = new AtomicWord(1);
      Runnable thread = () -> assertEquals(1, word.advance(w -> w));
      return Scenario.of(AtomicSearchTest::nothing, thread, thread);
    }));
    assertEquals(2, explore(() -> {
      AtomicState<String> state = new AtomicState<>("same");
      Runnable thread = () -> state.advance(s -> s);
      return Scenario.of(AtomicSearchTest::nothing, thread, thread);
    }));
    assertEquals(2, explore(() -> {
      AtomicWords words = new AtomicWords(1);
      Runnable thread = () -> words.advance(0, (w, a, b) -> w, 0, 0);
      return Scenario.of(AtomicSearchTest::nothing, thread, thread);
    }));
  }

  @Test
  void stepsAndAdditionsOfAWordFollowEachOther() {
    assertTrue(explore(() -> {
          AtomicWord word = new AtomicWord(0);
          long[] before = new long[3];
          return Scenario.of(
              () -> {
                assertEquals(3, word.get());
                assertEquals(3, before[0] + before[1] + before[2]);
              },
              () -> before[0] = word.advance(w -> w + 1),
              () -> before[1] = word.add(1),
              () -> before[2] = word.advance((w, a, b) -> w + a + b, 3, -2));
        })
        > 20);
    assertTrue(explore(() -> {
          AtomicWords words = new AtomicWords(1);
          long[] before = new long[3];
          return Scenario.of(
              () -> {
                assertEquals(3, words.get(0));
                assertEquals(3, before[0] + before[1] + before[2]);
              },
              () -> before[0] = words.advance(0, (w, a, b) -> w + a, 1, 0),
              () -> before[1] = words.add(0, 1),
              () -> before[2] = words.advance(0, (w, a, b) -> w + a + b, 3, -2));
        })
        > 20);
  }

  @Test
  void ofThreeThatAskOnceAnswersOne() {
    assertTrue(explore(() -> {
          Once once = new Once();
          List<Boolean> answers = new ArrayList<>();
          Runnable asking = () -> answers.add(once.first());
          return Scenario.of(
              () -> {
                assertEquals(1, answers.stream().filter(first -> first).count());
                assertTrue(once.isTaken());
              },
              asking,
              asking,
              asking);
        })
        > 5);
    assertFalse(new Once().isTaken());
  }
}
