package cnkit.health;

import cnkit.core.internal.Arguments;
import cnkit.core.internal.CheckReturnValue;
import java.time.Duration;

/**
 * How the kubelet asks one probe.
 *
 * <pre>{@code
 * ProbeTiming.kubernetesDefaults().withPeriod(Duration.ofSeconds(5)).untilFailed(); // PT16S: 3 x 5 s + 1 s
 * }</pre>
 *
 * @param initialDelay from the container's start to the first probe, whole seconds from 0; default 0
 * @param period from probe to probe, whole seconds from 1; default 10 s
 * @param timeout of one probe, whole seconds from 1; default 1 s
 * @param failureThreshold failed probes in a row that count, from 1; default 3
 * @param successThreshold passed probes in a row that count, from 1; default 1, and nothing else for liveness and
 *     startup
 */
@CheckReturnValue
public record ProbeTiming(
    Duration initialDelay,
    Duration period,
    Duration timeout,
    int failureThreshold,
    int successThreshold) {

  /** Refuses what a pod may not say. */
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
   * What a pod gets that says nothing.
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
   * From the moment at which a probe would fail to the moment at which the kubelet acts, at worst: the probe was just
   * answered, and the last one takes its whole timeout.
   *
   * @return period times failure threshold, plus timeout
   */
  public Duration untilFailed() {
    return period.multipliedBy(failureThreshold).plus(timeout);
  }
}
