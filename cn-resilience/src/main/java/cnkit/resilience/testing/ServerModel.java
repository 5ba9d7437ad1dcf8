package cnkit.resilience.testing;

import java.time.Duration;

/**
 * A server as the simulation sees it: nodes with workers and a queue each, asked in turn. A request waits for a worker,
 * first come first served, and is then worked on for a time that is drawn (exponentially distributed, as in M/M/c);
 * when the queue is full it is refused. A request whose caller has given up is worked on all the same unless the server
 * notices: that is what makes a storm feed itself. Immutable.
 *
 * <pre>{@code
 * ServerModel.capacity(1_000).withService(Duration.ofMillis(20)).withQueue(3_000);
 * }</pre>
 *
 * @param perSecond how many requests it can finish a second, all nodes together: 1 to 1,000,000
 * @param service how long a worker needs for one on average: 1 ms to 1 minute; default 20 ms
 * @param queue how many requests may wait, all nodes together: 0 to 10,000,000; default what it can finish in 3 s
 * @param nodes how many servers share the load: 1 to 1,000; default 1
 * @param noticesCancel whether it drops requests that nobody waits for when their turn comes; default no
 */
public record ServerModel(
    int perSecond, Duration service, int queue, int nodes, boolean noticesCancel) {
  /** Checks the ranges. */
  public ServerModel {
    Range.check("perSecond", perSecond, 1, 1_000_000);
    Range.check("service", service, Duration.ofMillis(1), Duration.ofMinutes(1));
    Range.check("queue", queue, 0, 10_000_000);
    Range.check("nodes", nodes, 1, 1_000);
  }

  /**
   * A server with the defaults.
   *
   * @param perSecond how many requests it can finish a second
   * @return the model
   */
  public static ServerModel capacity(int perSecond) {
    return new ServerModel(perSecond, Duration.ofMillis(20), 3 * perSecond, 1, false);
  }

  /**
   * Another time for one request.
   *
   * @param mean how long a worker needs on average
   * @return a copy; the capacity stays, so there are more or fewer workers
   */
  public ServerModel withService(Duration mean) {
    return new ServerModel(perSecond, mean, queue, nodes, noticesCancel);
  }

  /**
   * Another queue.
   *
   * @param places how many requests may wait
   * @return a copy
   */
  public ServerModel withQueue(int places) {
    return new ServerModel(perSecond, service, places, nodes, noticesCancel);
  }

  /**
   * Several nodes behind a balancer that asks them in turn, whatever they do.
   *
   * @param count how many; capacity and queue are divided among them
   * @return a copy
   */
  public ServerModel withNodes(int count) {
    return new ServerModel(perSecond, service, queue, count, noticesCancel);
  }

  /**
   * A server that drops requests which nobody waits for any more.
   *
   * @return a copy
   */
  public ServerModel withNoticedCancel() {
    return new ServerModel(perSecond, service, queue, nodes, true);
  }

  /** Workers of one node, at least one. */
  int workersPerNode() {
    double workers = perSecond * (service.toNanos() / 1e9) / nodes;
    return (int) Math.max(1, Math.round(workers));
  }

  int queuePerNode() {
    return queue / nodes;
  }
}
