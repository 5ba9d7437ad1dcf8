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
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The OpenTelemetry SDK as its own variables (OTEL_…) configure it, with our defaults: nothing is exported unless
 * OTEL_EXPORTER_OTLP_ENDPOINT is set, and then within two seconds; metrics are always there to be scraped.
 */
final class Telemetry {
  private static final String TARGET = "# TYPE target_info ";
  private static final String TARGET_HELP = "# HELP target_info What is running here.\n";

  private final PrometheusMetricReader scraped = PrometheusMetricReader.create();
  private final PrometheusTextFormatWriter format =
      PrometheusTextFormatWriter.builder().build();
  private final Delivery delivery = new Delivery();
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
        .addSpanExporterCustomizer((spans, properties) -> delivery.watch(spans))
        .addMetricExporterCustomizer((metrics, properties) -> delivery.watch(metrics))
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
    String text = out.toString(StandardCharsets.UTF_8);
    return Reply.text(format.getContentType(), text.replace(TARGET, TARGET_HELP + TARGET));
  }

  /**
   * Flushes and closes, inside its slice of the shutdown.
   *
   * @throws IllegalStateException when not all of the last telemetry arrived; the stop report quotes it
   */
  void close(Duration slice) throws InterruptedException {
    long before = delivery.missing();
    // shutdown() itself waits for an export under way
    Thread closing = new Thread(
        () -> sdk.shutdown().join(slice.toMillis(), TimeUnit.MILLISECONDS), "telemetry-close");
    closing.setDaemon(true);
    closing.start();
    closing.join(slice.toMillis() * 3 / 4);
    long lost = delivery.missing() - before;
    if (lost > 0 || closing.isAlive()) {
      throw new IllegalStateException("telemetry was lost: " + lost
          + " spans and metrics of the last moments did not reach the collector in time");
    }
  }
}
