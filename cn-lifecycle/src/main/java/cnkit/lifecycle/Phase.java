package cnkit.lifecycle;

import cnkit.core.internal.Pure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A phase that a user adds between the built-in phases of the shutdown. Immutable.
 *
 * <pre>{@code
 * Phase.named("snapshot", Duration.ofSeconds(3)).after(Phase.DRAIN).before(Phase.CLOSE)
 * }</pre>
 *
 * @param name a unique name
 * @param budget its share of the grace, taken from the drain; the components of one phase share it
 * @param follows the phases that end before it begins; without any edge it follows {@link #DRAIN}
 * @param precedes the phases that begin after it has ended; without any edge it precedes {@link #CLOSE}
 */
@Pure
public record Phase(String name, Duration budget, List<String> follows, List<String> precedes) {
  /** The instance becomes not ready. */
  public static final String ANNOUNCE = "announce";
  /** Requests are still served while load balancers learn that the instance is leaving. */
  public static final String PROPAGATE = "propagate";
  /** No new work is admitted from here on. */
  public static final String STOP_INTAKE = "stop-intake";
  /** Work in flight is waited for. */
  public static final String DRAIN = "drain";
  /** Components stop. */
  public static final String CLOSE = "close";
  /** Telemetry and logs are exported. */
  public static final String FLUSH = "flush";
  /** The components that started first, such as probes and management, stop. */
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
   * Creates a phase without edges.
   *
   * @param name a unique name
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
