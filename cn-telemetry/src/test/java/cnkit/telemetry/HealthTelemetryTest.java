package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Subscription;
import cnkit.core.testing.VirtualTime;
import cnkit.health.Check;
import cnkit.health.Health;
import cnkit.health.Verdict;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthTelemetryTest {
  private static final Duration PERIOD = Duration.ofSeconds(10);

  private final Recorded recorded = new Recorded();
  private final VirtualTime time = new VirtualTime();
  private final AtomicReference<Verdict> verdict = new AtomicReference<>(Verdict.up());
  private final Health health = Health.builder()
      .time(time)
      .executor(time.executor())
      .events(Runnable::run)
      .check(Check.critical("db", () -> Objects.requireNonNull(verdict.get()))
          .every(PERIOD)
          .timeout(Duration.ofSeconds(1)))
      .build();
  private final Subscription observed = HealthTelemetry.observe(health, recorded.otel());

  @AfterEach
  void close() {
    observed.close();
    health.close();
    recorded.close();
  }

  @Test
  void aCheckHasOneSeriesForEachStatusAndExactlyOneOfThemIsOne() {
    assertEquals(Map.of("unknown", 1L, "up", 0L, "degraded", 0L, "down", 0L), statuses());
    run(Verdict.up());
    assertEquals(Map.of("unknown", 0L, "up", 1L, "degraded", 0L, "down", 0L), statuses());
    run(Verdict.degraded("slow"));
    assertEquals(Map.of("unknown", 0L, "up", 0L, "degraded", 1L, "down", 0L), statuses());
    run(Verdict.down("refused"));
    assertEquals(Map.of("unknown", 0L, "up", 0L, "degraded", 0L, "down", 1L), statuses());
  }

  @Test
  void aTransitionIsCountedOnceAndIsOneEventWhoseReasonHoldsNoSecret() {
    run(Verdict.up());
    run(Verdict.down("no answer from postgres://bob:hunter2@db"));
    run(Verdict.down("again"));
    assertEquals(
        Map.of(
            "{cn.health.check.name=db, cn.health.status.from=unknown, cn.health.status.to=up}", 1L,
            "{cn.health.check.name=db, cn.health.status.from=up, cn.health.status.to=down}", 1L),
        recorded.series("cn.health.check.transitions"));
    List<LogRecordData> events = events("cn.health.check.changed");
    assertEquals(2, events.size());
    assertEquals(Severity.INFO, events.get(0).getSeverity());
    assertEquals(Severity.WARN, events.get(1).getSeverity());
    String reason = events.get(1).getAttributes().get(Contract.CN_HEALTH_CHECK_REASON);
    assertTrue(
        reason != null && reason.startsWith("no answer") && !reason.contains("hunter2"), reason);
  }

  @Test
  void probesAndGateAreSeriesAndTheReasonOfAFailingProbeIsInItsEvent() {
    run(Verdict.up());
    assertEquals(0L, passing("ready"));
    assertEquals(1L, passing("live"));
    health.open();
    assertEquals(1L, passing("ready"));
    assertEquals(1L, recorded.series("cn.health.gate.state").get("{cn.health.gate.state=open}"));
    run(Verdict.down("refused"));
    assertEquals(0L, passing("ready"));
    LogRecordData last =
        events("cn.health.probe.changed").get(events("cn.health.probe.changed").size() - 1);
    assertEquals("db", last.getAttributes().get(Contract.CN_HEALTH_PROBE_CAUSES));
    health.drain();
    assertEquals(
        1L, recorded.series("cn.health.gate.state").get("{cn.health.gate.state=draining}"));
  }

  @Test
  void everyRunIsMeasuredByItsOutcomeAndTheAgeOfTheLastResultIsAGauge() {
    assertEquals(Map.of(), recorded.series("cn.health.check.age"));
    run(Verdict.up());
    run(Verdict.down("refused"));
    assertEquals(
        Set.of(
            "{cn.health.check.name=db, cn.health.check.outcome=passed}",
            "{cn.health.check.name=db, cn.health.check.outcome=failed}"),
        recorded.series("cn.health.check.duration").keySet());
    assertEquals(
        Set.of("{cn.health.check.name=db}"),
        recorded.series("cn.health.check.age").keySet());
  }

  @Test
  void aCheckThatIsRemovedLeavesNoSeries() {
    run(Verdict.up());
    health.remove("db");
    assertEquals(Map.of(), recorded.series("cn.health.check.status"));
    assertEquals(Map.of(), recorded.series("cn.health.check.age"));
  }

  @Test
  void closedNothingIsPublishedAnyMore() {
    run(Verdict.up());
    observed.close();
    int events = recorded.logs().size();
    run(Verdict.down("refused"));
    assertEquals(events, recorded.logs().size());
    assertEquals(Map.of(), recorded.series("cn.health.check.status"));
    assertEquals(1, recorded.series("cn.health.check.transitions").size());
  }

  @Test
  void aProviderThatRecordsNothingIsObservedForNothing() {
    HealthTelemetry.observe(health, OpenTelemetry.noop()).close();
    HealthTelemetry.observe(health, OpenTelemetry.propagating(Recorded.W3C)).close();
  }

  private void run(Verdict next) {
    if (time.nanoTime() == start) {
      health.start();
    }
    verdict.set(next);
    time.advance(PERIOD.multipliedBy(2));
  }

  private final long start = time.nanoTime();

  private Map<String, Long> statuses() {
    Map<String, Long> statuses = new java.util.TreeMap<>();
    recorded.series("cn.health.check.status").forEach((series, value) -> {
      assertTrue(
          series.contains("cn.health.check.impact=critical, cn.health.check.name=db"), series);
      statuses.put(series.substring(series.lastIndexOf('=') + 1, series.length() - 1), value);
    });
    return statuses;
  }

  private long passing(String probe) {
    return recorded
        .series("cn.health.probe.passing")
        .getOrDefault("{cn.health.probe.name=" + probe + '}', -1L);
  }

  private List<LogRecordData> events(String name) {
    return recorded.logs().stream()
        .filter(log -> name.equals(log.getEventName()))
        .toList();
  }
}
