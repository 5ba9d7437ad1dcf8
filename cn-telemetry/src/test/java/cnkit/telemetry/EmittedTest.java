package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cnkit.config.Config;
import cnkit.config.Default;
import cnkit.config.Range;
import cnkit.config.Reloadable;
import cnkit.core.Subscription;
import cnkit.health.Check;
import cnkit.health.Health;
import cnkit.health.Verdict;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Lifecycle;
import cnkit.resilience.AdaptiveLimit;
import cnkit.resilience.AdaptiveLimitSettings;
import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import cnkit.resilience.Throttle;
import cnkit.resilience.ThrottleSettings;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything happens once: what is emitted then is exactly what the contract lists. */
class EmittedTest {
  private final Recorded recorded = new Recorded();
  private final List<Subscription> observed = new ArrayList<>();

  @TempDir
  Path folder;

  @Test
  void whatIsListedIsEmittedAndWhatIsEmittedIsListed() throws Exception {
    ContractFile contract = ContractFile.read();
    observed.add(BuildInfo.of(EmittedTest.class).observe(recorded.otel()));
    configuration();
    health();
    pipelines();
    http();
    BoundedValues bounded = BoundedValues.of("cn.test", 1, recorded.otel());
    bounded.bound("a");
    bounded.bound("b");
    lifecycle();
    await(contract.events().keySet());
    assertEquals(new TreeSet<>(contract.events().keySet()), events());
    assertEquals(
        new TreeSet<>(contract.metrics().keySet()),
        recorded.metrics().stream()
            .map(MetricData::getName)
            .collect(Collectors.toCollection(TreeSet::new)));
    recorded.close(); // checks attributes, units, kinds and values
    observed.forEach(Subscription::close);
  }

  record Settings(@Default("1") @Range("0..9") int level) {}

  private void configuration() throws IOException {
    Path file = folder.resolve("app.json");
    Files.writeString(file, "{}", UTF_8);
    Reloadable<Settings> settings =
        Config.builder(Settings.class, MethodHandles.lookup()).files(file).reloadable();
    observed.add(ConfigTelemetry.observe(settings, recorded.otel()));
    Files.writeString(file, "{\"level\": 2}", UTF_8);
    settings.poll();
    Files.writeString(file, "{\"level\": 20}", UTF_8);
    settings.poll();
    settings.close();
  }

  private void health() {
    AtomicReference<Verdict> verdict = new AtomicReference<>(Verdict.up());
    Health health = Health.builder()
        .check(Check.critical("db", () -> verdict.getAndSet(Verdict.down("gone")))
            .every(Duration.ofMillis(10)))
        .build();
    observed.add(HealthTelemetry.observe(health, recorded.otel()));
    health.start();
    health.open();
    await(Set.of("cn.health.check.changed", "cn.health.probe.changed"));
    health.close();
  }

  private void pipelines() throws Exception {
    Breaker breaker = Breaker.of("b", BreakerSettings.consecutive(2));
    Pipeline one = Pipeline.builder("one")
        .retry(RetrySettings.exponential(Duration.ofMillis(1)).withAttempts(2))
        .breaker(breaker)
        .bulkhead(2)
        .build();
    Pipeline other = Pipeline.builder("other")
        .throttle(Throttle.of("t", ThrottleSettings.standard()))
        .adaptiveLimit(AdaptiveLimit.of("l", AdaptiveLimitSettings.between(1, 9)))
        .build();
    observed.add(PipelineTelemetry.observe(List.of(one, other), recorded.otel()));
    other.call(attempt -> "ok");
    assertThrows(
        IOException.class,
        () -> one.call(attempt -> {
          throw new IOException("refused");
        }));
  }

  private void http() {
    Function<String, String> caller = name ->
        name.equals("traceparent") ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : "";
    HttpServerTelemetry server = HttpServerTelemetry.of(recorded.otel());
    server.begin("GET", "/a", caller).route("/a").end(200);
    server.begin("GET", "/a", caller).route("/a").end(503);
    HttpClientTelemetry.of(recorded.otel())
        .begin("GET", "http://localhost:1/", (name, value) -> {})
        .end(200);
  }

  private void lifecycle() {
    Lifecycle lifecycle = Lifecycle.builder()
        .grace(Duration.ofSeconds(30))
        .propagation(Duration.ZERO)
        .component("db", () -> {}, () -> {})
        .drain(new InFlight())
        .flush("telemetry", () -> {})
        .build();
    observed.add(LifecycleTelemetry.observe(lifecycle, recorded.otel()));
    lifecycle.start();
    lifecycle.shutdown("test");
  }

  private Set<String> events() {
    return recorded.logs().stream()
        .map(LogRecordData::getEventName)
        .map(String::valueOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Events are delivered after the fact, on other threads. */
  private void await(Set<String> names) {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!events().containsAll(names) && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }
}
