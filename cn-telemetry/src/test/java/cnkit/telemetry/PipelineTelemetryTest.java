package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.core.Subscription;
import cnkit.core.testing.VirtualTime;
import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerSettings;
import cnkit.resilience.CallRejectedException;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipelineTelemetryTest {
  private final Recorded recorded = new Recorded();
  private final VirtualTime time = VirtualTime.startingAt(0);
  private final Breaker breaker = Breaker.of(
      "inventory", BreakerSettings.consecutive(2).withOpenTime(Duration.ofSeconds(5)), time);
  private final Pipeline pipeline = Pipeline.builder("inventory")
      .time(time)
      .retry(RetrySettings.constant(Duration.ofMillis(100)).withAttempts(2))
      .breaker(breaker)
      .bulkhead(4)
      .build();
  private final Subscription observed = PipelineTelemetry.observe(pipeline, recorded.otel());

  @AfterEach
  void close() {
    observed.close();
    recorded.close();
  }

  @Test
  void anExecutionIsMeasuredWithItsAttemptsByOutcome() throws Exception {
    assertEquals("ok", pipeline.call(a -> "ok"));
    String success = "{cn.resilience.outcome=success, cn.resilience.pipeline.name=inventory}";
    assertEquals(Map.of(success, 1L), recorded.series("cn.resilience.execution.duration"));
    assertEquals(Map.of(success, 1L), recorded.series("cn.resilience.execution.attempts"));
    assertEquals(Map.of(success, 1L), recorded.series("cn.resilience.attempt.duration"));
    assertEquals(Map.of(), recorded.series("cn.resilience.backoff.duration"));
  }

  @Test
  void aRetryShowsInAttemptsFailuresAndWaiting() throws Exception {
    pipeline.call(a -> {
      if (a.number() == 1) {
        throw new IOException("reset");
      }
      return "ok";
    });
    String name = "{cn.resilience.pipeline.name=inventory}";
    assertEquals(Map.of(name, 1L), recorded.series("cn.resilience.retries"));
    assertEquals(Map.of(name, 1L), recorded.series("cn.resilience.failures"));
    assertEquals(Map.of(name, 1L), recorded.series("cn.resilience.backoff.duration"));
    assertEquals(2, recorded.series("cn.resilience.attempt.duration").size());
    assertEquals(1, recorded.series("cn.resilience.execution.duration").size());
  }

  @Test
  void aBreakerHasOneSeriesForEachStateAndExactlyOneOfThemIsOne() {
    assertEquals("closed", breakerState());
    trip();
    assertEquals("open", breakerState());
    time.advance(Duration.ofSeconds(20)); // the open time is jittered
    assertEquals("half_open", breakerState());
    assertEquals(7, recorded.series("cn.resilience.breaker.state").size());
  }

  @Test
  void openingIsOneTransitionAndOneEventWithItsEvidence() {
    trip();
    awaitEvents(1);
    assertEquals(
        Map.of(
            "{cn.resilience.breaker.from=closed, cn.resilience.breaker.name=inventory, "
                + "cn.resilience.breaker.to=open}",
            1L),
        recorded.series("cn.resilience.breaker.transitions"));
    LogRecordData event = recorded.logs().get(0);
    assertEquals("cn.resilience.breaker.changed", event.getEventName());
    String evidence = event.getAttributes().get(Contract.CN_RESILIENCE_BREAKER_EVIDENCE);
    assertTrue(evidence != null && evidence.contains("2 of 2 calls failed"), evidence);
  }

  @Test
  void aRejectionIsCountedByReasonAndTimedAsRejected() {
    trip();
    assertThrows(CallRejectedException.class, () -> pipeline.call(a -> "ok"));
    assertEquals(
        1L,
        recorded
            .series("cn.resilience.rejections")
            .get("{cn.resilience.pipeline.name=inventory, cn.resilience.reason=breaker_open}"));
    assertEquals(
        1L,
        recorded
            .series("cn.resilience.execution.duration")
            .get("{cn.resilience.outcome=rejected, cn.resilience.pipeline.name=inventory, "
                + "cn.resilience.reason=breaker_open}"));
  }

  @Test
  void whatPipelinesShareIsPublishedOnce() {
    observed.close();
    Pipeline other = Pipeline.builder("other").breaker(breaker).build();
    Subscription both = PipelineTelemetry.observe(List.of(pipeline, other), recorded.otel());
    trip();
    awaitEvents(1);
    assertEquals(
        List.of(1L),
        List.copyOf(recorded.series("cn.resilience.breaker.transitions").values()));
    assertEquals(
        Set.of("{cn.resilience.pipeline.name=inventory}", "{cn.resilience.pipeline.name=other}"),
        recorded.series("cn.resilience.failures").keySet());
    assertEquals(1, recorded.logs().size());
    both.close();
  }

  @Test
  void bulkheadAndBudgetAreGauges() {
    assertEquals(
        Map.of("{cn.resilience.bulkhead.name=inventory}", 4L),
        recorded.series("cn.resilience.bulkhead.limit"));
    assertEquals(
        Map.of("{cn.resilience.bulkhead.name=inventory}", 0L),
        recorded.series("cn.resilience.bulkhead.in_use"));
    assertEquals(1, recorded.series("cn.resilience.budget.available").size());
  }

  @Test
  void closedNothingIsRecordedAnyMore() throws Exception {
    observed.close();
    pipeline.call(a -> "ok");
    assertEquals(Map.of(), recorded.series("cn.resilience.execution.duration"));
    assertEquals(Map.of(), recorded.series("cn.resilience.breaker.state"));
  }

  @Test
  void aProviderThatRecordsNothingAddsNoAllocationToACall() throws Exception {
    observed.close();
    Pipeline bare = Pipeline.builder("bare").breaker(breaker).build();
    PipelineTelemetry.observe(bare, OpenTelemetry.noop());
    assertEquals(0, Allocation.perRun(() -> call(bare)));
  }

  private static void call(Pipeline pipeline) {
    try {
      pipeline.call(a -> "ok");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void trip() {
    assertThrows(
        IOException.class,
        () -> pipeline.call(a -> {
          throw new IOException("refused");
        }));
  }

  private String breakerState() {
    List<String> ones = recorded.series("cn.resilience.breaker.state").entrySet().stream()
        .filter(entry -> entry.getValue() == 1)
        .map(Map.Entry::getKey)
        .toList();
    assertEquals(1, ones.size());
    String series = ones.get(0);
    return series.substring(series.lastIndexOf('=') + 1, series.length() - 1);
  }

  /** Events are delivered after the fact, on another thread. */
  private void awaitEvents(int count) {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (recorded.logs().size() < count && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertEquals(count, recorded.logs().size());
  }
}
