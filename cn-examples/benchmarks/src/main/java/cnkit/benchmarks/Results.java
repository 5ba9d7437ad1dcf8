package cnkit.benchmarks;

import java.util.HashMap;
import java.util.Map;

/** What a run has measured so far. Used by one thread. */
final class Results {
  /** What was measured. */
  enum Unit {
    /** CPU nanoseconds of the workers a call. */
    CPU,
    /** Wall nanoseconds a call and thread. */
    WALL,
    /** Bytes allocated a call. */
    BYTES;

    String word() {
      return this == CPU ? "CPU" : this == WALL ? "wall" : "B";
    }
  }

  /** Of whom. */
  record Key(Contest contest, String contender, int threads, Unit unit) {}

  private final Map<Key, Samples> samples = new HashMap<>();
  private final boolean cpuOnly;

  /**
   * Nothing yet.
   *
   * @param cpuOnly whether time is CPU time at more than one thread, too: on a busy machine, wall time says nothing
   */
  Results(boolean cpuOnly) {
    this.cpuOnly = cpuOnly;
  }

  void add(Key key, double[] round) {
    samples.put(key, of(key).with(round));
  }

  Samples of(Key key) {
    return samples.getOrDefault(key, Samples.none());
  }

  Samples of(Contest contest, String contender, int threads, Unit unit) {
    return of(new Key(contest, contender, threads, unit));
  }

  /** What time means at that number of threads: CPU at one, since it holds on a busy machine; wall at more. */
  Unit unit(int threads) {
    return threads == 1 || cpuOnly ? Unit.CPU : Unit.WALL;
  }

  Samples time(Contest contest, String contender, int threads) {
    return of(contest, contender, threads, unit(threads));
  }
}
