package cnkit.resilience;

import java.util.Map;

/**
 * What happened in a pipeline since it was built, apart from plain successes: those touch no counter, so that the
 * healthy path writes nothing; attach a {@link CallMeter} to count them.
 *
 * @param failures attempts that failed
 * @param neutral attempts that said nothing about the dependency
 * @param late attempts that ended after their time was up, in success or failure
 * @param stale attempts whose result the breaker no longer wanted
 * @param retries attempts after the first
 * @param retriesDenied retries that the budget refused
 * @param hedges attempts that were made beside a slow one
 * @param hedgesDenied hedges that their budget refused
 * @param rejected executions refused, by reason; every reason is a key
 */
public record Counters(
    long failures,
    long neutral,
    long late,
    long stale,
    long retries,
    long retriesDenied,
    long hedges,
    long hedgesDenied,
    Map<RejectionReason, Long> rejected) {
  /** Copies the map. */
  public Counters {
    rejected = Map.copyOf(rejected);
  }
}
