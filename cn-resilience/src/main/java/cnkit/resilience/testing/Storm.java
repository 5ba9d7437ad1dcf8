package cnkit.resilience.testing;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Pipeline;
import cnkit.resilience.PipelineBuilder;
import cnkit.resilience.RetryBudget;
import cnkit.resilience.RetryBudgetSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * Simulates thousands of clients with real pipelines against a model of their server, in virtual time. It shows, for
 * example, what a policy does if the server is down for half a minute. Ten simulated minutes of 2,000 clients take a
 * few seconds on one core, use one thread, and give the same result in every run.
 *
 * <pre>{@code
 * // a test
 * void theInventoryClientDoesNotKeepAStormAlive() {
 *   Storm.against(ServerModel.capacity(1_000))
 *       .withClients(500)
 *       .withLoad(700)
 *       .withPolicy(client -> Inventory.pipeline(client.time()))   // the builder that production uses
 *       .assertRecoversFrom(Fault.outage(Duration.ofSeconds(30)));
 * }
 * }</pre>
 *
 * Calls arrive at random times and at the configured rate, whatever the results of earlier calls are, because users
 * do not wait for each other. Immutable; each method returns a changed copy.
 */
public final class Storm {
  /** Makes the pipeline of one client. */
  @FunctionalInterface
  public interface Policy {
    /**
     * The builder of a client's pipeline; the simulation adds its clock, its timer and its source of random numbers.
     *
     * @param client the client; breakers and budgets that are created here must use its time
     * @return a separate builder for each client; it may use shared objects
     */
    PipelineBuilder pipeline(Client client);
  }

  /** One client of the server: a process with a pipeline of its own. */
  public static final class Client {
    private final int number;
    private final VirtualTime time;
    private final SplittableRandom random;

    Client(int number, VirtualTime time, SplittableRandom random) {
      this.number = number;
      this.time = time;
      this.random = random;
    }

    /** {@return the number of this client, from 0 on} */
    public int number() {
      return number;
    }

    /** {@return the virtual time that all clients share} */
    public Time time() {
      return time;
    }

    /**
     * This client's source of random numbers.
     *
     * @return uniform in [0, 1), the same in every run
     */
    public DoubleSupplier random() {
      return random::nextDouble;
    }

    /**
     * A breaker on the simulation's clock.
     *
     * @param name for events and messages
     * @param settings when it opens and closes
     * @return a closed breaker
     */
    public Breaker breaker(String name, BreakerSettings settings) {
      return Breaker.of(name, settings, time(), random(), Runnable::run);
    }

    /**
     * A retry budget on the simulation's clock.
     *
     * @param settings how much
     * @return a budget
     */
    public RetryBudget budget(RetryBudgetSettings settings) {
      return RetryBudget.of(settings, time());
    }

    Pipeline build(Policy policy) {
      return policy.pipeline(this).time(time).random(random()).build();
    }
  }

  final ServerModel server;
  int clients = 2_000;
  double load;
  long seed = 1;
  Duration calm = Duration.ofSeconds(60);
  Duration lasting = Duration.ofMinutes(10);
  Duration patience = Duration.ofSeconds(60);
  Policy policy = client -> Pipeline.builder("client-" + client.number());

  private Storm(ServerModel server) {
    this.server = server;
    this.load = 0.7 * server.perSecond();
  }

  private Storm copy() {
    Storm copy = new Storm(server);
    copy.clients = clients;
    copy.load = load;
    copy.seed = seed;
    copy.calm = calm;
    copy.lasting = lasting;
    copy.patience = patience;
    copy.policy = policy;
    return copy;
  }

  /**
   * Clients without any policy, against a server.
   *
   * @param server the model of the server
   * @return a simulation of 2,000 clients that use 70 % of the capacity, for ten minutes, with one minute before the
   *     fault
   */
  public static Storm against(ServerModel server) {
    return new Storm(requireNonNull(server, "server"));
  }

  /**
   * Sets the number of clients; each has a pipeline of its own.
   *
   * @param clients 1 to 100,000; default 2,000
   * @return a copy
   */
  public Storm withClients(int clients) {
    Range.check("clients", clients, 1, 100_000);
    Storm copy = copy();
    copy.clients = clients;
    return copy;
  }

  /**
   * Sets the number of calls that all clients together start.
   *
   * @param perSecond 0.001 to 1,000,000 a second; default 70 % of the server's capacity
   * @return a copy
   */
  public Storm withLoad(double perSecond) {
    Range.check("load", perSecond, 1e-3, 1e6);
    Storm copy = copy();
    copy.load = perSecond;
    return copy;
  }

  /**
   * Sets the clients' policy.
   *
   * @param policy creates each client's pipeline; by default a pipeline without stages
   * @return a copy
   */
  public Storm withPolicy(Policy policy) {
    Storm copy = copy();
    copy.policy = requireNonNull(policy, "policy");
    return copy;
  }

  /**
   * Sets the seed of the random numbers.
   *
   * @param seed any; default 1
   * @return a copy
   */
  public Storm withSeed(long seed) {
    Storm copy = copy();
    copy.seed = seed;
    return copy;
  }

  /**
   * Sets the time before the fault starts.
   *
   * @param calm 10 s to 1 hour; default 60 s
   * @return a copy
   */
  public Storm withCalm(Duration calm) {
    Range.check("calm", calm, Duration.ofSeconds(10), Duration.ofHours(1));
    Storm copy = copy();
    copy.calm = calm;
    return copy;
  }

  /**
   * Sets the whole simulated time; at least 20 s after the fault are simulated in any case.
   *
   * @param lasting 1 minute to 1 day; default 10 minutes
   * @return a copy
   */
  public Storm withDuration(Duration lasting) {
    Range.check("lasting", lasting, Duration.ofMinutes(1), Duration.ofDays(1));
    Storm copy = copy();
    copy.lasting = lasting;
    return copy;
  }

  /**
   * Sets how soon the clients have to recover for {@link #assertRecoversFrom}.
   *
   * @param patience the time after the end of the fault: 1 s to 1 hour; default 60 s
   * @return a copy
   */
  public Storm withRecoveryTime(Duration patience) {
    Range.check("recoveringWithin", patience, Duration.ofSeconds(1), Duration.ofHours(1));
    Storm copy = copy();
    copy.patience = patience;
    return copy;
  }

  /**
   * Runs the simulation.
   *
   * @param fault what happens after the calm
   * @return what came of it
   */
  public StormReport run(Fault fault) {
    return new World(this, requireNonNull(fault, "fault")).run();
  }

  /**
   * Runs the simulation, and asserts that the clients recover after the end of the fault.
   *
   * @param fault what happens after the calm
   * @return what came of it
   * @throws AssertionError if fewer than 90 % of the calls succeeded in the last ten seconds before the fault, or if
   *     the share did not return to 95 % in time after it
   */
  public StormReport assertRecoversFrom(Fault fault) {
    StormReport report = run(fault);
    Optional<Duration> recovery = report.recovery();
    Duration calmSince = report.start().minusSeconds(10);
    StormReport.Second calm = report.sum(calmSince, report.start());
    if (calm.succeeded() < 0.9 * calm.offered()) {
      throw new AssertionError("not well even before the trouble: " + report.story());
    }
    if (recovery.isEmpty() || recovery.get().compareTo(patience) > 0) {
      throw new AssertionError(
          "expected to recover within " + patience.toSeconds() + " s: " + report.story());
    }
    return report;
  }
}
