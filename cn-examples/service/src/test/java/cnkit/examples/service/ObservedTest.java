package cnkit.examples.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who watches the service from outside gets what it promises, also at the very end. */
@Tag("full")
class ObservedTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String GRACE_SECONDS = "12";

  @TempDir
  Path folder;

  @Test
  void aBlackHoledCollectorCostsItsSliceAndTheReportSaysWhatWasLost() throws Exception {
    // the kernel accepts, nobody answers
    try (ServerSocket blackHole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ServiceProcess service = ServiceProcess.ready(Map.of(
            "SHUTDOWN_GRACE",
            GRACE_SECONDS + "s",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://127.0.0.1:" + blackHole.getLocalPort()))) {
      assertEquals(200, service.get(service.application("/work?ms=1")).statusCode());
      long termination = System.nanoTime();
      service.terminate();
      int code = service.awaitExit();
      long took = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - termination);
      assertTrue(took < Integer.parseInt(GRACE_SECONDS), () -> took + " s\n" + service);
      JsonNode report = service.awaitEvent("cn.lifecycle.stopped", any -> true);
      assertTrue(report.toString().contains("telemetry was lost"), report::toString);
      assertEquals(80, code, report::toString); // all work finished, a stop threw
    }
  }

  @Test
  void theLastRequestsSpanArrivesAfterSigterm() throws Exception {
    Queue<Span> received = new ConcurrentLinkedQueue<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext("/", exchange -> {
      try (exchange) {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
          ExportTraceServiceRequest.parseFrom(body)
              .getResourceSpansList()
              .forEach(resource -> resource
                  .getScopeSpansList()
                  .forEach(scope -> received.addAll(scope.getSpansList())));
        }
        exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
      }
    });
    collector.start();
    try (ServiceProcess service = ServiceProcess.ready(Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:" + collector.getAddress().getPort(),
        // nothing leaves by itself within the test: what arrives was flushed
        "OTEL_BSP_SCHEDULE_DELAY",
        "600000"))) {
      HttpRequest last = HttpRequest.newBuilder(service.application("/work?ms=1500"))
          .header("traceparent", "00-" + TRACE + "-b7ad6b7169203331-01")
          .build();
      CompletableFuture<HttpResponse<String>> answer =
          service.client.sendAsync(last, HttpResponse.BodyHandlers.ofString());
      service.awaitInFlight(1);
      service.terminate();
      assertEquals(200, answer.get(30, TimeUnit.SECONDS).statusCode());
      assertEquals(0, service.awaitExit(), service::toString);
    } finally {
      collector.stop(0);
    }
    Span span = received.stream()
        .filter(
            each -> HexFormat.of().formatHex(each.getTraceId().toByteArray()).equals(TRACE))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no span of the last request in " + received));
    assertEquals("GET /work", span.getName());
    assertEquals(Span.SpanKind.SPAN_KIND_SERVER, span.getKind());
  }

  @Test
  void promtoolAcceptsTheScrapeAndTheRules() throws Exception {
    Machine.needs("promtool");
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      service.get(service.application("/work?ms=1"));
      service.get(service.application("/inventory/apple"));
      Path scrape = folder.resolve("metrics");
      Files.writeString(scrape, service.get(service.management("/metrics")).body(), UTF_8);
      assertEquals("", promtool(scrape, "check", "metrics"));
    }
    String rules =
        promtool(Path.of("/dev/null"), "check", "rules", "../../cn-telemetry/contract/alerts.yml");
    assertTrue(rules.contains("SUCCESS"), rules);
  }

  @Test
  void theRealPrometheusScrapesItAndEvaluatesTheRules() throws Exception {
    try (ServiceProcess service = ServiceProcess.ready(Map.of())) {
      URI metrics = service.management("/metrics");
      try (Component prometheus = Component.prometheus("""
          global: {scrape_interval: 1s, evaluation_interval: 1s}
          rule_files: ["%s"]
          scrape_configs:
            - job_name: orders
              static_configs: [{targets: ["127.0.0.1:%d"]}]
          """.formatted(
              Path.of("../../cn-telemetry/contract/alerts.yml").toRealPath(), metrics.getPort()))) {
        awaitSeries(service, prometheus, "up{job=\"orders\"} == 1");
        awaitSeries(service, prometheus, "cn_build_identity{job=\"orders\"} == 1");
        awaitSeries(
            service, prometheus, "cn_health_probe_passing{cn_health_probe_name=\"ready\"} == 1");
        String rules = service
            .get(URI.create("http://127.0.0.1:" + prometheus.port + "/api/v1/rules"))
            .body();
        JsonNode group = ServiceProcess.json(rules).path("data").path("groups").path(0);
        assertTrue(group.path("rules").size() >= 18, rules);
        assertFalse(rules.contains("\"health\":\"err\""), rules);
      }
    }
  }

  private static void awaitSeries(ServiceProcess service, Component prometheus, String query)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + prometheus.port + "/api/v1/query?query="
        + URLEncoder.encode(query, UTF_8));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    String last = "";
    while (System.nanoTime() - end < 0) {
      HttpResponse<String> answer = service.get(uri);
      last = answer.body();
      // while it starts, Prometheus answers 503 in plain text
      if (answer.statusCode() == 200
          && ServiceProcess.json(last).path("data").path("result").size() > 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new AssertionError(query + ": " + last);
  }

  /** What it says, with its complaints; its exit code does not tell warnings from none. */
  private static String promtool(Path input, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process promtool = new ProcessBuilder(command)
        .redirectInput(input.toFile())
        .redirectErrorStream(true)
        .start();
    String said = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    promtool.waitFor();
    return said;
  }
}
