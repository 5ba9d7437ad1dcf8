package cnkit.telemetry;

import io.opentelemetry.api.metrics.DoubleGaugeBuilder;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounterBuilder;
import io.opentelemetry.api.metrics.LongUpDownCounterBuilder;
import io.opentelemetry.api.metrics.Meter;
import java.util.List;

/**
 * A metric as the contract lists it; instruments are made only from here, so that name, unit and
 * buckets cannot differ from what is published. An empty bucket list leaves them to the provider.
 */
record Metric(String name, String unit, String description, List<Double> buckets) {
  Metric(String name, String unit, String description) {
    this(name, unit, description, List.of());
  }

  LongCounterBuilder counter(Meter meter) {
    return meter.counterBuilder(name).setUnit(unit).setDescription(description);
  }

  LongUpDownCounterBuilder upDownCounter(Meter meter) {
    return meter.upDownCounterBuilder(name).setUnit(unit).setDescription(description);
  }

  DoubleGaugeBuilder gauge(Meter meter) {
    return meter.gaugeBuilder(name).setUnit(unit).setDescription(description);
  }

  DoubleHistogram histogram(Meter meter) {
    var builder = meter.histogramBuilder(name).setUnit(unit).setDescription(description);
    // the provider's own start at 0, 5, 10: in seconds nearly all calls would be in the first
    return buckets.isEmpty()
        ? builder.build()
        : builder.setExplicitBucketBoundariesAdvice(buckets).build();
  }
}
