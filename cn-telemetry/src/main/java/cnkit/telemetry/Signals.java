package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.Once;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/** The one instrumentation scope under which everything here is emitted, and the forms that recur. */
final class Signals {
  private static final String SCOPE = "cnkit.telemetry";

  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Signals.class);

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

  /** Closes all parts, in this order, once; whatever one of them throws, the others are closed. */
  static Subscription subscription(List<? extends AutoCloseable> parts) {
    List<AutoCloseable> all = List.copyOf(parts);
    var closed = new Once();
    return () -> {
      if (closed.first()) {
        for (AutoCloseable part : all) {
          Throwable thrown = Guarded.run(part::close);
          if (thrown != null) {
            LOG.warn("an observer of telemetry could not be removed", thrown);
          }
        }
      }
    };
  }

  static Subscription subscription(AutoCloseable only) {
    return subscription(List.of(only));
  }

  /** An event to be completed and emitted; its severity is a warning when somebody should look. */
  static LogRecordBuilder event(Logger events, String name, boolean warns) {
    return events
        .logRecordBuilder()
        .setEventName(name)
        .setSeverity(warns ? Severity.WARN : Severity.INFO);
  }

  /** An enum's constant as the contract writes it. */
  static String value(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** One 0/1 series for each state: a number for the state could neither be summed nor read. */
  static <E extends Enum<E>> void states(
      ObservableLongMeasurement measurement,
      AttributeKey<String> key,
      Attributes common,
      E[] all,
      E now) {
    for (E state : all) {
      measurement.record(
          state == now ? 1 : 0, common.toBuilder().put(key, value(state)).build());
    }
  }
}
