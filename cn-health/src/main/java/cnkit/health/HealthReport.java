package cnkit.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The state of a registry at one moment. Every rendering is made from such a report. Immutable.
 *
 * <pre>{@code
 * HealthReport report = health.report();
 * if (!report.ready().passing()) {
 *   log.warn("not ready: {} {}", report.ready().notes(), report.ready().causes());
 * }
 * }</pre>
 */
public final class HealthReport {
  private final HealthState state;
  private final List<CheckReport> checks;

  /** The picture at a moment, with what went stale by then. */
  static HealthReport of(HealthState state, long nowNanos) {
    return new HealthReport(state.sweep(nowNanos), nowNanos);
  }

  private HealthReport(HealthState state, long nowNanos) {
    this.state = state;
    var reports = new ArrayList<CheckReport>(state.entries().length);
    for (CheckEntry entry : state.entries()) {
      reports.add(new CheckReport(entry, nowNanos));
    }
    this.checks = List.copyOf(reports);
  }

  /**
   * Whether the instance is starting, open or draining.
   *
   * @return the gate's position
   */
  public Gate gate() {
    return state.gate();
  }

  /**
   * Why the instance was taken out of rotation.
   *
   * @return empty if it was not
   */
  public Optional<String> outOfRotation() {
    return state.outOfRotation();
  }

  /**
   * The state of {@code /livez}.
   *
   * @return {@code probe(Probe.LIVE)}
   */
  public ProbeReport live() {
    return probe(Probe.LIVE);
  }

  /**
   * The state of {@code /readyz}.
   *
   * @return {@code probe(Probe.READY)}
   */
  public ProbeReport ready() {
    return probe(Probe.READY);
  }

  /**
   * The state of {@code /startupz}.
   *
   * @return {@code probe(Probe.STARTUP)}
   */
  public ProbeReport startup() {
    return probe(Probe.STARTUP);
  }

  /**
   * The state of one probe.
   *
   * @param probe the probe
   * @return whether it passes, and why
   */
  public ProbeReport probe(Probe probe) {
    return state.probe(probe);
  }

  /**
   * All checks.
   *
   * @return in order of registration, heartbeats included
   */
  public List<CheckReport> checks() {
    return checks;
  }

  /**
   * How often the watchdog detected that the whole JVM had been suspended.
   *
   * @return 0 or more
   */
  public long pauses() {
    return state.pauses();
  }

  /**
   * How long the JVM was suspended in total.
   *
   * @return the sum of all {@link #pauses()}
   */
  public Duration paused() {
    return Duration.ofNanos(state.pausedNanos());
  }

  /**
   * One check.
   *
   * @param name its name, in any case
   * @return empty if no check has this name
   */
  public Optional<CheckReport> check(String name) {
    return checks.stream().filter(check -> check.name().equalsIgnoreCase(name)).findFirst();
  }

  @Override
  public String toString() {
    return "gate " + gate() + ", " + ready() + ", " + live() + ", " + startup() + ", " + checks;
  }
}
