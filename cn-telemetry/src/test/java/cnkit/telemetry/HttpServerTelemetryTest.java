package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

@SuppressWarnings({"try", "NullAway"}) // a header function answers null for what is absent
class HttpServerTelemetryTest {
  private static final String DURATION = "http.server.request.duration";
  private static final String ACTIVE = "http.server.active_requests";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";
  private static final Function<String, String> NO_HEADERS = Map.<String, String>of()::get;

  private final Recorded recorded = new Recorded();
  private final HttpServerTelemetry http = HttpServerTelemetry.of(recorded.otel());

  @AfterEach
  void close() {
    recorded.close();
    assertSame(Context.root(), Context.current());
  }

  @Test
  void anAnsweredRequestIsOneSpanAndOneMeasurementWithTheConventionsAttributes() {
    ServerCall call = http.begin("GET", "/orders/7?page=2&token=abc", NO_HEADERS);
    assertEquals(Map.of("{http.request.method=GET, url.scheme=http}", 1L), recorded.series(ACTIVE));
    call.route("/orders/{id}").protocolVersion("HTTP/1.1").client("192.0.2.1").end(200);
    assertEquals(Map.of("{http.request.method=GET, url.scheme=http}", 0L), recorded.series(ACTIVE));
    assertEquals(
        Map.of(
            "{http.request.method=GET, http.response.status_code=200, http.route=/orders/{id}, "
                + "network.protocol.version=1.1, url.scheme=http}",
            1L),
        recorded.series(DURATION));
    SpanData span = span();
    assertEquals("GET /orders/{id}", span.getName());
    assertEquals(SpanKind.SERVER, span.getKind());
    assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
    assertEquals(
        "{client.address=192.0.2.1, http.request.method=GET, http.response.status_code=200, "
            + "http.route=/orders/{id}, network.protocol.version=1.1, url.path=/orders/7, "
            + "url.query=page=2&token=***, url.scheme=http}",
        Recorded.text(span.getAttributes()));
  }

  @Test
  void theDurationIsInSecondsWithTheConventionsBuckets() {
    http.begin("GET", "/", NO_HEADERS).end(200);
    MetricData duration = recorded.metrics().stream()
        .filter(metric -> metric.getName().equals(DURATION))
        .findFirst()
        .orElseThrow();
    HistogramPointData point =
        duration.getHistogramData().getPoints().iterator().next();
    assertEquals("s", duration.getUnit());
    assertEquals(
        List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
        point.getBoundaries());
    assertTrue(point.getSum() < 5, "seconds, got " + point.getSum());
  }

  @ParameterizedTest
  @CsvSource({
    "200, false, ''",
    "404, false, ''",
    "499, false, ''",
    "500, true, 500",
    "503, true, 503",
    "0, false, ''",
    "99, false, ''",
    "600, false, ''"
  })
  void a5xxIsAnErrorOfTheServerAnd4xxIsNot(int status, boolean error, String type) {
    http.begin("GET", "/", NO_HEADERS).end(status);
    assertEquals(error ? StatusCode.ERROR : StatusCode.UNSET, span().getStatus().getStatusCode());
    assertEquals(type.isEmpty() ? null : type, span().getAttributes().get(Contract.ERROR_TYPE));
  }

  @Test
  void anExceptionIsAnErrorByItsClassUnlessA4xxExplainsIt() {
    http.begin("GET", "/", NO_HEADERS).end(500, new IOException("password=x"));
    http.begin("GET", "/", NO_HEADERS).end(404, new IllegalStateException("no such order"));
    http.begin("GET", "/", NO_HEADERS).end(200, new IOException("cut in the body"));
    List<SpanData> spans = recorded.spans();
    assertEquals("java.io.IOException", spans.get(0).getAttributes().get(Contract.ERROR_TYPE));
    assertEquals(StatusCode.UNSET, spans.get(1).getStatus().getStatusCode());
    assertEquals(StatusCode.ERROR, spans.get(2).getStatus().getStatusCode());
    assertFalse(spans.toString().contains("password"), spans.toString());
  }

  @Test
  void aClientThatWentAwayIsToldApartAndIsNoErrorOfTheServer() {
    http.begin("GET", "/", NO_HEADERS).abort();
    assertEquals("client_abort", span().getAttributes().get(Contract.ERROR_TYPE));
    assertEquals(StatusCode.UNSET, span().getStatus().getStatusCode());
    assertEquals(
        Map.of("{error.type=client_abort, http.request.method=GET, url.scheme=http}", 1L),
        recorded.series(DURATION));
  }

