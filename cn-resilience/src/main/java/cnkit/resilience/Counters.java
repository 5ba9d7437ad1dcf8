package cnkit.resilience;

import java.util.Map;

/**
 * Counts of what happened in a pipeline since it was built, without plain successes. A success changes no counter, so
 * that a healthy call writes nothing; attach a {@link CallMeter} to count successes.
 *
 * @param failures attempts that failed
 * @param neutral attempts whose result was classified as neutral
 * @param late attempts that ended after their time was up, in success or failure
 * @param stale attempts whose result the breaker ignored, because its state had changed
 * @param retries attempts after the first
 * @param retriesDenied retries that the budget did not allow
 * @param hedges attempts that were made in parallel to a slow one
 * @param hedgesDenied hedges that their budget did not allow
 * @param rejected rejected executions by reason; every reason is a key
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
