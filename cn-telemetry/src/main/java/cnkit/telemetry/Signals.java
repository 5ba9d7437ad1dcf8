package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;

/** The one instrumentation scope under which everything here is emitted. */
final class Signals {
  private static final String SCOPE = "cnkit.telemetry";

  private Signals() {}

  static Meter meter(OpenTelemetry otel) {
    return requireNonNull(otel, "otel").getMeter(SCOPE);
  }

  static Tracer tracer(OpenTelemetry otel) {
    return requireNonNull(otel, "otel").getTracer(SCOPE);
  }

  static Logger events(OpenTelemetry otel) {
    return requireNonNull(otel, "otel").getLogsBridge().get(SCOPE);
  }
}
