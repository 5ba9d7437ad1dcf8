package cnkit.health;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Pure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Compares the three probes of a pod with the checks of a registry. It shows how long a fault can last before the
 * platform acts, warns about settings that cannot work, and prints the probes for the pod. It only reads a report, so
 * a unit test can compare a manifest with the code.
 *
 * <pre>{@code
 * ProbePlan plan = ProbePlan.fitting(health.report(), Duration.ofSeconds(60));
 * plan.warnings(health.report());  // [] in a test of yours
 * plan.stanza("management");       // startupProbe, livenessProbe, readinessProbe for the pod
 * }</pre>
 *
 * @param startup how startup is probed
 * @param live how liveness is probed
 * @param ready how readiness is probed
 */
@Pure
public record ProbePlan(ProbeTiming startup, ProbeTiming live, ProbeTiming ready) {
  private static final Duration ONE_SECOND = Duration.ofSeconds(1);

  /** Liveness and startup must pass on one success: the kubelet accepts nothing else. */
  public ProbePlan {
    if (startup.successThreshold() != 1 || live.successThreshold() != 1) {
      throw new IllegalArgumentException(
          "successThreshold: expected 1 for startup and liveness, as in Kubernetes");
    }
    requireNonNull(ready, "ready");
  }

  /**
   * The longest time from a fault to the moment at which the kubelet acts. It stops the traffic if readiness fails,
   * and restarts the container if liveness fails.
   *
   * @param check the check that detects the fault
   * @param probe the probe for which the check is critical
   * @param own time until the probe fails: the check's period times its threshold, plus its timeout; for liveness
   *     also one tick of the watchdog
   * @param kubelet time from then until the kubelet acts: {@link ProbeTiming#untilFailed()}
   */
  public record Eviction(String check, Probe probe, Duration own, Duration kubelet) {
    /**
     * Both times together.
     *
     * @return the longest time from the fault to the action
     */
    public Duration total() {
      return own.plus(kubelet);
    }
  }

  /**
   * Creates a plan for these checks. Readiness is probed as often as its most frequent critical check runs, every 1
   * to 10 s. Probing more often would show nothing new; probing less often would show it later.
   *
   * @param report of the registry
   * @param longestStart the longest start that the pod must survive; rounded up to whole seconds, at least 1 s
   * @return timings with the kubelet's default thresholds for liveness and readiness
   */
  public static ProbePlan fitting(HealthReport report, Duration longestStart) {
    long seconds = 10;
    for (CheckReport check : report.checks()) {
      if (isCriticalFor(check, Probe.READY)) {
        seconds = Math.min(
            seconds, Math.max(1, check.check().period().plusNanos(999_999_999).toSeconds()));
      }
    }
    ProbeTiming defaults = ProbeTiming.kubernetesDefaults();
    int starts = Math.toIntExact(Math.max(1, longestStart.plusNanos(999_999_999).toSeconds()));
    return new ProbePlan(
        defaults.withPeriod(ONE_SECOND).withFailureThreshold(starts),
        defaults,
        defaults.withPeriod(Duration.ofSeconds(seconds)));
  }

  private static boolean isCriticalFor(CheckReport check, Probe probe) {
    return check.check().impact() == Impact.CRITICAL && check.probes().contains(probe);
  }

  private ProbeTiming timing(Probe probe) {
    return switch (probe) {
      case STARTUP -> startup;
      case LIVE -> live;
      case READY -> ready;
    };
  }

  /**
   * Lists every check that can stop the traffic or restart the container.
   *
   * @param report of the registry
   * @return one entry for each critical check of readiness and of liveness, heartbeats included
   */
  public List<Eviction> evictions(HealthReport report) {
    var evictions = new ArrayList<Eviction>();
    for (Probe probe : List.of(Probe.LIVE, Probe.READY)) {
      for (CheckReport check : report.checks()) {
        if (isCriticalFor(check, probe)) {
          evictions.add(new Eviction(
              check.name(), probe, own(check.check(), probe), timing(probe).untilFailed()));
        }
      }
    }
    return List.copyOf(evictions);
  }

  private static Duration own(Check check, Probe probe) {
    if (check.heartbeat() != null) {
      return check.period().plusSeconds(1); // found out by the second tick after the deadline
    }
    Duration own = check.period().multipliedBy(check.failureThreshold()).plus(check.timeout());
    return probe == Probe.LIVE ? own.plusMillis(500) : own;
  }

  /**
   * Lists the settings that cannot work, or work differently from what they suggest.
   *
   * @param report of the registry; its run times are considered too
   * @return one line each, with what to change; empty if there is nothing to warn about
   */
  public List<String> warnings(HealthReport report) {
    var warnings = new ArrayList<String>();
    for (Probe probe : Probe.values()) {
      ProbeTiming timing = timing(probe);
      if (timing.timeout().compareTo(timing.period()) > 0) {
        warnings.add(probe.endpoint() + ": the probe's timeout " + text(timing.timeout())
            + " is longer than its period " + text(timing.period()) + "; lower timeoutSeconds");
      }
    }
    for (CheckReport check : report.checks()) {
      if (check.check().heartbeat() == null) {
        warn(check, warnings);
      }
    }
    return List.copyOf(warnings);
  }

