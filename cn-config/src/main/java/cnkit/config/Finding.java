package cnkit.config;

import java.util.List;

/**
 * A problem of a schema and the components that it is about, the most important first.
 *
 * @param ofType whether it is about the record that holds them
 * @param within the records inside a list or map that have this problem all by themselves
 */
record Finding(Problem problem, List<Slot> slots, boolean ofType, List<String> within) {
  Finding(Problem problem, Slot... slots) {
    this(problem, List.of(slots), false, List.of());
  }
}
