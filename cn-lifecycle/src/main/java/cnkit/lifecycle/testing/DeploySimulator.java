package cnkit.lifecycle.testing;

import static java.util.Objects.requireNonNull;

import cnkit.core.testing.VirtualTime;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.LifecycleBuilder;
import cnkit.lifecycle.LifecycleEvent;
import cnkit.lifecycle.Phase;
import cnkit.lifecycle.ShutdownPlan;
import cnkit.lifecycle.WorkKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Simulates the deletion of a pod many times, in virtual time and with a different schedule each time, and counts the
 * requests that its clients lose. The lifecycle is the real one, with the user's own plan. The kubelet, the load
 * balancers and the clients are models. Immutable; the same seed gives the same schedules.
 *
 * <pre>{@code
 * DeploySimulator.Result result = DeploySimulator.of(plan).schedules(200).run();
 * assertEquals(0, result.dropped(), result::toString);
 * }</pre>
 *
 * <p><b>The models.</b> The pod is deleted at second 0. Its pre-stop pause begins, then SIGTERM is sent, and
 * {@code terminationGracePeriodSeconds} after the deletion the pod is killed. Each load balancer learns of the
 * deletion at a random moment of its own, within {@link #endpointsLearnWithin}, and sends nothing new to this pod
 * after that. Each client has one connection, which it keeps as long as the answers allow it. It sends its next
 * request a random pause after the last answer, and a request takes a random time. The server accepts connections
 * until its intake stops. Then it answers 503 and closes idle connections; a request that was sent less than the
 * network's latency before that moment is lost.
 */
public final class DeploySimulator {
  private static final long LATENCY_NANOS = 500_000;

  private final Consumer<LifecycleBuilder> plan;
  private final Options options;

  private record Options(
      Duration preStop,
      Duration learn,
      int clients,
      Duration think,
      Duration request,
      int schedules,
      long seed) {}

  private DeploySimulator(Consumer<LifecycleBuilder> plan, Options options) {
    this.plan = plan;
    this.options = options;
  }

  /**
   * Creates a simulator of a plan. The defaults are 20 clients that pause up to 1 s between requests of up to 1 s,
   * load balancers that learn within 4 s, no pre-stop pause, 100 schedules, and seed 1.
   *
   * @param plan the user's plan
   * @return a simulator
   */
  public static DeploySimulator of(ShutdownPlan plan) {
    return of(builder -> {
      builder
          .grace(plan.grace())
          .propagation(plan.propagation())
          .closeBudget(plan.closeBudget())
          .flushBudget(plan.flushBudget());
      plan.phases().forEach(builder::phase);
    });
  }

  /**
   * As {@link #of(ShutdownPlan)}, for settings that are not part of a plan, such as an adaptive propagation or
   * components.
   *
   * @param configure receives, once for each schedule, a builder whose time and {@code drain} are set; the code of
   *     components must wait only as {@link VirtualTime} allows
   * @return a simulator
   */
  public static DeploySimulator of(Consumer<LifecycleBuilder> configure) {
    return new DeploySimulator(
        requireNonNull(configure, "configure"),
        new Options(
            Duration.ZERO,
            Duration.ofSeconds(4),
            20,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            100,
            1));
  }

  private DeploySimulator with(Options changed) {
    return new DeploySimulator(plan, changed);
  }

  /**
   * The platform's pause before SIGTERM.
   *
   * @param pause zero or more, default zero
   * @return a copy
   */
  public DeploySimulator preStop(Duration pause) {
    Options o = options;
    return with(new Options(pause, o.learn, o.clients, o.think, o.request, o.schedules, o.seed));
  }

  /**
   * How long the slowest load balancer may take to learn that the pod is going.
   *
   * @param longest zero or more, default 4 s
   * @return a copy
   */
  public DeploySimulator endpointsLearnWithin(Duration longest) {
    Options o = options;
    return with(
        new Options(o.preStop, longest, o.clients, o.think, o.request, o.schedules, o.seed));
  }

  /**
   * How many clients there are, each behind a load balancer of its own.
   *
   * @param count 1 or more, default 20
   * @return a copy
   */
  public DeploySimulator clients(int count) {
    Options o = options;
    return with(new Options(o.preStop, o.learn, count, o.think, o.request, o.schedules, o.seed));
  }

  /**
   * How long a client pauses between an answer and its next request.
   *
   * @param longest above zero, default 1 s; half as long on average
   * @return a copy
   */
  public DeploySimulator thinkAtMost(Duration longest) {
    Options o = options;
    return with(
        new Options(o.preStop, o.learn, o.clients, longest, o.request, o.schedules, o.seed));
  }

  /**
   * How long a request takes.
   *
   * @param longest above zero, default 1 s; half as long on average
   * @return a copy
   */
  public DeploySimulator requestsTakeAtMost(Duration longest) {
    Options o = options;
    return with(new Options(o.preStop, o.learn, o.clients, o.think, longest, o.schedules, o.seed));
  }

  /**
   * Sets how many deletions are simulated.
   *
   * @param count 1 or more, default 100
   * @return a copy
   */
  public DeploySimulator schedules(int count) {
    Options o = options;
    return with(new Options(o.preStop, o.learn, o.clients, o.think, o.request, count, o.seed));
  }

  /**
   * Sets the seed of the random schedules.
   *
   * @param seed any, default 1
   * @return a copy
   */
  public DeploySimulator seed(long seed) {
    Options o = options;
    return with(new Options(o.preStop, o.learn, o.clients, o.think, o.request, o.schedules, seed));
  }

  /**
   * The requests of all schedules, by their result.
   *
   * @param served answered by the deleted pod, from its deletion on
   * @param elsewhere sent to another pod
   * @param refused answered with 503, because the intake was closed
   * @param unreachable found no listening port
   * @param reset lost on a connection that was just being closed
   * @param cut in work when the drain or the platform's grace ended
   * @param killed how many schedules ended with SIGKILL
   * @param slowest the longest shutdown, from SIGTERM on
   * @param worst the seed of the schedule that lost most; {@code schedules(1).seed(worst)} repeats it
   */
  public record Result(
      long served,
      long elsewhere,
      long refused,
      long unreachable,
      long reset,
      long cut,
      int killed,
      Duration slowest,
      long worst) {
    /**
     * All requests that clients have lost.
     *
     * @return refused, unreachable, reset and cut
     */
    public long dropped() {
      return refused + unreachable + reset + cut;
    }

    private Result plus(Result other) {
      return new Result(
          served + other.served,
          elsewhere + other.elsewhere,
          refused + other.refused,
          unreachable + other.unreachable,
          reset + other.reset,
          cut + other.cut,
          killed + other.killed,
          slowest.compareTo(other.slowest) >= 0 ? slowest : other.slowest,
          worst);
    }

    /** A line for people. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d dropped (%d refused, %d unreachable, %d reset, %d cut), %d served, %d elsewhere, %d killed; slowest stop %s;"
              + " worst schedule: seed %d",
          dropped(),
          refused,
          unreachable,
          reset,
          cut,
          served,
          elsewhere,
          killed,
          slowest,
          worst);
    }
  }

  /**
   * Runs all schedules.
   *
   * @return the sum
   */
  public Result run() {
    var total = new Result(0, 0, 0, 0, 0, 0, 0, Duration.ZERO, options.seed());
    long most = -1;
    long worst = options.seed();
    for (int i = 0; i < options.schedules(); i++) {
      long seed = options.seed() + i;
      Result one;
      try (var time = new VirtualTime()) {
        one = new Deploy(time, seed).run();
      }
      if (one.dropped() > most) {
        most = one.dropped();
        worst = seed;
      }
      total = total.plus(one);
    }
    return new Result(
        total.served,
        total.elsewhere,
        total.refused,
        total.unreachable,
        total.reset,
        total.cut,
        total.killed,
        total.slowest,
        worst);
  }

  /** One pod, from a while before its deletion to its end. */
  private final class Deploy {
    private final VirtualTime time;
    private final SplittableRandom random;
    private final InFlight inFlight;
    private final List<Client> clients = new ArrayList<>();
    private boolean over;
    private boolean intakeStopped;
    private boolean deleted;
    private long deletedAt;
    private long served;
    private long elsewhere;
    private long refused;
    private long unreachable;
    private long reset;
    private long cut;

    Deploy(VirtualTime time, long seed) {
      this.time = time;
      this.random = new SplittableRandom(seed);
      this.inFlight = new InFlight(time);
    }

    Result run() {
      LifecycleBuilder builder = Lifecycle.builder().time(time).drain(inFlight);
      plan.accept(builder);
      Lifecycle lifecycle = builder.build();
      lifecycle.subscribe(event -> {
        if (event instanceof LifecycleEvent.PhaseEnded ended
            && ended.phase().name().equals(Phase.STOP_INTAKE)) {
          closeIdleConnections();
        }
      });
      lifecycle.start();
      for (int i = 0; i < options.clients(); i++) {
        var client = new Client();
        clients.add(client);
        client.thinkThenSend();
      }
      time.advance(options.think().plus(options.request()));
      deleted = true;
      deletedAt = now();
      for (Client client : clients) {
        client.learnsAt =
            options.learn().isZero() ? 0 : random.nextLong(options.learn().toNanos());
      }
      long grace = lifecycle.plan().terminationGracePeriodSeconds(options.preStop());
      var kill = new CompletableFuture<Boolean>();
      time.schedule(Duration.ofSeconds(grace), () -> kill.complete(true));
      time.advance(options.preStop());
      long signalled = now();
      lifecycle.requestShutdown("SIGTERM");
      var end = new CompletableFuture<Boolean>();
      lifecycle.subscribe(event -> {
        if (event instanceof LifecycleEvent.Stopped) {
          end.complete(false);
        }
      });
      try {
        time.await(CompletableFuture.anyOf(kill, end));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Duration stop = Duration.ofNanos(now() - signalled);
      over = true;
      for (Client client : clients) {
        if (client.answersAt >= 0) {
          cut++;
        }
      }
      boolean killed = !end.isDone();
      return new Result(
          served, elsewhere, refused, unreachable, reset, cut, killed ? 1 : 0, stop, 0);
    }

    /** Counted from zero, unlike the ticks of the clock. */
    private long now() {
      return time.elapsed().toNanos();
    }

    private void closeIdleConnections() {
      intakeStopped = true;
      for (Client client : clients) {
        if (client.connected && client.answersAt < 0) {
          client.connected = false;
          if (client.sendsAt >= 0 && client.sendsAt - now() < LATENCY_NANOS) {
            client.lost = true;
          }
        }
      }
    }

    private final class Client {
      private boolean connected;
      private boolean gone;
      private boolean lost;
      private long learnsAt;
      private long sendsAt = -1;
      private long answersAt = -1;
      private int slot;

      void thinkThenSend() {
        long pause = 1 + random.nextLong(options.think().toNanos());
        sendsAt = now() + pause;
        time.schedule(Duration.ofNanos(pause), this::send);
      }

      private void send() {
        sendsAt = -1;
        if (over || gone) {
          return;
        }
        if (lost) {
          reset++;
          gone = true;
          return;
        }
        if (!connected) {
          if (deleted && now() - deletedAt >= learnsAt) {
            elsewhere++;
            gone = true; // and stays there: nothing more to be seen of it here
            return;
          }
          if (intakeStopped) {
            unreachable++;
            thinkThenSend();
            return;
          }
          connected = true;
        }
        slot = inFlight.enter(WorkKind.REQUEST);
        if (slot == InFlight.REFUSED) {
          refused++;
          connected = false;
          thinkThenSend();
          return;
        }
        long took = 1 + random.nextLong(options.request().toNanos());
        answersAt = now() + took;
        time.schedule(Duration.ofNanos(took), this::answer);
      }

      private void answer() {
        if (over) {
          return;
        }
        answersAt = -1;
        // what was cut before this answer is not served, whatever the client sees of it
        boolean late = inFlight.workCounts(WorkKind.REQUEST).cut() > 0;
        inFlight.exit(slot);
        if (late) {
          cut++;
        } else if (deleted) {
          served++;
        }
        connected = !inFlight.draining();
        thinkThenSend();
      }
    }
  }
}
