package cnkit.health;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Arguments;

/**
 * What the body of a check says. There is no boolean in its place, so that {@code false} cannot read as up.
 *
 * <pre>{@code
 * Check.critical("orders-db", () -> Verdict.of(connection.isValid(1)));
 * Check.optional("queue", () -> depth() > 1000 ? Verdict.degraded("depth " + depth()) : Verdict.up());
 * }</pre>
 *
 * Immutable. {@link #up()} allocates nothing.
 *
 * @param status {@link HealthStatus#UP}, {@link HealthStatus#DEGRADED} or {@link HealthStatus#DOWN}; unknown is not a verdict
 * @param reason for people, shown only where details are allowed; empty when there is nothing to add
 */
public record Verdict(HealthStatus status, String reason) {
  private static final Verdict UP = new Verdict(HealthStatus.UP, "");
  private static final Verdict DOWN = new Verdict(HealthStatus.DOWN, "");

  /** Refuses {@link HealthStatus#UNKNOWN}. */
  public Verdict {
    requireNonNull(status, "status");
    requireNonNull(reason, "reason");
    Arguments.check(status != HealthStatus.UNKNOWN, "status", "UP, DEGRADED or DOWN", status);
  }

  /**
   * It works.
   *
   * @return the one verdict that says so
   */
  public static Verdict up() {
    return UP;
  }

  /**
   * Up or down.
   *
   * @param works whether it works
   * @return up when true, down without a reason when false
   */
  public static Verdict of(boolean works) {
    return works ? UP : DOWN;
  }

  /**
   * It works, but worse than it should. Counts as a success: it never fails a probe.
   *
   * @param reason what is worse
   * @return a degraded verdict
   */
  public static Verdict degraded(String reason) {
    return new Verdict(HealthStatus.DEGRADED, reason);
  }

  /**
   * It does not work.
   *
   * @param reason what does not
   * @return a down verdict
   */
  public static Verdict down(String reason) {
    return new Verdict(HealthStatus.DOWN, reason);
  }
}
