package cnkit.examples.service;

import cnkit.telemetry.BuildInfo;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The OpenTelemetry SDK as its own variables (OTEL_…) configure it, with our defaults: nothing is exported unless
 * OTEL_EXPORTER_OTLP_ENDPOINT is set, and then within two seconds; metrics are always there to be scraped.
 */
final class Telemetry {
  private final PrometheusMetricReader scraped = PrometheusMetricReader.create();
  private final PrometheusTextFormatWriter format =
      PrometheusTextFormatWriter.builder().build();
  private final OpenTelemetrySdk sdk;

  Telemetry(Map<String, String> environment, BuildInfo build, SpanProcessor watcher) {
    String exporter = environment.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT") ? "otlp" : "none";
    sdk = AutoConfiguredOpenTelemetrySdk.builder()
        .disableShutdownHook() // ours flushes it last, inside the grace
        .addPropertiesSupplier(() -> Map.of(
            "otel.service.name", "orders",
            "otel.traces.exporter", exporter,
            "otel.metrics.exporter", exporter,
            "otel.logs.exporter", "none",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.exporter.otlp.timeout", "2000",
            "otel.java.exporter.otlp.retry.disabled", "true"))
        .addResourceCustomizer((resource, properties) ->
            resource.toBuilder().putAll(build.attributes()).build())
        .addTracerProviderCustomizer((builder, properties) -> builder.addSpanProcessor(watcher))
        .addMeterProviderCustomizer((builder, properties) -> builder.registerMetricReader(scraped))
        .build()
        .getOpenTelemetrySdk();
  }

  OpenTelemetry openTelemetry() {
    return sdk;
  }

  /** All metrics in the text format of Prometheus. */
  Reply scrape() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    format.write(out, scraped.collect());
    return Reply.text(format.getContentType(), out.toString(StandardCharsets.UTF_8));
  }

  void close() {
    sdk.close();
  }
}
