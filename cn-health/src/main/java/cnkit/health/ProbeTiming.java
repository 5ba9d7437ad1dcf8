package cnkit.health;

import cnkit.core.internal.Arguments;
import cnkit.core.internal.CheckReturnValue;
import java.time.Duration;

/**
 * How the kubelet performs one probe.
 *
 * <pre>{@code
 * ProbeTiming.kubernetesDefaults().withPeriod(Duration.ofSeconds(5)).untilFailed(); // PT16S: 3 x 5 s + 1 s
 * }</pre>
 *
 * @param initialDelay from the container's start to the first probe, whole seconds from 0; default 0
 * @param period from probe to probe, whole seconds from 1; default 10 s
 * @param timeout of one probe, whole seconds from 1; default 1 s
 * @param failureThreshold consecutive failed probes until the kubelet acts, from 1; default 3
 * @param successThreshold consecutive passed probes until the probe has passed, from 1; default 1, which is the only
 *     allowed value for liveness and startup
 */
@CheckReturnValue
public record ProbeTiming(
    Duration initialDelay,
    Duration period,
    Duration timeout,
    int failureThreshold,
    int successThreshold) {

  /** Rejects values that Kubernetes does not allow. */
  public ProbeTiming {
    wholeSeconds("initialDelay", initialDelay, 0);
    wholeSeconds("period", period, 1);
    wholeSeconds("timeout", timeout, 1);
    Names.between("failureThreshold", failureThreshold, 1, 1_000_000);
    Names.between("successThreshold", successThreshold, 1, 1_000_000);
  }

  private static void wholeSeconds(String what, Duration value, int least) {
    boolean whole = value.getNano() == 0
        && value.getSeconds() >= least
        && value.compareTo(Duration.ofDays(1)) <= 0;
    Arguments.check(whole, what, "whole seconds from " + least + " s to 1 day", value);
  }

  /**
   * The timing of a probe for which a pod sets nothing.
   *
   * @return 0 s, 10 s, 1 s, 3, 1
   */
  public static ProbeTiming kubernetesDefaults() {
    return new ProbeTiming(Duration.ZERO, Duration.ofSeconds(10), Duration.ofSeconds(1), 3, 1);
  }

  /**
   * Another period.
   *
   * @param period whole seconds from 1
   * @return a copy
   */
  public ProbeTiming withPeriod(Duration period) {
    return new ProbeTiming(initialDelay, period, timeout, failureThreshold, successThreshold);
  }

  /**
   * Another failure threshold.
   *
   * @param failureThreshold from 1
   * @return a copy
   */
  public ProbeTiming withFailureThreshold(int failureThreshold) {
    return new ProbeTiming(initialDelay, period, timeout, failureThreshold, successThreshold);
  }

  /**
   * The longest time from the moment at which a probe would fail to the moment at which the kubelet acts. In this
   * case a probe was answered just before, and the last one takes its whole timeout.
   *
   * @return period times failure threshold, plus timeout
   */
  public Duration untilFailed() {
    return period.multipliedBy(failureThreshold).plus(timeout);
  }
}
