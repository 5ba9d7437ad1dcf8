package cnkit.health;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Arguments;

/**
 * The result that a check's body returns. It is not a boolean, so that {@code false} cannot be taken for up.
 *
 * <pre>{@code
 * Check.critical("orders-db", () -> Verdict.of(connection.isValid(1)));
 * Check.optional("queue", () -> depth() > 1000 ? Verdict.degraded("depth " + depth()) : Verdict.up());
 * }</pre>
 *
 * Immutable. {@link #up()} allocates nothing.
 *
 * @param status {@link HealthStatus#UP}, {@link HealthStatus#DEGRADED} or {@link HealthStatus#DOWN}; unknown is not
 *     allowed
 * @param reason for people, shown only where details are allowed; empty if there is nothing to add
 */
public record Verdict(HealthStatus status, String reason) {
  private static final Verdict UP = new Verdict(HealthStatus.UP, "");
  private static final Verdict DOWN = new Verdict(HealthStatus.DOWN, "");

  /** Rejects {@link HealthStatus#UNKNOWN}. */
  public Verdict {
    requireNonNull(status, "status");
    requireNonNull(reason, "reason");
    Arguments.check(status != HealthStatus.UNKNOWN, "status", "UP, DEGRADED or DOWN", status);
  }

  /**
   * The checked part works.
   *
   * @return a shared instance
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
   * The checked part works, but worse than it should. Counts as a success and never fails a probe.
   *
   * @param reason what is worse
   * @return a degraded verdict
   */
  public static Verdict degraded(String reason) {
    return new Verdict(HealthStatus.DEGRADED, reason);
  }

  /**
   * The checked part does not work.
   *
   * @param reason what does not work
   * @return a down verdict
   */
  public static Verdict down(String reason) {
    return new Verdict(HealthStatus.DOWN, reason);
  }
}