  private void warn(CheckReport report, List<String> warnings) {
    Check check = report.check();
    for (Probe probe : Probe.values()) {
      if (isCriticalFor(report, probe)) {
        warn(check, probe, warnings);
      }
    }
    Duration took = report.took().orElse(Duration.ZERO);
    if (took.multipliedBy(2).compareTo(check.timeout()) > 0) {
      warnings.add(check.name() + ": its last run took " + text(took) + " of a timeout of "
          + text(check.timeout()) + "; raise .timeout(…), or make the check cheaper");
    }
  }

  private void warn(Check check, Probe probe, List<String> warnings) {
    ProbeTiming timing = timing(probe);
    Duration acts = timing.period().multipliedBy(timing.failureThreshold());
    if (check.timeout().compareTo(timing.timeout()) > 0) {
      warnings.add(check.name() + ": its timeout " + text(check.timeout())
          + " is longer than that of " + probe.endpoint() + " (" + text(timing.timeout())
          + "); the probe does not wait for it, but learns of a hang that much later");
    }
    if (probe != Probe.STARTUP && check.period().compareTo(acts) > 0) {
      warnings.add(check.name() + ": runs every " + text(check.period()) + ", but "
          + probe.endpoint() + " acts after "
          + text(acts) + ": one failed run is counted " + timing.failureThreshold()
          + " times; shorten .every(…) or raise failureThreshold");
    }
    Duration passes =
        check.period().multipliedBy(check.successThreshold() - 1L).plus(check.timeout());
    if (probe == Probe.STARTUP && passes.compareTo(acts) > 0) {
      warnings.add(
          check.name() + ": needs up to " + text(passes) + " to pass, but the pod is killed after "
              + text(acts) + "; raise the startup probe's failureThreshold");
    }
  }

  /**
   * Prints the three probes as YAML without indentation, for the pod's container.
   *
   * @param port the name or number of the container port that answers probes
   * @return the three probes at their default paths
   */
  public String stanza(String port) {
    return stanza(port, probe -> "/" + probe.endpoint());
  }

  /**
   * Prints the three probes as YAML without indentation, for the pod's container.
   *
   * @param port the name or number of the container port that answers probes
   * @param path the path of each probe: {@code health::path}
   * @return the three probes
   */
  public String stanza(String port, Function<Probe, String> path) {
    var yaml = new StringBuilder();
    stanza(yaml, "startupProbe", Probe.STARTUP, path.apply(Probe.STARTUP), port);
    stanza(yaml, "livenessProbe", Probe.LIVE, path.apply(Probe.LIVE), port);
    stanza(yaml, "readinessProbe", Probe.READY, path.apply(Probe.READY), port);
    return yaml.toString();
  }

  private void stanza(StringBuilder yaml, String name, Probe probe, String path, String port) {
    ProbeTiming timing = timing(probe);
    yaml.append(name).append(":\n  httpGet: {path: ").append(path);
    yaml.append(", port: ").append(port).append("}\n");
    if (!timing.initialDelay().isZero()) {
      yaml.append("  initialDelaySeconds: ")
          .append(timing.initialDelay().toSeconds())
          .append('\n');
    }
    yaml.append("  periodSeconds: ").append(timing.period().toSeconds()).append('\n');
    yaml.append("  timeoutSeconds: ").append(timing.timeout().toSeconds()).append('\n');
    yaml.append("  failureThreshold: ").append(timing.failureThreshold()).append('\n');
    if (timing.successThreshold() != 1) {
      yaml.append("  successThreshold: ").append(timing.successThreshold()).append('\n');
    }
  }

  /**
   * Prints the evictions and warnings for people: one line for each check, then the warnings.
   *
   * @param report of the registry
   * @return lines that end with a newline; each time is the longest possible
   */
  public String table(HealthReport report) {
    var table = new StringBuilder();
    for (Eviction eviction : evictions(report)) {
      String action = eviction.probe() == Probe.LIVE ? "restart" : "no traffic";
      table
          .append(eviction.check())
          .append(": ")
          .append(action)
          .append(" within ")
          .append(text(eviction.total()));
      table.append(" of a fault (check ").append(text(eviction.own()));
      table.append(" + kubelet ").append(text(eviction.kubelet())).append(")\n");
    }
    for (String warning : warnings(report)) {
      table.append("warning: ").append(warning).append('\n');
    }
    return table.toString();
  }

  private static String text(Duration duration) {
    return Durations.text(duration);
  }
}
