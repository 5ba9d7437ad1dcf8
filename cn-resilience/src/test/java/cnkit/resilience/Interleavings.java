package cnkit.resilience;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Runs a few programs of atomic steps in every order in which a machine could. Each run starts from a new scenario, so a
 * program may be any object with a memory; the search goes through the choices depth first.
 */
final class Interleavings {
  private static final int LONGEST = 200;

  private Interleavings() {}

  /** One thread: a step is one access of shared memory and what follows from it. */
  interface Program {
    /** Makes one step; false if it was the last. */
    boolean step();

    /** Whether a step would do anything but wait. */
    default boolean isReady() {
      return true;
    }
  }

  /** Fresh memory, the threads, and what must hold in the end. */
  interface Scenario {
    List<Program> programs();

    /** Throws if the end is not a right one. */
    void check();
  }

  /** How many orders there were; an {@link AssertionError} names the first that ended wrong. */
  static long explore(Supplier<? extends Scenario> scenarios) {
    List<Integer> path = new ArrayList<>();
    long runs = 0;
    while (true) {
      List<Integer> options = new ArrayList<>();
      run(scenarios.get(), path, options);
      runs++;
      int last = path.size() - 1;
      while (last >= 0 && path.get(last) + 1 == options.get(last)) {
        last--;
      }
      if (last < 0) {
        return runs;
      }
      path = new ArrayList<>(path.subList(0, last + 1));
      path.set(last, path.get(last) + 1);
    }
  }

  /** Follows the path, and the first choice beyond it; appends to the path what it chose there. */
  private static void run(Scenario scenario, List<Integer> path, List<Integer> options) {
    List<Program> left = new ArrayList<>(scenario.programs());
    List<Program> all = List.copyOf(left);
    StringBuilder order = new StringBuilder();
    for (int depth = 0; !left.isEmpty(); depth++) {
      assertTrue(depth < LONGEST, () -> "no end in sight: " + order);
      List<Program> ready = left.stream().filter(Program::isReady).toList();
      assertTrue(!ready.isEmpty(), () -> "all wait: " + order);
      if (depth == path.size()) {
        path.add(0);
      }
      options.add(ready.size());
      Program next = ready.get(path.get(depth));
      order.append((char) ('A' + all.indexOf(next)));
      if (!next.step()) {
        left.remove(next);
      }
    }
    try {
      scenario.check();
    } catch (AssertionError e) {
      throw new AssertionError("in the order " + order + ": " + e.getMessage(), e);
    }
  }
}
