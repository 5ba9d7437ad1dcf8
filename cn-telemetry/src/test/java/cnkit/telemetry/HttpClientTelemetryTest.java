package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.net.ConnectException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@SuppressWarnings("try")
class HttpClientTelemetryTest {
  private static final String DURATION = "http.client.request.duration";

  private final Recorded recorded = new Recorded();
  private final HttpClientTelemetry http = HttpClientTelemetry.of(recorded.otel());
  private final Map<String, String> headers = new TreeMap<>();

  @AfterEach
  void close() {
    recorded.close();
  }

  @Test
  void anAttemptIsOneSpanAndOneMeasurementWithTheConventionsAttributes() {
    http.begin("GET", "https://bob:pw@API.example/stock?sku=7&token=abc", headers::put)
        .protocolVersion("HTTP_2")
        .end(200);
    SpanData span = recorded.spans().get(0);
    assertEquals("GET", span.getName());
    assertEquals(SpanKind.CLIENT, span.getKind());
    assertEquals(
        "{http.request.method=GET, http.response.status_code=200, network.protocol.version=2, "
            + "server.address=api.example, server.port=443, "
            + "url.full=https://REDACTED:REDACTED@API.example/stock?sku=7&token=***}",
        Recorded.text(span.getAttributes()));
    assertEquals(
        Map.of(
            "{http.request.method=GET, http.response.status_code=200, network.protocol.version=2, "
                + "server.address=api.example, server.port=443}",
            1L),
        recorded.series(DURATION));
    assertEquals(
        Map.of(
            "traceparent",
            "00-" + span.getTraceId() + '-' + span.getSpanId() + '-'
                + span.getSpanContext().getTraceFlags().asHex()),
        headers);
  }

  @ParameterizedTest
  @CsvSource({"200, UNSET, ", "304, UNSET, ", "404, ERROR, 404", "503, ERROR, 503"})
  void everyStatusFrom400OnIsAnErrorOfTheClient(int status, StatusCode code, String type) {
    http.begin("GET", "http://h/", headers::put).end(status);
    assertEquals(code, recorded.spans().get(0).getStatus().getStatusCode());
    assertEquals(type, recorded.spans().get(0).getAttributes().get(Contract.ERROR_TYPE));
  }

  @Test
  void aFailureATimeoutAndACancellationAreToldApartAndCancellingIsNoError() {
    http.begin("GET", "http://h/", headers::put).fail(new ConnectException("refused"));
    http.begin("GET", "http://h/", headers::put).timeOut();
    http.begin("GET", "http://h/", headers::put).cancel();
    assertEquals(
        Map.of(
            "{error.type=java.net.ConnectException, http.request.method=GET, server.address=h, server.port=80}",
                1L,
            "{error.type=timeout, http.request.method=GET, server.address=h, server.port=80}", 1L,
            "{error.type=cancelled, http.request.method=GET, server.address=h, server.port=80}",
                1L),
        recorded.series(DURATION));
    assertEquals(StatusCode.ERROR, recorded.spans().get(0).getStatus().getStatusCode());
    assertEquals(StatusCode.ERROR, recorded.spans().get(1).getStatus().getStatusCode());
    assertEquals(StatusCode.UNSET, recorded.spans().get(2).getStatus().getStatusCode());
  }

  @Test
  void everyAttemptFromTheSecondOnSaysHowManyWentBefore() {
    http.begin("GET", "http://h/", headers::put).end(503);
    http.begin("GET", "http://h/", headers::put, 1).end(200);
    assertEquals(
        null, recorded.spans().get(0).getAttributes().get(Contract.HTTP_REQUEST_RESEND_COUNT));
    assertEquals(
        1L, recorded.spans().get(1).getAttributes().get(Contract.HTTP_REQUEST_RESEND_COUNT));
    assertTrue(
        !recorded.spans().get(0).getSpanId().equals(recorded.spans().get(1).getSpanId()));
  }

  @Test
  void onlyTheFirstEndCounts() {
    ClientCall call = http.begin("GET", "http://h/", headers::put);
    call.end(200);
    call.timeOut();
    call.fail(new IllegalStateException());
    assertEquals(1, recorded.spans().size());
    assertEquals(1, recorded.series(DURATION).size());
  }

  @Test
  void baggageGoesOnlyWhereItIsAllowedTo() {
    var inside = HttpClientTelemetry.builder(recorded.otel())
        .baggageTo(host -> host.endsWith(".internal"))
        .traceTo(host -> !host.equals("ads.example"))
        .build();
    try (Scope scope = Baggage.builder().put("tenant", "a").build().makeCurrent()) {
      inside.begin("GET", "http://stock.internal/", headers::put).end(200);
      assertEquals("tenant=a", headers.remove("baggage"));
      headers.clear();
      inside.begin("GET", "http://api.example/", headers::put).end(200);
      assertEquals(java.util.Set.of("traceparent"), headers.keySet());
      headers.clear();
      inside.begin("GET", "http://ads.example/", headers::put).end(200);
      assertEquals(Map.of(), headers);
    }
  }

  @Test
  void hostsBeyondTheLimitShareOneSeries() {
    var small = HttpClientTelemetry.builder(recorded.otel()).maxHosts(2).build();
    for (int i = 0; i < 5; i++) {
      small.begin("GET", "http://h" + i + "/", headers::put).end(200);
    }
    assertEquals(3, recorded.series(DURATION).size());
    assertEquals(
        Map.of("{cn.telemetry.attribute=server.address}", 3L),
        recorded.series("cn.telemetry.overflow"));
  }

  @Test
  void withNothingToRecordNothingIsSent() {
    HttpClientTelemetry.of(OpenTelemetry.noop())
        .begin("GET", "http://h/", headers::put)
        .end(200);
    assertEquals(Map.of(), headers);
  }

  @Test
  void whatAUsersFunctionThrowsReachesNoCallerAndSendsNothing() {
    HttpClientTelemetry hostile = HttpClientTelemetry.builder(recorded.otel())
        .traceTo(host -> {
          throw new StackOverflowError();
        })
        .build();
    hostile.begin("GET", "http://h/", headers::put).end(200);
    assertEquals(Map.of(), headers);
    http.begin("GET", "http://h/", (name, value) -> {
          throw new IllegalArgumentException("restricted");
        })
        .end(200);
    assertEquals(2, recorded.spans().size());
  }
}
