package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;
import java.util.List;

/** What the machine knows of a lifecycle: names and numbers, no user code. */
@Pure
public record Blueprint(List<Unit> units, Budget budget, long startDeadline) {
  public Blueprint {
    units = List.copyOf(units);
  }

  /** What a unit is. */
  public enum Role {
    /** Starts, and stops in its phase if it had started. */
    COMPONENT,
    /** A callback when everything has started; there is nothing to stop. */
    STARTED,
    /** A callback of a phase; it runs even if nothing has started. */
    CALLBACK,
    /** The end of a component's intake: runs in its phase if that component had started. */
    INTAKE
  }

  /**
   * One thing that runs.
   *
   * @param phase the index of the phase in which it stops or is called
   * @param needs the units that must have started before; for an intake, its component alone
   */
  public record Unit(String name, Role role, int phase, List<Integer> needs) {
    public Unit {
      needs = List.copyOf(needs);
    }

    boolean starts() {
      return role == Role.COMPONENT || role == Role.STARTED;
    }
  }
}
