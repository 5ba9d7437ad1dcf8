package cnkit.resilience.testing;

import java.time.Duration;

/**
 * A model of a server: nodes that are used in turn, each with workers and a queue. A request waits for a worker,
 * first come, first served. Its processing time is random, with an exponential distribution, as in M/M/c. If the
 * queue is full, the request is refused. The server also processes requests whose caller has given up, unless
 * {@code noticesCancel} is set; this is what keeps an overload going. Immutable.
 *
 * <pre>{@code
 * ServerModel.capacity(1_000).withService(Duration.ofMillis(20)).withQueue(3_000);
 * }</pre>
 *
 * @param perSecond the capacity of all nodes together in requests per second: 1 to 1,000,000
 * @param service the mean processing time of a request: 1 ms to 1 minute; default 20 ms
 * @param queue the number of requests that may wait, all nodes together: 0 to 10,000,000; default 3 s of the capacity
 * @param nodes the number of nodes that share the load: 1 to 1,000; default 1
 * @param noticesCancel whether it drops requests whose caller has given up, when it would start to process them;
 *     default false
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
   * Replaces the mean processing time.
   *
   * @param mean how long a worker needs on average
   * @return a copy; the capacity stays the same, so the number of workers changes
   */
  public ServerModel withService(Duration mean) {
    return new ServerModel(perSecond, mean, queue, nodes, noticesCancel);
  }

  /**
   * Replaces the size of the queue.
   *
   * @param places how many requests may wait
   * @return a copy
   */
  public ServerModel withQueue(int places) {
    return new ServerModel(perSecond, service, places, nodes, noticesCancel);
  }

  /**
   * Uses several nodes behind a load balancer that selects them in turn, whatever their state is.
   *
   * @param count the number of nodes; capacity and queue are divided among them
   * @return a copy
   */
  public ServerModel withNodes(int count) {
    return new ServerModel(perSecond, service, queue, count, noticesCancel);
  }

  /**
   * Makes the server drop requests whose caller has given up.
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
