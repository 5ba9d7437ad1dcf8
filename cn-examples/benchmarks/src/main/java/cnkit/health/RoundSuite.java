package cnkit.health;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import com.codahale.metrics.health.HealthCheckRegistry;
import io.smallrye.health.SmallRyeHealth;
import io.smallrye.health.SmallRyeHealthReporter;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;

/** One background round of ten trivial checks: every body runs once, and what probes are told is up to date. */
@State(Scope.Thread)
@Suite(name = "health-round", title = "Ten trivial checks run once", threads = 1)
@Goal(of = "kit", nanos = 900)
@Goal(of = "kit", to = "dropwizard", ratio = 1.0)
@Goal(of = "kit", to = "smallrye", ratio = 1.0)
@Goal(of = "kit", to = "spring", ratio = 1.0)
public class RoundSuite {
  private static final int CHECKS = 10;

  private final Rounds rounds = new Rounds(CHECKS);
  private final HealthCheckRegistry dropwizard = Peers.dropwizard(CHECKS);
  private final SmallRyeHealthReporter smallrye = Peers.smallrye();
  private final HealthEndpoint spring = Peers.spring(CHECKS);
  private final Supplier<Verdict>[] direct = direct();

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Supplier<Verdict>[] direct() {
    Supplier<Verdict>[] bodies = new Supplier[CHECKS];
    Arrays.fill(bodies, (Supplier<Verdict>) Verdict::up);
    return bodies;
  }

  /** The bodies called one after another. */
  @Benchmark
  public HealthStatus raw() {
    HealthStatus worst = HealthStatus.UP;
    for (Supplier<Verdict> body : direct) {
      worst = Aggregate.worse(worst, body.get().status());
    }
    return worst;
  }

  /** The same with the clock read before and after each, which is what a time and an age need. */
  @Benchmark
  public long limit() {
    long took = 0;
    for (Supplier<Verdict> body : direct) {
      long start = System.nanoTime();
      if (body.get().status() == HealthStatus.UP) {
        took += System.nanoTime() - start;
      }
    }
    return took;
  }

  /** Ours. */
  @Benchmark
  public long kit() {
    return rounds.run();
  }

  /** Dropwizard's evaluation. */
  @Benchmark
  public SortedMap<String, com.codahale.metrics.health.HealthCheck.Result> dropwizard() {
    return dropwizard.runHealthChecks();
  }

  /** SmallRye's evaluation, which makes its JSON tree too. */
  @Benchmark
  public SmallRyeHealth smallrye() {
    return smallrye.getReadiness();
  }

  /** Spring Boot's evaluation. */
  @Benchmark
  public HealthDescriptor spring() {
    return spring.health();
  }
}
