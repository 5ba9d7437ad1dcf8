package cnkit.health;

import cnkit.benchmarks.Fact;
import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import cnkit.core.Time;
import com.codahale.metrics.health.HealthCheckRegistry;
import io.smallrye.health.SmallRyeHealthReporter;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.springframework.boot.health.actuate.endpoint.HealthDescriptor;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;

/** From the request to the body of the answer; peers evaluate their checks for it, and make no body yet. */
@State(Scope.Thread)
@Suite(
    name = "health-answer",
    title = "One probe answered, ten checks and five hundred",
    threads = 1)
@Goal(of = "kit10", to = "nanoTime", over = 10)
@Goal(of = "kit500", to = "nanoTime", over = 10)
@Goal(of = "kit10", bytes = 0)
@Goal(of = "kit500", bytes = 0)
@Goal(of = "kit500", to = "kit10", ratio = 1.1)
@Goal(of = "kit10", to = "dropwizard", ratio = 0.1)
public class AnswerSuite {
  private final Health ten = answering(10);
  private final Health fiveHundred = answering(500);
  private final HealthCheckRegistry dropwizard = Peers.dropwizard(10);
  private final SmallRyeHealthReporter smallrye = Peers.smallrye();
  private final HealthEndpoint spring = Peers.spring(10);
  private final Sink sink = new Sink();

  private static Health answering(int checks) {
    return answering(checks, Health.builder());
  }

  /** Run once and then as it is in service between two runs: valid, and read. */
  private static Health answering(int checks, Health.Builder builder) {
    for (int i = 0; i < checks; i++) {
      builder.check(Check.critical("check-" + i, Verdict::up)
          .every(Duration.ofDays(1))
          .timeout(Duration.ofMinutes(1)));
    }
    Health health = builder.build();
    health.start();
    health.open();
    try {
      if (!health.await(Probe.READY, Duration.ofMinutes(1))) {
        throw new IllegalStateException("not ready");
      }
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    health.close();
    return health;
  }

  /** What a server's stream does at least: it takes the bytes. */
  private static final class Sink extends OutputStream {
    long bytes;

    @Override
    public void write(int b) {
      bytes++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
      bytes += length;
    }
  }

  private long answer(Health health) throws IOException {
    ProbeReply reply = health.answer("GET", "/readyz", null, "*/*").orElseThrow();
    reply.writeTo(sink);
    return sink.bytes + reply.status();
  }

  /** One clock read, which an answer that can be too old cannot do without. */
  @Benchmark
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Ours, ten checks. */
  @Benchmark
  public long kit10() throws IOException {
    return answer(ten);
  }

  /** Ours, five hundred checks. */
  @Benchmark
  public long kit500() throws IOException {
    return answer(fiveHundred);
  }

  /** Dropwizard's evaluation, ten checks. */
  @Benchmark
  public SortedMap<String, com.codahale.metrics.health.HealthCheck.Result> dropwizard() {
    return dropwizard.runHealthChecks();
  }

  /** SmallRye's evaluation and its JSON as bytes. */
  @Benchmark
  public long smallrye() {
    smallrye.reportHealth(sink, smallrye.getReadiness());
    return sink.bytes;
  }

  /** Spring Boot's evaluation. */
  @Benchmark
  public HealthDescriptor spring() {
    return spring.health();
  }

  /** Counted by a clock. */
  @Fact(value = "clock reads by 1,000 answers", atMost = 1_000)
  public static long clockReads() throws IOException {
    AtomicLong reads = new AtomicLong();
    Time time = Time.system();
    Time counting = (Time) Proxy.newProxyInstance(
        Time.class.getClassLoader(), new Class<?>[] {Time.class}, (proxy, method, arguments) -> {
          if (method.getName().equals("nanoTime")) {
            reads.incrementAndGet();
          }
          return method.invoke(time, arguments);
        });
    Health health = answering(10, Health.builder().time(counting));
    long before = reads.get();
    for (int i = 0; i < 1_000; i++) {
      health
          .answer("GET", "/readyz", null, "*/*")
          .orElseThrow()
          .writeTo(OutputStream.nullOutputStream());
    }
    return reads.get() - before;
  }
}
