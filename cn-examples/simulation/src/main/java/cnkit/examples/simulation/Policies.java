package cnkit.examples.simulation;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Pipeline;
import cnkit.resilience.PipelineBuilder;
import cnkit.resilience.RetryBudgetSettings;
import cnkit.resilience.RetrySettings;
import cnkit.resilience.testing.Storm;
import java.util.List;

/**
 * What a client does when a call fails. All give an attempt a second; they differ in what comes after it.
 *
 * @param name for the report
 * @param file for the drawings
 * @param policy makes each client's pipeline
 */
record Policies(String name, String file, Storm.Policy policy) {
  /** The ones that are drawn, from the barest to the most careful. */
  static final List<Policies> ALL = List.of(
      new Policies("no retry", "no-retry", Policies::once),
      new Policies(
          "3 attempts, no budget", "without-budget", client -> retrying(client).withoutBudget()),
      new Policies("3 attempts, one retry a second in any case", "floor", Policies::withFloor),
      new Policies("3 attempts, the default budget", "default-budget", Policies::retrying),
      new Policies(
          "the same, with a breaker",
          "breaker",
          client -> retrying(client)
              .breaker(client.breaker(
                  "server", BreakerSettings.consecutive(5).withOpenTime(ofSeconds(5))))));

  private static PipelineBuilder once(Storm.Client client) {
    return Pipeline.builder("client-" + client.number()).perTryTimeout(ofSeconds(1));
  }

  private static PipelineBuilder retrying(Storm.Client client) {
    return once(client)
        .deadline(ofSeconds(4))
        .retry(RetrySettings.exponential(ofMillis(100)).withAttempts(3));
  }

  /** The default, and a floor, which each of the 2,000 clients has for itself. */
  private static PipelineBuilder withFloor(Storm.Client client) {
    RetryBudgetSettings settings = RetryBudgetSettings.ratio(0.1).withFloorPerSecond(1);
    return retrying(client).budget(client.budget(settings));
  }
}
