package cnkit.examples.service;

import cnkit.examples.console.Recent;
import cnkit.examples.web.Reply;
import cnkit.telemetry.BuildInfo;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.prometheus.PrometheusMetricReader;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

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
  // spans and metrics that exporters were given and that are not known to have arrived
  private final AtomicLong missing = new AtomicLong();
  final OpenTelemetrySdk sdk;

  Telemetry(Map<String, String> environment, BuildInfo build, Recent recent) {
    boolean exports = environment.containsKey("OTEL_EXPORTER_OTLP_ENDPOINT");
    String exporter = exports ? "otlp" : "none";
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
        .addTracerProviderCustomizer((builder, properties) -> builder.addSpanProcessor(recent))
        .addSamplerCustomizer(
            (configured, properties) -> exports ? configured : Recent.sampler(configured))
        .addSpanExporterCustomizer((spans, properties) -> watched(SpanExporter.class, spans))
        .addMetricExporterCustomizer(
            (metrics, properties) -> watched(MetricExporter.class, metrics))
        .addMeterProviderCustomizer((builder, properties) -> builder.registerMetricReader(scraped))
        .build()
        .getOpenTelemetrySdk();
  }

  /** For those who scrape and probe: a trace's id for what they are told and for the log, and nothing recorded. */
  static OpenTelemetry unrecorded() {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().setSampler(Sampler.alwaysOff()).build())
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
        .build();
  }

  /** All metrics in the text format of Prometheus. */
  Reply scrape() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    format.write(out, scraped.collect());
    String text = out.toString(StandardCharsets.UTF_8);
    return Reply.of(format.getContentType(), text.replace(TARGET, TARGET_HELP + TARGET));
  }

  /**
   * Flushes and closes, inside its slice of the shutdown.
   *
   * @throws IllegalStateException when not all of the last telemetry arrived; the stop report quotes it
   */
  void close(Duration slice) throws InterruptedException {
    long before = missing.get();
    // shutdown() itself waits for an export under way
    Thread closing = new Thread(
        () -> sdk.shutdown().join(slice.toMillis(), TimeUnit.MILLISECONDS), "telemetry-close");
    closing.setDaemon(true);
    closing.start();
    closing.join(slice.toMillis() * 3 / 4);
    long lost = missing.get() - before;
    if (lost > 0 || closing.isAlive()) {
      throw new IllegalStateException("telemetry was lost: " + lost
          + " spans and metrics of the last moments did not reach the collector in time");
    }
  }

  /** The exporter, watched: the SDK's own shutdown says success also when all was lost, only exports themselves know. */
  private <T> T watched(Class<T> type, T exporter) {
    return type.cast(Proxy.newProxyInstance(
        type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
          Object result = method.invoke(exporter, arguments);
          if (method.getName().equals("export")) {
            long size = ((Collection<?>) arguments[0]).size();
            missing.addAndGet(size);
            CompletableResultCode export = (CompletableResultCode) result;
            export.whenComplete(() -> missing.addAndGet(export.isSuccess() ? -size : 0));
          }
          return result;
        }));
  }
}
