package cnkit.health;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of one check at one moment. Holds no clock: its durations are as of the report.
 *
 * @param check its settings
 * @param probes the probes it belongs to
 * @param status what probes are told of it
 * @param outcome how its last run ended
 * @param reason of the last run, for people, already without secrets; empty when there is none
 * @param since how long it has had this status; zero before the first run
 * @param age of the last result; empty before the first
 * @param took how long the last run took; empty before the first
 * @param failures failed runs in a row, ending with the last one
 * @param successes passed runs in a row, ending with the last one
 * @param runs runs so far, refused ones included
 * @param failedRuns how many of them failed
 * @param stack where a stuck run stands, innermost frame first; empty otherwise
 * @param remoteForLiveness whether a remote check was let into liveness by name
 */
public record CheckReport(
    Check check,
    Set<Probe> probes,
    HealthStatus status,
    RunOutcome outcome,
    String reason,
    Duration since,
    Optional<Duration> age,
    Optional<Duration> took,
    int failures,
    int successes,
    long runs,
    long failedRuns,
    List<StackTraceElement> stack,
    boolean remoteForLiveness) {

  /** Copies the collections. */
  public CheckReport {
    requireNonNull(check, "check");
    probes = Set.copyOf(probes);
    stack = List.copyOf(stack);
  }

  static CheckReport of(CheckEntry entry, long nowNanos) {
    CheckState state = entry.state();
    Observation last = state.last();
    boolean ran = state.runs() > 0;
    return new CheckReport(
        entry.check(),
        entry.probes(),
        state.status(),
        last.outcome(),
        last.reason(),
        ran ? Duration.ofNanos(nowNanos - state.sinceNanos()) : Duration.ZERO,
        ran ? Optional.of(Duration.ofNanos(nowNanos - last.atNanos())) : Optional.empty(),
        ran ? Optional.of(Duration.ofNanos(last.tookNanos())) : Optional.empty(),
        state.failures(),
        state.successes(),
        state.runs(),
        state.failedRuns(),
        last.stack(),
        entry.remoteForLiveness());
  }

  /**
   * The check's name.
   *
   * @return {@code check().name()}
   */
  public String name() {
    return check.name();
  }

  /**
   * Whether it is unknown because nobody renewed its last result.
   *
   * @return false also when it never ran
   */
  public boolean isStale() {
    return status == HealthStatus.UNKNOWN && runs > 0 && successes == 0;
  }

  /** What it does to a probe that it belongs to. */
  HealthStatus effect() {
    return Aggregate.effect(check.impact(), status);
  }
}