  @Test
  void whicheverThreadEndsFirstEndsTheCallAndNoOtherDoes() throws Exception {
    ServerCall call = http.begin("GET", "/", NO_HEADERS);
    var go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(() -> {
        try {
          go.await();
        } catch (InterruptedException e) {
          return;
        }
        call.end(200);
        call.abort();
        call.end(500, new IllegalStateException());
      });
      thread.start();
      threads.add(thread);
    }
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(1, recorded.spans().size());
    assertEquals(List.of(0L), List.copyOf(recorded.series(ACTIVE).values()));
    assertEquals(List.of(1L), List.copyOf(recorded.series(DURATION).values()));
  }

  @Test
  void anUnknownMethodIsOther() {
    http.begin("BREW", "/pot", NO_HEADERS).route("/pot").end(418);
    assertEquals("HTTP /pot", span().getName());
    assertEquals("_OTHER", span().getAttributes().get(Contract.HTTP_REQUEST_METHOD));
    assertEquals("BREW", span().getAttributes().get(Contract.HTTP_REQUEST_METHOD_ORIGINAL));
    assertTrue(recorded.series(DURATION).keySet().iterator().next().contains("_OTHER"));
  }

  @Test
  void theKnownMethodsCanBeReplaced() {
    var own =
        HttpServerTelemetry.builder(recorded.otel()).knownMethods(Set.of("PUT")).build();
    own.begin("PUT", "/", NO_HEADERS).end(200);
    own.begin("GET", "/", NO_HEADERS).end(200);
    assertEquals("PUT", recorded.spans().get(0).getName());
    assertEquals("HTTP", recorded.spans().get(1).getName());
    assertEquals(Set.of("A", "B"), HttpRules.knownMethods(" A,,B ,"));
    assertTrue(HttpRules.knownMethods("").contains("GET"));
  }

  @Test
  void tenThousandUnroutedPathsAreOneSeries() {
    for (int i = 0; i < 10_000; i++) {
      http.begin("GET", "/wp-admin/" + i, NO_HEADERS).end(404);
    }
    assertEquals(
        Map.of(
            "{http.request.method=GET, http.response.status_code=404, url.scheme=http}", 10_000L),
        recorded.series(DURATION));
  }

  @Test
  void routesThatAreReallyPathsStayBoundedAndTheOverflowSaysSo() {
    for (int i = 0; i < 1000; i++) {
      http.begin("GET", "/x/" + i, NO_HEADERS).route("/x/" + i).end(200);
    }
    assertEquals(201, recorded.series(DURATION).size());
    assertEquals(
        Map.of("{cn.telemetry.attribute=http.route}", 800L),
        recorded.series("cn.telemetry.overflow"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/livez",
        "/readyz?verbose",
        "/readyz/db",
        "/startupz",
        "/metrics",
        "http://h/livez"
      })
  void probesAndScrapesLeaveNothing(String target) {
    http.begin("GET", target, name -> name.equals("traceparent") ? PARENT : null)
        .end(503);
    assertEquals(List.of(), recorded.spans());
    assertEquals(Map.of(), recorded.series(DURATION));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/livezoo", "/api/livez", "/"})
  void whatOnlyResemblesAProbeIsRecorded(String target) {
    http.begin("GET", target, NO_HEADERS).end(200);
    assertEquals(1, recorded.spans().size());
  }

  @Test
  void theCallersTraceIsContinuedAndInTheLog() {
    ServerCall call = http.begin("GET", "/", name -> name.equals("traceparent") ? PARENT : null);
    try (Scope scope = call.makeCurrent()) {
      assertEquals(TRACE, MDC.get("trace_id"));
      assertEquals(Span.current().getSpanContext().getSpanId(), MDC.get("span_id"));
      assertEquals("01", MDC.get("trace_flags"));
    }
    call.end(200);
    assertEquals(TRACE, span().getTraceId());
    assertEquals("b7ad6b7169203331", span().getParentSpanId());
  }

  @Test
  void anUntrustedCallerIsLinkedAndItsSamplingDecisionHasNoSay() {
    var edge =
        HttpServerTelemetry.builder(recorded.otel()).trust(InboundTrust.LINK).build();
    String unsampled = PARENT.substring(0, PARENT.length() - 1) + "0";
    edge.begin("GET", "/", name -> name.equals("traceparent") ? unsampled : null)
        .end(200);
    assertEquals("0000000000000000", span().getParentSpanId());
    assertEquals(TRACE, span().getLinks().get(0).getSpanContext().getTraceId());
    assertTrue(span().getSpanContext().isSampled());
  }

  @Test
  void anIgnoredCallerIsNotEvenRead() {
    http.begin(
            "GET",
            "/",
            name -> {
              throw new IllegalStateException("read " + name);
            },
            InboundTrust.IGNORE)
        .end(200);
    assertEquals("0000000000000000", span().getParentSpanId());
    assertEquals(List.of(), span().getLinks());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "ff-x-y-z"
      })
  void aBrokenTraceparentBeginsANewTrace(String header) {
    http.begin("GET", "/", name -> name.equals("traceparent") ? header : null).end(200);
    assertEquals("0000000000000000", span().getParentSpanId());
  }

  @Test
  void aHeaderFunctionThatThrowsIsAHeaderThatIsAbsent() {
    http.begin("GET", "/", name -> {
          throw new IllegalStateException("broken " + name);
        })
        .end(200);
    assertEquals(1, recorded.spans().size());
  }

  @Test
  void onlyAllowedBaggageComesIn() {
    Map<String, String> headers = Map.of("traceparent", PARENT, "baggage", "tenant=a,admin=true");
    var open = HttpServerTelemetry.builder(recorded.otel()).baggage("tenant").build();
    assertEquals(
        0, Baggage.fromContext(http.begin("GET", "/", headers::get).context()).size());
    Baggage kept = Baggage.fromContext(open.begin("GET", "/", headers::get).context());
    assertEquals("a", kept.getEntryValue("tenant"));
    assertEquals(1, kept.size());
  }

  @Test
  void withALocalSpanAlreadyThereNothingIsRecordedTwiceAndTheLogIsCorrelated() {
    Span agents = recorded.otel().getTracer("agent").spanBuilder("GET /x").startSpan();
    try (Scope outer = agents.makeCurrent()) {
      ServerCall call = http.begin("GET", "/x", NO_HEADERS);
      try (Scope scope = call.makeCurrent()) {
        assertEquals(agents.getSpanContext().getTraceId(), MDC.get("trace_id"));
      }
      call.route("/x").end(200);
    }
    agents.end();
    assertEquals("GET /x", span().getName());
    assertEquals(Map.of(), recorded.series(DURATION));
  }

  @Test
  void withoutSdkTheCallersTraceStillReachesTheLogAndTheNextService() {
    OpenTelemetry propagating = OpenTelemetry.propagating(Recorded.W3C);
    ServerCall call = HttpServerTelemetry.of(propagating)
        .begin("GET", "/", name -> name.equals("traceparent") ? PARENT : null);
    List<String> sent = new ArrayList<>();
    try (Scope scope = call.makeCurrent()) {
      assertEquals(TRACE, MDC.get("trace_id"));
      HttpClientTelemetry.of(propagating)
          .begin("GET", "http://next/", (name, value) -> sent.add(name + '=' + value))
          .end(200);
    }
    call.end(200);
    assertEquals(List.of("traceparent=" + PARENT), sent);
  }

  @Test
  void aRequestThatArrivesTwiceWithOneSpanIsAReplay() {
    Function<String, String> headers = name -> name.equals("traceparent") ? PARENT : null;
    http.begin("GET", "/a", headers).end(200);
    assertEquals(Map.of(), recorded.series("cn.http.server.replays"));
    http.begin("POST", "/a", headers).end(200);
    http.begin("GET", "/b", headers).end(200);
    http.begin("GET", "/a", NO_HEADERS).end(200);
    assertEquals(Map.of(), recorded.series("cn.http.server.replays"));
    http.begin("GET", "/b", headers).end(200);
    assertEquals(
        Map.of("{http.request.method=GET}", 1L), recorded.series("cn.http.server.replays"));
  }

  @Test
  void withNothingToRecordARequestCostsNoAllocation() {
    HttpServerTelemetry silent = HttpServerTelemetry.of(OpenTelemetry.noop());
    HttpServerTelemetry propagating =
        HttpServerTelemetry.of(OpenTelemetry.propagating(Recorded.W3C));
    assertEquals(0, Allocation.perRun(() -> serve(silent)));
    assertEquals(0, Allocation.perRun(() -> serve(propagating)));
  }

  @Test
  void whatAUsersFunctionThrowsReachesNoRequest() {
    HttpServerTelemetry hostile = HttpServerTelemetry.builder(recorded.otel())
        .exclude(path -> {
          throw new StackOverflowError();
        })
        .build();
    hostile
        .begin("GET", "/a", name -> {
          throw new AssertionError();
        })
        .end(200);
    assertEquals(1, recorded.spans().size());
  }

  @Test
  void whatCannotBeIsRefusedAtSetUp() {
    var builder = HttpServerTelemetry.builder(recorded.otel());
    assertEquals(
        "scheme: expected http or https, got ftp",
        assertThrows(IllegalArgumentException.class, () -> builder.scheme("ftp"))
            .getMessage());
    assertEquals(
        "port: expected 1..65535, got 0",
        assertThrows(IllegalArgumentException.class, () -> builder.address("h", 0))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> builder.maxRoutes(0).build());
  }

  private static void serve(HttpServerTelemetry http) {
    ServerCall call = http.begin("GET", "/orders/7", NO_HEADERS);
    try (Scope scope = call.makeCurrent()) {
      call.route("/orders/{id}");
      call.end(200);
    }
  }

  private SpanData span() {
    assertEquals(1, recorded.spans().size());
    return recorded.spans().get(0);
  }
}
