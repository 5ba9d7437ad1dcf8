package cnkit.examples.embedding;

import static java.util.stream.Collectors.joining;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A real SDK that keeps everything in memory. */
final class Recorded implements AutoCloseable {
  static final ContextPropagators W3C =
      ContextPropagators.create(W3CTraceContextPropagator.getInstance());

  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
      .setPropagators(W3C)
      .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
      .setTracerProvider(SdkTracerProvider.builder()
          .addSpanProcessor(SimpleSpanProcessor.create(spans))
          .build())
      .build();

  OpenTelemetry otel() {
    return sdk;
  }

  List<SpanData> spans() {
    return spans.getFinishedSpanItems();
  }

  /** Every series of every metric: name and attributes. */
  Set<String> series() {
    Set<String> series = new TreeSet<>();
    for (MetricData metric : metrics.collectAllMetrics()) {
      for (PointData point : metric.getData().getPoints()) {
        series.add(metric.getName()
            + point.getAttributes().asMap().entrySet().stream()
                .map(entry -> entry.getKey().getKey() + '=' + entry.getValue())
                .sorted()
                .collect(joining(",", "{", "}")));
      }
    }
    return series;
  }

  /** What {@code http.server.active_requests} says, over all series. */
  long active() {
    return metrics.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("http.server.active_requests"))
        .flatMap(metric -> metric.getLongSumData().getPoints().stream())
        .mapToLong(point -> point.getValue())
        .sum();
  }

  /** How many requests {@code http.server.request.duration} counted. */
  long measured() {
    return metrics.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals("http.server.request.duration"))
        .flatMap(metric -> metric.getHistogramData().getPoints().stream())
        .mapToLong(point -> point.getCount())
        .sum();
  }

  @Override
  public void close() {
    sdk.close();
  }
}
