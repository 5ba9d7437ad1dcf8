package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Subscription;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.WorkKind;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LifecycleTelemetryTest {
  private final Recorded recorded = new Recorded();
  private final InFlight inFlight = new InFlight();
  private final CountDownLatch flushed = new CountDownLatch(1);
  private final Lifecycle lifecycle = Lifecycle.builder()
      .grace(Duration.ofSeconds(20))
      .propagation(Duration.ZERO)
      .component("db", () -> {}, () -> {})
      .drain(inFlight)
      .flush("telemetry", flushed::countDown)
      .build();
  private final Subscription observed = LifecycleTelemetry.observe(lifecycle, recorded.otel());

  @AfterEach
  void close() {
    observed.close();
    lifecycle.close();
    recorded.close();
  }

  @Test
  void theStatusIsOneSeriesForEachAndExactlyOneOfThemIsOne() {
    assertEquals("{cn.lifecycle.status=new}", statusNow());
    lifecycle.start();
    assertEquals("{cn.lifecycle.status=running}", statusNow());
    assertEquals(Map.of(), recorded.series("cn.lifecycle.shutdown.duration"));
    lifecycle.shutdown("test");
    assertEquals("{cn.lifecycle.status=stopped}", statusNow());
    assertEquals(
        Set.of("{cn.lifecycle.outcome=stopped}"),
        recorded.series("cn.lifecycle.shutdown.duration").keySet());
  }

  @Test
  void workInFlightAndItsCountsAddUpByKind() {
    lifecycle.start();
    int slot = inFlight.enter(WorkKind.REQUEST);
    int other = inFlight.enter(WorkKind.REQUEST);
    inFlight.exit(other);
    assertEquals(
        1L, recorded.series("cn.lifecycle.work.in_flight").get("{cn.lifecycle.work.kind=request}"));
    assertEquals(1L, work("completed"));
    inFlight.exit(slot);
    lifecycle.shutdown("test");
    inFlight.enter(WorkKind.REQUEST);
    assertEquals(2L, work("completed"));
    assertEquals(1L, work("rejected"));
    assertEquals(0L, work("cut"));
  }

  @Test
  void everyPhaseHasItsDurationAndResult() {
    lifecycle.start();
    lifecycle.shutdown("test");
    Set<String> phases = recorded.series("cn.lifecycle.phase.duration").keySet();
    for (String phase : List.of("start", "announce", "drain", "close", "flush")) {
      String series = "cn.lifecycle.phase.name=" + phase + ", cn.lifecycle.phase.result=";
      assertTrue(phases.stream().anyMatch(each -> each.contains(series)), phase + " in " + phases);
    }
  }

  @Test
  void theReportIsAnEventThatIsOutBeforeTelemetryIsFlushed() throws Exception {
    lifecycle.start();
    inFlight.exit(inFlight.enter(WorkKind.REQUEST));
    lifecycle.shutdown("deploy");
    assertTrue(flushed.await(10, TimeUnit.SECONDS));
    LogRecordData flushing = event("cn.lifecycle.flushing");
    String report = flushing.getAttributes().get(Contract.CN_LIFECYCLE_REPORT);
    assertTrue(report != null && report.contains("\"completed\":1"), report);
    assertEquals("stopped", flushing.getAttributes().get(Contract.CN_LIFECYCLE_OUTCOME));
    assertEquals(0L, flushing.getAttributes().get(Contract.CN_LIFECYCLE_EXIT_CODE));
    assertEquals(
        "deploy",
        event("cn.lifecycle.triggered").getAttributes().get(Contract.CN_LIFECYCLE_TRIGGER_DETAIL));
    assertEquals(
        "db",
        event("cn.lifecycle.component.started")
            .getAttributes()
            .get(Contract.CN_LIFECYCLE_COMPONENT_NAME));
    event("cn.lifecycle.started");
  }

  private long work(String outcome) {
    return recorded
        .series("cn.lifecycle.work")
        .getOrDefault(
            "{cn.lifecycle.work.kind=request, cn.lifecycle.work.outcome=" + outcome + '}', -1L);
  }

  private String statusNow() {
    return String.join(
        " ",
        recorded.series("cn.lifecycle.status").entrySet().stream()
            .filter(entry -> entry.getValue() == 1)
            .map(Map.Entry::getKey)
            .toList());
  }

  private LogRecordData event(String name) {
    List<LogRecordData> found =
        recorded.logs().stream().filter(log -> name.equals(log.getEventName())).toList();
    assertEquals(1, found.size(), name + " in " + recorded.logs());
    return found.get(0);
  }
}
