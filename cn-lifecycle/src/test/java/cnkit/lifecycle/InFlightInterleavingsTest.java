package cnkit.lifecycle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of the steps of enter, exit and close for three threads: two that work and one that closes. A step is
 * one atomic access of {@link InFlight}, in the order in which its methods make them; all of them are volatile or atomic, so
 * their interleavings are all that can happen.
 *
 * <p>The same search with one step of the algorithm left out or moved must find a violation: that is what makes its silence
 * mean something.
 */
class InFlightInterleavingsTest {
  private static final long CLOSED_BIT = 1L << 40;
  private static final int STRIPES = 2;

  /** The algorithm, and ways to break it. */
  private enum Variant {
    AS_IT_IS,
    /** A flag of the whole beside the counters: tested first, counted second. */
    FLAG_BESIDE_THE_COUNT,
    /** The last one out does not look. */
    EXIT_DOES_NOT_LOOK,
    /** Exit looks before it counts. */
    EXIT_LOOKS_FIRST,
    /** Close looks before it has said that it is closed. */
    CLOSE_LOOKS_FIRST,
    /** Drained is told by stripes that are not all closed. */
    TOLD_WHILE_CLOSING
  }

  /** All memory that the threads share, and where each of them is in its program. */
  private static final class World {
    final long[] entered = new long[STRIPES];
    final long[] exited = new long[STRIPES];
    final long[] frozen = new long[STRIPES];
    int intake; // 0 open, 1 closing, 2 closed
    int told;
    final int[] pc = {0, 0, 0};
    /** 1 when the worker holds a slot, -1 when it was refused. */
    final int[] holds = {0, 0};

    final int[] scan = {0, 0, 0};
    /** What a worker has read of the intake. */
    final int[] read = {0, 0, 0};

    World copy() {
      var copy = new World();
      System.arraycopy(entered, 0, copy.entered, 0, STRIPES);
      System.arraycopy(exited, 0, copy.exited, 0, STRIPES);
      System.arraycopy(frozen, 0, copy.frozen, 0, STRIPES);
      copy.intake = intake;
      copy.told = told;
      System.arraycopy(pc, 0, copy.pc, 0, 3);
      System.arraycopy(holds, 0, copy.holds, 0, 2);
      System.arraycopy(scan, 0, copy.scan, 0, 3);
      System.arraycopy(read, 0, copy.read, 0, 3);
      return copy;
    }

    List<Object> key() {
      return List.of(
          Arrays.toString(entered),
          Arrays.toString(exited),
          Arrays.toString(frozen),
          intake,
          told,
          Arrays.toString(pc),
          Arrays.toString(holds),
          Arrays.toString(scan),
          Arrays.toString(read));
    }
  }

  private Variant tried = Variant.AS_IT_IS;
  private final Set<List<Object>> seen = new HashSet<>();
  private final List<String> violations = new ArrayList<>();
  private int ends;

  @Test // case L20
  void noInterleavingTellsTooEarlyOrNeverOrLetsAnythingSlipIn() {
    search(Variant.AS_IT_IS);
    assertEquals(List.of(), violations);
    assertTrue(seen.size() > 1_000 && ends > 5, seen.size() + " states, " + ends + " ends");
  }

  @Test
  void theSearchSeesEveryStepThatIsLeftOutOrMoved() {
    for (Variant variant : Variant.values()) {
      if (variant != Variant.AS_IT_IS) {
        search(variant);
        assertTrue(!violations.isEmpty(), variant + " went unnoticed");
      }
    }
  }

  private void search(Variant variant) {
    tried = variant;
    seen.clear();
    violations.clear();
    ends = 0;
    explore(new World());
  }

  private void explore(World world) {
    if (!violations.isEmpty() || !seen.add(world.key())) {
      return;
    }
    boolean stuck = true;
    for (int thread = 0; thread < 3; thread++) {
      World next = world.copy();
      if (thread < 2 ? work(next, thread) : close(next)) {
        stuck = false;
        explore(next);
      }
    }
    if (stuck) {
      ends++;
      if (world.told != 1) {
        violations.add("told " + world.told + " times at the end");
      }
      long accepted = 0;
      long rejected = 0;
      for (int s = 0; s < STRIPES; s++) {
        accepted += world.frozen[s];
        rejected += (world.entered[s] & (CLOSED_BIT - 1)) - world.frozen[s];
        if (world.exited[s] != world.frozen[s]) {
          violations.add("what was let in and what came out differ");
        }
      }
      if (tried != Variant.FLAG_BESIDE_THE_COUNT && accepted + rejected != 4) {
        violations.add("the ledger does not add up");
      }
    }
  }

