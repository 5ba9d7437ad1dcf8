package cnkit.health;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that is known at one moment; every rendering is made from one of these. Immutable.
 *
 * @param gate where the instance is between start and end
 * @param outOfRotation why it was taken out of rotation; empty when it was not
 * @param live what {@code /livez} is told
 * @param ready what {@code /readyz} is told
 * @param startup what {@code /startupz} is told
 * @param checks in order of registration, heartbeats included
 * @param pauses how often the watchdog found that the whole JVM had stood still
 * @param paused for how long altogether
 */
public record HealthReport(
    Gate gate,
    Optional<String> outOfRotation,
    ProbeReport live,
    ProbeReport ready,
    ProbeReport startup,
    List<CheckReport> checks,
    long pauses,
    Duration paused) {

  /** Copies the checks. */
  public HealthReport {
    requireNonNull(gate, "gate");
    checks = List.copyOf(checks);
  }

  /**
   * One probe.
   *
   * @param probe which
   * @return what it is told
   */
  public ProbeReport probe(Probe probe) {
    return switch (probe) {
      case LIVE -> live;
      case READY -> ready;
      case STARTUP -> startup;
    };
  }

  /**
   * One check.
   *
   * @param name its name, in any case
   * @return empty when none is registered under it
   */
  public Optional<CheckReport> check(String name) {
    for (CheckReport check : checks) {
      if (check.name().equalsIgnoreCase(name)) {
        return Optional.of(check);
      }
    }
    return Optional.empty();
  }
}
