package cnkit.health;

import cnkit.core.internal.Pure;

/**
 * All that is remembered of a check. A passing check turns down on its rule's number of failed runs in a row, a down
 * one passes on its number of passed runs in a row. An unknown one has nothing to protect: one failed run turns it
 * down. Times are nanosecond ticks and may wrap.
 *
 * @param status what probes are told
 * @param failures failed runs in a row, ending with the last one
 * @param successes passed runs in a row, ending with the last one
 * @param sinceNanos when the status was taken; meaningless before the first run
 * @param runs how many runs were observed
 * @param failedRuns how many of them failed
 * @param last the last run
 */
@Pure
record CheckState(
    HealthStatus status,
    int failures,
    int successes,
    long sinceNanos,
    long runs,
    long failedRuns,
    Observation last) {

  static final CheckState INITIAL =
      new CheckState(HealthStatus.UNKNOWN, 0, 0, 0, 0, 0, Observation.NONE);

  /** The state after one more run. What went stale before it is forgotten first: rows do not span a gap. */
  CheckState next(CheckRules rules, Observation seen) {
    CheckState was = asOf(rules, seen.atNanos());
    boolean passed = seen.outcome().passed();
    int failed = passed ? 0 : Math.max(was.failures, was.failures + 1);
    int succeeded = passed ? Math.max(was.successes, was.successes + 1) : 0;
    HealthStatus to = was.status;
    if (passed) {
      if (was.status.passes() || succeeded >= rules.successThreshold()) {
        to = seen.status();
      }
    } else if (!was.status.passes() || failed >= rules.failureThreshold()) {
      to = HealthStatus.DOWN;
    }
    long since = to == was.status && runs > 0 ? was.sinceNanos : seen.atNanos();
    return new CheckState(
        to, failed, succeeded, since, runs + 1, failedRuns + (passed ? 0 : 1), seen);
  }

  /** The state as a reader at that time has to see it: unknown from the first instant at which the result is too old. */
  CheckState asOf(CheckRules rules, long nowNanos) {
    if (!ages() || nowNanos - last.atNanos() < rules.staleNanos()) {
      return this;
    }
    long since = status == HealthStatus.UNKNOWN ? sinceNanos : last.atNanos() + rules.staleNanos();
    return new CheckState(HealthStatus.UNKNOWN, 0, 0, since, runs, failedRuns, last);
  }

  /** Whether time alone can change it: a status is believed, or a row is counted, only so long. */
  boolean ages() {
    return runs > 0 && (status != HealthStatus.UNKNOWN || successes > 0);
  }

  /** Whether a reader of names and states sees no difference. */
  boolean looksLike(CheckState other) {
    return status == other.status
        && last.outcome() == other.last.outcome()
        && successes > 0 == other.successes > 0; // too old, or recovering
  }
}
