package cnkit.config;

import java.util.List;

/** What came of reading and binding, and the files that it came from. */
sealed interface Loading<T> {
  Disk disk();

  /**
   * A configuration.
   *
   * @param waiting new values that only a restart would bring into effect
   */
  record Loaded<T>(Config<T> config, List<ReloadEvent.Change> waiting, Disk disk)
      implements Loading<T> {}

  /** Every problem, in the order of the report. */
  record Rejected<T>(List<Problem> problems, Disk disk) implements Loading<T> {}

  /** The volumes moved each time that they were read; nothing is known to be wrong with what they hold. */
  record Unsteady<T>(List<Problem> problems, Disk disk) implements Loading<T> {}

  /** The configuration; the one exception lists every problem. */
  default Loaded<T> orThrow() {
    if (this instanceof Loaded<T> loaded) {
      return loaded;
    }
    throw new ConfigException(
        this instanceof Rejected<T> rejected
            ? rejected.problems()
            : ((Unsteady<T>) this).problems());
  }
}
