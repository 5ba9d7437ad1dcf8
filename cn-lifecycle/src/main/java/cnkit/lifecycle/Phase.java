package cnkit.lifecycle;

import cnkit.core.internal.Pure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A phase of the shutdown that a user adds between the built-in ones. Immutable.
 *
 * <pre>{@code
 * Phase.named("snapshot", Duration.ofSeconds(3)).after(Phase.DRAIN).before(Phase.CLOSE)
 * }</pre>
 *
 * @param name a name of its own
 * @param budget its share of the grace, taken from the drain; components of one phase share it
 * @param follows the phases that end before it begins; with no edge at all it follows {@link #DRAIN}
 * @param precedes the phases that begin after it has ended; with no edge at all it precedes {@link #CLOSE}
 */
@Pure
public record Phase(String name, Duration budget, List<String> follows, List<String> precedes) {
  /** Tells the world: not ready any more. */
  public static final String ANNOUNCE = "announce";
  /** Keeps serving while load balancers learn. */
  public static final String PROPAGATE = "propagate";
  /** Takes nothing new. */
  public static final String STOP_INTAKE = "stop-intake";
  /** Waits for work in flight. */
  public static final String DRAIN = "drain";
  /** Stops the components. */
  public static final String CLOSE = "close";
  /** Brings telemetry and logs out. */
  public static final String FLUSH = "flush";
  /** Stops what was up first: probes and management. */
  public static final String INFRASTRUCTURE = "infrastructure";

  /** Copies the lists and checks the budget. */
  public Phase {
    follows = List.copyOf(follows);
    precedes = List.copyOf(precedes);
    if (name.isBlank()) {
      throw new IllegalArgumentException("phase: expected a name, got \"" + name + '"');
    }
    if (budget.isNegative() || budget.isZero()) {
      throw new IllegalArgumentException(
          "phase " + name + ": expected a budget > PT0S, got " + budget);
    }
  }

  /**
   * A phase with no edges yet.
   *
   * @param name a name of its own
   * @param budget its share of the grace, above zero
   * @return the phase
   */
  public static Phase named(String name, Duration budget) {
    return new Phase(name, budget, List.of(), List.of());
  }

  /**
   * Adds an edge: this phase begins when the other has ended.
   *
   * @param phase a built-in or an added phase
   * @return a copy with the edge
   */
  public Phase after(String phase) {
    return new Phase(name, budget, plus(follows, phase), precedes);
  }

  /**
   * Adds an edge: the other phase begins when this one has ended.
   *
   * @param phase a built-in or an added phase
   * @return a copy with the edge
   */
  public Phase before(String phase) {
    return new Phase(name, budget, follows, plus(precedes, phase));
  }

  private static List<String> plus(List<String> list, String phase) {
    var all = new ArrayList<>(list);
    all.add(phase);
    return all;
  }
}
