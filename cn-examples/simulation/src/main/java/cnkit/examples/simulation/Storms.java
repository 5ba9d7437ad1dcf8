package cnkit.examples.simulation;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import cnkit.resilience.testing.Fault;
import cnkit.resilience.testing.ServerModel;
import cnkit.resilience.testing.Storm;
import cnkit.resilience.testing.StormReport;
import java.util.List;

/**
 * One of the standard storms.
 *
 * @param name for the report
 * @param file for the drawings
 * @param server what it happens to
 * @param fault what happens
 */
record Storms(String name, String file, ServerModel server, Fault fault) {
  /** 2,000 clients ask four nodes for seven tenths of what they can do. */
  private static final ServerModel FOUR_NODES = ServerModel.capacity(1_000).withNodes(4);

  /** What every policy has to bear. */
  static final List<Storms> ALL = List.of(
      new Storms(
          "three times the load for 30 s", "spike", FOUR_NODES, Fault.spike(ofSeconds(30), 3)),
      new Storms("no answer for 30 s", "black-hole", FOUR_NODES, Fault.blackHole(ofSeconds(30))),
      new Storms(
          "one of four nodes 20 times as slow for 60 s",
          "slow-node",
          FOUR_NODES,
          Fault.slowNode(ofSeconds(60), 20)),
      new Storms("no connection for 30 s", "outage", FOUR_NODES, Fault.outage(ofSeconds(30))));

  StormReport under(Policies policy) {
    return Storm.against(server)
        .withClients(2_000)
        .withLoad(700)
        .withCalm(ofSeconds(30))
        .withDuration(ofMinutes(4))
        .withPolicy(policy.policy())
        .run(fault);
  }
}
