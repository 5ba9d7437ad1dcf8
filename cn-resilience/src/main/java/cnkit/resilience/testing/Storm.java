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
 * Thousands of clients with real pipelines against a model of their server, in virtual time: what does a policy do when
 * the server is gone for half a minute? Ten simulated minutes of 2,000 clients take some seconds on one core, use one
 * thread, and end the same way every time.
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
 * Users do not wait for each other: calls come at random, as many as before, whatever becomes of them. Immutable: each
 * method returns a copy.
 */
public final class Storm {
  /** Makes the pipeline of one client. */
  @FunctionalInterface
  public interface Policy {
    /**
     * The pipeline of a client, not built yet; the simulation adds its clock, timer and source of randomness.
     *
     * @param client whose; state that is made here (breakers, budgets) needs its ticker
     * @return a builder of its own for each client; what should be shared may be shared
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
     * This client's source of randomness.
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
   * @param server what it can do
   * @return 2,000 clients that use it to seven tenths, for ten minutes, with a minute of calm before the trouble
   */
  public static Storm against(ServerModel server) {
    return new Storm(requireNonNull(server, "server"));
  }

  /**
   * How many clients there are; each has a pipeline of its own.
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
   * How many calls all clients together begin.
   *
   * @param perSecond above 0 to 1,000,000 a second; default seven tenths of the server's capacity
   * @return a copy
   */
  public Storm withLoad(double perSecond) {
    Range.check("load", perSecond, 1e-3, 1e6);
    Storm copy = copy();
    copy.load = perSecond;
    return copy;
  }

  /**
   * The clients' policy.
   *
   * @param policy makes each client's pipeline; default one that adds nothing
   * @return a copy
   */
  public Storm withPolicy(Policy policy) {
    Storm copy = copy();
    copy.policy = requireNonNull(policy, "policy");
    return copy;
  }

  /**
   * Where chance starts from.
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
   * How long all is well before the trouble.
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
   * How long is simulated in all; at least 20 s after the trouble are.
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
   * How soon it has to be over for {@link #assertRecoversFrom}.
   *
   * @param patience after the end of the trouble: 1 s to 1 hour; default 60 s
   * @return a copy
   */
  public Storm withRecoveryTime(Duration patience) {
    Range.check("recoveringWithin", patience, Duration.ofSeconds(1), Duration.ofHours(1));
    Storm copy = copy();
    copy.patience = patience;
    return copy;
  }

  /**
   * Simulates it.
   *
   * @param fault what happens after the calm
   * @return what came of it
   */
  public StormReport run(Fault fault) {
    return new World(this, requireNonNull(fault, "fault")).run();
  }

  /**
   * Simulates it, and requires that the trouble ends when its cause does.
   *
   * @param fault what happens after the calm
   * @return what came of it
   * @throws AssertionError if fewer than 95 % of the calls ended well before the trouble, or again in time after it
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
