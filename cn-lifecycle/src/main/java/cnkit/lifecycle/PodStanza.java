package cnkit.lifecycle;

import cnkit.core.internal.Pure;
import java.time.Duration;

/**
 * The part of a Kubernetes pod that must match a {@link ShutdownPlan}: grace period, pre-stop pause and probes.
 * Immutable.
 *
 * <pre>{@code
 * PodStanza.of(plan).withProbePort(9090).toYaml(); // to be pasted into the manifest
 * PodManifest.assertMatches(lifecycle.podStanza(), Path.of("deploy/pod.yaml")); // in a test
 * }</pre>
 *
 * @param plan the plan of the process
 * @param preStop how long the platform pauses before its signal, in whole seconds; default zero: no pause
 * @param probePort the port at which the probes are answered, 1 to 65535; default 9090
 * @param startDeadline how long a start may take; default 5 minutes
 */
@Pure
public record PodStanza(
    ShutdownPlan plan, Duration preStop, int probePort, Duration startDeadline) {
  private static final int START_PERIOD_SECONDS = 2;

  /** Checks the ranges. */
  public PodStanza {
    if (preStop.isNegative() || preStop.toNanosPart() != 0) {
      throw new IllegalArgumentException(
          "preStop: expected whole seconds, zero or more, got " + preStop);
    }
    if (probePort < 1 || probePort > 65_535) {
      throw new IllegalArgumentException("probePort: expected 1..65535, got " + probePort);
    }
    if (startDeadline.isNegative() || startDeadline.isZero()) {
      throw new IllegalArgumentException("startDeadline: expected > PT0S, got " + startDeadline);
    }
  }

  /**
   * The stanza of a plan, with the defaults.
   *
   * @param plan the plan of the process
   * @return the stanza
   */
  public static PodStanza of(ShutdownPlan plan) {
    return new PodStanza(plan, Duration.ZERO, 9090, Duration.ofMinutes(5));
  }

  /**
   * Replaces the pre-stop pause.
   *
   * @param pause whole seconds, zero or more
   * @return a copy
   */
  public PodStanza withPreStop(Duration pause) {
    return new PodStanza(plan, pause, probePort, startDeadline);
  }

  /**
   * Replaces the port of the probes.
   *
   * @param port 1 to 65535
   * @return a copy
   */
  public PodStanza withProbePort(int port) {
    return new PodStanza(plan, preStop, port, startDeadline);
  }

  /**
   * Replaces how long a start may take.
   *
   * @param deadline above zero
   * @return a copy
   */
  public PodStanza withStartDeadline(Duration deadline) {
    return new PodStanza(plan, preStop, probePort, deadline);
  }

  /**
   * The grace period that the platform must give: the smallest whole number of seconds that holds the pre-stop pause,
   * the grace and a margin of 2 s.
   *
   * @return seconds
   */
  public long terminationGracePeriodSeconds() {
    return plan.terminationGracePeriodSeconds(preStop);
  }

  /**
   * Prints the stanza as YAML for a pod's {@code spec}.
   *
   * @return several lines, each with a line end
   */
  public String toYaml() {
    var yaml = new StringBuilder();
    String preStopNote = preStop.isZero() ? "" : ShutdownPlan.text(preStop) + " preStop + ";
    line(
        yaml,
        0,
        "terminationGracePeriodSeconds: " + terminationGracePeriodSeconds() + " # " + preStopNote
            + ShutdownPlan.text(plan.grace()) + " grace + 2s margin");
    line(yaml, 0, "containers:");
    line(yaml, 1, "- name: app");
    if (!preStop.isZero()) {
      line(yaml, 2, "lifecycle:");
      line(yaml, 3, "preStop:");
      line(yaml, 4, "sleep:");
      line(yaml, 5, "seconds: " + preStop.toSeconds());
    }
    // one probe more than fits, so that our own deadline speaks first
    long starts = startDeadline.plusNanos(999_999_999).toSeconds() / START_PERIOD_SECONDS + 1;
    probe(yaml, "startupProbe", "/startupz", START_PERIOD_SECONDS, starts);
    probe(yaml, "livenessProbe", "/livez", 10, 3);
    // two failures fit into the propagation delay, for load balancers that look at the probe
    long period = Math.max(1, Math.min(10, plan.propagation().toSeconds() / 2));
    probe(yaml, "readinessProbe", "/readyz", period, 2);
    return yaml.toString();
  }

  private void probe(StringBuilder yaml, String name, String path, long period, long failures) {
    line(yaml, 2, name + ":");
    line(yaml, 3, "httpGet:");
    line(yaml, 4, "path: " + path);
    line(yaml, 4, "port: " + probePort);
    line(yaml, 3, "periodSeconds: " + period);
    line(yaml, 3, "timeoutSeconds: 1");
    line(yaml, 3, "failureThreshold: " + failures);
  }

  private static void line(StringBuilder yaml, int depth, String text) {
    yaml.append("  ".repeat(depth)).append(text).append('\n');
  }
}