  /** Enter, exit, twice; false when it has nothing more to do. */
  private boolean work(World world, int me) {
    int pc = world.pc[me];
    if (pc >= 10) {
      return false;
    }
    boolean beside = tried == Variant.FLAG_BESIDE_THE_COUNT;
    switch (pc % 5) {
      case 0 -> { // read the flag, where there is one beside the count
        world.read[me] = world.intake;
        world.pc[me]++;
        if (!beside) {
          enter(world, me);
          world.pc[me]++;
        }
      }
      case 1 -> {
        if (world.read[me] == 0) {
          world.entered[me]++;
          if (world.told > 0) {
            violations.add("slipped in after the end was told");
          }
          world.holds[me] = 1;
        } else {
          world.holds[me] = -1;
        }
        world.pc[me]++;
      }
      case 2 -> {
        if (world.holds[me] < 0) {
          world.pc[me] += 3;
          world.holds[me] = 0;
        } else if (tried == Variant.EXIT_LOOKS_FIRST) {
          world.read[me] = world.intake;
          world.pc[me]++;
        } else {
          exit(world, me);
          world.pc[me]++;
        }
      }
      case 3 -> {
        if (tried == Variant.EXIT_LOOKS_FIRST) {
          exit(world, me);
        } else {
          world.read[me] = world.intake;
        }
        boolean look =
            world.read[me] == 2 || (tried == Variant.TOLD_WHILE_CLOSING && world.read[me] == 1);
        if (tried == Variant.EXIT_DOES_NOT_LOOK || !look) {
          world.pc[me] += 2;
        } else {
          world.scan[me] = 0;
          world.pc[me]++;
        }
      }
      default -> {
        if (scan(world, me)) {
          world.pc[me]++;
        }
      }
    }
    return true;
  }

  private void enter(World world, int me) {
    boolean closed = (world.entered[me] & CLOSED_BIT) != 0;
    world.entered[me]++;
    world.holds[me] = closed ? -1 : 1;
    if (!closed && world.told > 0) {
      violations.add("slipped in after the end was told");
    }
  }

  private static void exit(World world, int me) {
    world.exited[me]++;
    world.holds[me] = 0;
  }

  /** One read of a stripe; true when the look is over. The end is told by whoever takes the callback, once. */
  private boolean scan(World world, int me) {
    int stripe = world.scan[me];
    long in = world.frozen[stripe];
    if (tried == Variant.TOLD_WHILE_CLOSING && world.intake < 2) {
      in = world.entered[stripe] & (CLOSED_BIT - 1);
    }
    if (world.exited[stripe] < in) {
      return true;
    }
    if (++world.scan[me] < STRIPES) {
      return false;
    }
    if (world.told == 0) {
      world.told = 1;
      for (int worker = 0; worker < 2; worker++) {
        if (world.holds[worker] > 0) {
          violations.add("told while one is open");
        }
      }
    }
    return true;
  }

  private boolean close(World world) {
    int pc = world.pc[2];
    int lookAt = STRIPES + 2;
    if (pc > lookAt) {
      return false;
    }
    if (pc == 0) {
      world.intake = 1;
    } else if (pc <= STRIPES) {
      int stripe = pc - 1;
      world.frozen[stripe] = world.entered[stripe];
      if (tried != Variant.FLAG_BESIDE_THE_COUNT) {
        world.entered[stripe] |= CLOSED_BIT;
      }
    } else if (pc == STRIPES + 1) {
      if (tried == Variant.CLOSE_LOOKS_FIRST) {
        if (!scan(world, 2)) {
          return true;
        }
      } else {
        world.intake = 2;
      }
    } else if (tried == Variant.CLOSE_LOOKS_FIRST) {
      world.intake = 2;
    } else if (!scan(world, 2)) {
      return true;
    }
    world.pc[2]++;
    return true;
  }
}
