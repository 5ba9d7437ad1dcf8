package cnkit.telemetry;

import cnkit.benchmarks.Goal;
import cnkit.benchmarks.Suite;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.State;

/** The scope of one served request without an SDK, beside the bare API used by hand. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@Suite(name = "telemetry-request", title = "A request's scope without an SDK")
@Goal(of = "kit", to = "raw", over = 10)
@Goal(of = "kit", bytes = 0)
public class RequestScopeSuite {
  private String method = "GET";
  private String target = "/orders/17?full=true";
  private final Function<String, String> headers = Map.<String, String>of()::get;
  private final HttpServerTelemetry telemetry = HttpServerTelemetry.of(OpenTelemetry.noop());
  private final Tracer tracer = OpenTelemetry.noop().getTracer("bench");

  /** No telemetry at all. */
  @Benchmark
  public int raw() {
    return method.length() + target.length();
  }

  /** Ours: begin, make current, route, end. */
  @Benchmark
  @SuppressWarnings("try") // the scope is there to be closed
  public int kit() {
    ServerCall call = telemetry.begin(method, target, headers);
    try (Scope scope = call.makeCurrent()) {
      call.route("/orders/{id}");
      call.end(200);
    }
    return method.length() + target.length();
  }

  /** The bare API: a span, made current and ended. */
  @Benchmark
  @SuppressWarnings("try") // the scope is there to be closed
  public int api() {
    Span span = tracer.spanBuilder("GET").setSpanKind(SpanKind.SERVER).startSpan();
    try (Scope scope = span.makeCurrent()) {
      span.setAttribute("http.route", "/orders/{id}");
    } finally {
      span.end();
    }
    return method.length() + target.length();
  }
}
