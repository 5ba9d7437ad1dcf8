package cnkit.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.core.internal.Turns;
import java.util.ArrayDeque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class CountWindowTest {
  @Property
  @Label("case R35: one word holds exactly the last n outcomes, at every step")
  void aWordHoldsExactlyTheLastOutcomes(
      @ForAll @IntRange(min = 1, max = 62) int size,
      @ForAll @Size(max = 200) List<Boolean> outcomes) {
    long word = CountWord.EMPTY;
    ArrayDeque<Boolean> oracle = new ArrayDeque<>();
    for (boolean bad : outcomes) {
      word = CountWord.push(word, size, bad);
      oracle.addLast(bad);
      if (oracle.size() > size) {
        oracle.removeFirst();
      }
      assertEquals(oracle.size(), CountWord.size(word));
      assertEquals(oracle.stream().filter(b -> b).count(), CountWord.bad(word));
      assertEquals(oracle.size() == size, CountWord.isFull(word, size));
    }
  }

  @Property
  @Label("case R35: from 63 outcomes on, a ring holds exactly the last n")
  void aRingHoldsExactlyTheLastOutcomes(
      @ForAll @IntRange(min = 1, max = 100) int size,
      @ForAll @Size(max = 300) List<@IntRange(max = 3) Integer> outcomes) {
    int[] accesses = {0};
    RingWindow ring = new RingWindow(size);
    ArrayDeque<Integer> oracle = new ArrayDeque<>();
    for (int outcome : outcomes) { // 1: failed, 2: slow
      boolean changesNothing =
          outcome == 0 && oracle.size() == size && oracle.stream().allMatch(o -> o == 0);
      accesses[0] = 0;
      Turns.install(() -> accesses[0]++);
      ring.record((outcome & 1) != 0, (outcome & 2) != 0, 0);
      Turns.remove();
      // one read of the sum; who writes takes a slot as well
      assertEquals(changesNothing, accesses[0] == 1, "accesses");
      oracle.addLast(outcome);
      if (oracle.size() > size) {
        oracle.removeFirst();
      }
      int failures = (int) oracle.stream().filter(o -> (o & 1) != 0).count();
      int slow = (int) oracle.stream().filter(o -> (o & 2) != 0).count();
      assertEquals(new Window.Tally(oracle.size(), failures, slow), ring.tally(0));
      assertEquals(oracle.size() == size, ring.isFull(0));
    }
  }

  @Property
  @Label("case R35: 62 outcomes are one word, 63 are a ring")
  void largeWindowsAreRings(@ForAll @IntRange(min = 1, max = 200) int size) {
    BreakerSettings settings = BreakerSettings.countWindow(size);
    assertEquals(size <= 62 ? size : 0, BreakerRules.packedSize(settings));
  }
}
