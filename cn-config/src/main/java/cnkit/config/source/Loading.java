package cnkit.config.source;

import cnkit.config.Problem;
import cnkit.config.ReloadEvent;
import cnkit.config.schema.Layer;
import cnkit.config.schema.Layout;
import java.util.List;

/** What came of reading and binding, and the files that it came from. */
public sealed interface Loading {
  Disk disk();

  /**
   * A record and what it was made from.
   *
   * @param layers lowest first, defaults included
   * @param waiting new values that only a restart would bring into effect
   */
  record Loaded(
      Object value,
      Layout layout,
      List<Layer> layers,
      Layer merged,
      List<String> arguments,
      List<Problem> warnings,
      List<ReloadEvent.Change> waiting,
      Disk disk)
      implements Loading {}

  /** Every problem, in no order. */
  record Rejected(List<Problem> problems, Disk disk) implements Loading {}

  /** The volumes moved each time that they were read; nothing is known to be wrong with what they hold. */
  record Unsteady(List<Problem> problems, Disk disk) implements Loading {}
}
