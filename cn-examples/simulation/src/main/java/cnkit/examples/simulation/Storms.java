package cnkit.examples.simulation;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import cnkit.resilience.testing.ServerModel;
import cnkit.resilience.testing.Storm;
import cnkit.resilience.testing.StormReport;
import cnkit.resilience.testing.Trouble;
import java.util.List;

/**
 * One of the standard storms.
 *
 * @param name for the report
 * @param file for the drawings
 * @param server what it happens to
 * @param trouble what happens
 */
record Storms(String name, String file, ServerModel server, Trouble trouble) {
  /** 2,000 clients ask four nodes for seven tenths of what they can do. */
  private static final ServerModel FOUR_NODES = ServerModel.capacity(1_000).nodes(4);

  /** What every policy has to bear. */
  static final List<Storms> ALL = List.of(
      new Storms(
          "three times the load for 30 s", "spike", FOUR_NODES, Trouble.spike(ofSeconds(30), 3)),
      new Storms("no answer for 30 s", "black-hole", FOUR_NODES, Trouble.blackHole(ofSeconds(30))),
      new Storms(
          "one of four nodes 20 times as slow for 60 s",
          "slow-node",
          FOUR_NODES,
          Trouble.slowNode(ofSeconds(60), 20)),
      new Storms("no connection for 30 s", "outage", FOUR_NODES, Trouble.outage(ofSeconds(30))));

  StormReport under(Policies policy) {
    return Storm.against(server)
        .clients(2_000)
        .load(700)
        .calm(ofSeconds(30))
        .lasting(ofMinutes(4))
        .policy(policy.policy())
        .run(trouble);
  }
}
