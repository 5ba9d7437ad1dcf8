package cnkit.health;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of one check at one moment. Immutable, and holds no clock: its durations are as of the report.
 *
 * <pre>{@code
 * CheckReport db = health.report().check("orders-db").orElseThrow();
 * log.info("{} is {} since {}: {}", db.name(), db.status(), db.since(), db.reason());
 * }</pre>
 */
public final class CheckReport {
  private final CheckEntry entry;
  private final long nowNanos;

  CheckReport(CheckEntry entry, long nowNanos) {
    this.entry = entry;
    this.nowNanos = nowNanos;
  }

  /**
   * The check's settings.
   *
   * @return what was registered
   */
  public Check check() {
    return entry.check();
  }

  /**
   * The check's name.
   *
   * @return {@code check().name()}
   */
  public String name() {
    return entry.check().name();
  }

  /**
   * The probes that it belongs to.
   *
   * @return at least one, unmodifiable
   */
  public Set<Probe> probes() {
    return entry.probes();
  }

  /**
   * The status that counts for probes.
   *
   * @return {@link HealthStatus#UNKNOWN} before the first run and when the last result is too old
   */
  public HealthStatus status() {
    return entry.state().status();
  }

  /**
   * How its last run ended.
   *
   * @return {@link RunOutcome#NOT_RUN} before the first
   */
  public RunOutcome outcome() {
    return entry.state().last().outcome();
  }

  /**
   * The reason that the last run gave, for people, with secrets masked.
   *
   * @return empty if there is none
   */
  public String reason() {
    return entry.state().last().reason();
  }

  /**
   * How long it has had this status.
   *
   * @return zero before the first run
   */
  public Duration since() {
    return ran() ? Duration.ofNanos(nowNanos - entry.state().sinceNanos()) : Duration.ZERO;
  }

  /**
   * The age of the last result.
   *
   * @return empty before the first
   */
  public Optional<Duration> age() {
    return ran()
        ? Optional.of(Duration.ofNanos(nowNanos - entry.state().last().atNanos()))
        : Optional.empty();
  }

  /**
   * How long the last run took.
   *
   * @return empty before the first
   */
  public Optional<Duration> took() {
    return ran()
        ? Optional.of(Duration.ofNanos(entry.state().last().tookNanos()))
        : Optional.empty();
  }

  /**
   * Failed runs in a row, ending with the last one.
   *
   * @return 0 after a passed run
   */
  public int failures() {
    return entry.state().failures();
  }

  /**
   * Passed runs in a row, ending with the last one.
   *
   * @return 0 after a failed run
   */
  public int successes() {
    return entry.state().successes();
  }

  /**
   * Runs so far, rejected ones included.
   *
   * @return 0 or more
   */
  public long runs() {
    return entry.state().runs();
  }

  /**
   * How many of the runs failed.
   *
   * @return 0 to {@link #runs()}
   */
  public long failedRuns() {
    return entry.state().failedRuns();
  }

  /**
   * The stack trace of a stuck run.
   *
   * @return the innermost frame first; empty if the last run is not stuck
   */
  public List<StackTraceElement> stack() {
    return entry.state().last().stack();
  }

  /**
   * Whether this remote check was explicitly allowed in liveness.
   *
   * @return true after {@link Health.Builder#remoteForLiveness}
   */
  public boolean remoteForLiveness() {
    return entry.remoteForLiveness();
  }

  /**
   * Whether the check is unknown because no run has renewed its last result.
   *
   * @return true only if it ran before
   */
  public boolean isStale() {
    return status() == HealthStatus.UNKNOWN && ran() && successes() == 0;
  }

  private boolean ran() {
    return runs() > 0;
  }

  /** What it does to a probe that it belongs to. */
  HealthStatus effect() {
    return Aggregate.effect(check().impact(), status());
  }

  @Override
  public String toString() {
    return name() + " " + status() + " (" + outcome() + ")";
  }
}
