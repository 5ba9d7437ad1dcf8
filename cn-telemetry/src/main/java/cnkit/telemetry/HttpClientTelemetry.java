package cnkit.telemetry;

import static cnkit.telemetry.Contract.HTTP_REQUEST_METHOD;
import static cnkit.telemetry.Contract.HTTP_REQUEST_METHOD_ORIGINAL;
import static cnkit.telemetry.Contract.HTTP_REQUEST_RESEND_COUNT;
import static cnkit.telemetry.Contract.SERVER_ADDRESS;
import static cnkit.telemetry.Contract.SERVER_PORT;
import static cnkit.telemetry.Contract.URL_FULL;
import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.SystemTime;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * OpenTelemetry's HTTP client conventions for any client: one span and one {@code
 * http.client.request.duration} for each attempt on the wire, trace context into the headers.
 * Immutable, safe for use by many threads.
 *
 * <pre>{@code
 * HttpClientTelemetry http = HttpClientTelemetry.of(otel);
 *
 * ClientCall call = http.begin("GET", "https://api.example/stock?sku=7", request::setHeader);
 * try {
 *   call.end(send(request).status());
 * } catch (IOException e) {
 *   call.fail(e);
 *   throw e;
 * }
 * }</pre>
 *
 * <p>For {@code java.net.http.HttpClient} there is {@link Outbound}, which does this and more.
 */
public final class HttpClientTelemetry {
  private static final TextMapSetter<BiConsumer<String, String>> HEADERS =
      (header, name, value) -> {
        if (header != null) {
          Throwable unused = Guarded.run(() -> header.accept(name, value));
        }
      };

  private final Tracer tracer;
  private final DoubleHistogram duration;
  private final TextMapPropagator propagator;
  private final boolean propagates;
  private final HttpSeries series = new HttpSeries();
  private final BoundedValues hosts;
  private final BoundedValues errors;
  private final Set<String> methods;
  private final Function<String, Boolean> traceTo;
  private final Function<String, Boolean> baggageTo;
  private final Redaction redaction;
  private final Time time;

  private HttpClientTelemetry(Builder builder) {
    tracer = Signals.tracer(builder.otel);
    duration = Contract.Metrics.HTTP_CLIENT_REQUEST_DURATION.histogram(Signals.meter(builder.otel));
    propagator = builder.otel.getPropagators().getTextMapPropagator();
    propagates = !propagator.fields().isEmpty();
    hosts = BoundedValues.of(SERVER_ADDRESS.getKey(), builder.hosts, builder.otel);
    errors = BoundedValues.of(Contract.ERROR_TYPE.getKey(), 100, builder.otel);
    methods = HttpRules.knownMethods(System.getenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"));
    traceTo = builder.traceTo::test;
    baggageTo = builder.baggageTo::test;
    redaction = builder.redaction;
    time = builder.time;
  }

  /**
   * With all defaults.
   *
   * @param otel where to record; passed in, never the global one
   * @return the telemetry of a client
   */
  public static HttpClientTelemetry of(OpenTelemetry otel) {
    return builder(otel).build();
  }

  /**
   * Starts at the defaults.
   *
   * @param otel where to record; passed in, never the global one
   * @return a builder
   */
  public static Builder builder(OpenTelemetry otel) {
    return new Builder(otel);
  }

  /**
   * Begins the first attempt of a request under the current context.
   *
   * @param method the method
   * @param url the absolute URL
   * @param header sets a header of the request
   * @return the call, to be ended once
   */
  public ClientCall begin(String method, String url, BiConsumer<String, String> header) {
    return begin(method, url, header, 0);
  }

  /**
   * Begins an attempt of a request under the current context.
   *
   * @param method the method
   * @param url the absolute URL
   * @param header sets a header of the request
   * @param resent how many attempts of the same call went before this one, from 0
   * @return the call, to be ended once
   */
  public ClientCall begin(
      String method, String url, BiConsumer<String, String> header, int resent) {
    boolean traced = tracer.isEnabled();
    boolean timed = duration.isEnabled();
    Context context = Context.current();
    if (!traced && !timed && !propagates) {
      return ClientCall.silent(context);
    }
    HttpUrl to = HttpUrl.of(url);
    String known = methods.contains(method) ? method : HttpRules.OTHER;
    Span span = null;
    if (traced) {
      span = span(known, method, url, to, context, resent);
      context = context.with(span);
    }
    if (propagates && Boolean.TRUE.equals(Guarded.ask(traceTo, to.host()))) {
      Context sent = Boolean.TRUE.equals(Guarded.ask(baggageTo, to.host()))
          ? context
          : context.with(Baggage.empty());
      propagator.inject(sent, header, HEADERS);
    }
    return new ClientCall(
        this, known, to, context, span, timed ? time.nanoTime() : ClientCall.NOT_TIMED);
  }

  Time time() {
    return time;
  }

  /** The names of the headers that {@link #begin} may set. */
  Collection<String> propagatedFields() {
    return propagator.fields();
  }

  private Span span(
      String known, String method, String url, HttpUrl to, Context parent, int resent) {
    SpanBuilder span = tracer
        .spanBuilder(HttpRules.spanName(known, ""))
        .setParent(parent)
        .setSpanKind(SpanKind.CLIENT)
        .setAttribute(HTTP_REQUEST_METHOD, known)
        .setAttribute(SERVER_ADDRESS, to.host())
        .setAttribute(SERVER_PORT, (long) to.port())
        .setAttribute(URL_FULL, redaction.urlFull(url));
    if (known.equals(HttpRules.OTHER)) {
      span.setAttribute(HTTP_REQUEST_METHOD_ORIGINAL, method);
    }
    if (resent > 0) {
      span.setAttribute(HTTP_REQUEST_RESEND_COUNT, (long) resent);
    }
    return span.startSpan();
  }

  void ended(ClientCall call, String method, HttpUrl to, int status, String failure) {
    String error = HttpRules.clientError(status, failure);
    error = error.isEmpty() ? error : errors.bound(error);
    if (call.startedNanos() != ClientCall.NOT_TIMED) {
      double seconds = (time.nanoTime() - call.startedNanos()) / 1e9;
      HttpSeries.Key key = new HttpSeries.Key(
          method, "", hosts.bound(to.host()), to.port(), status, "", error, call.protocolVersion());
      duration.record(seconds, series.of(key), call.context());
    }
    Span span = call.span();
    if (span != null) {
      HttpSeries.describe(span, status, error, call.protocolVersion());
      span.end();
    }
  }

  /** What a client's telemetry is made of; every setting has a default. Not safe for use by many threads. */
  public static final class Builder {
    private final OpenTelemetry otel;
    private int hosts = 100;
    private Predicate<String> traceTo = host -> true;
    private Predicate<String> baggageTo = host -> false;
    private Redaction redaction = Redaction.standard();
    private Time time = SystemTime.SHARED;

    private Builder(OpenTelemetry otel) {
      this.otel = requireNonNull(otel, "otel");
    }

    /**
     * The clock that durations are measured with.
     *
     * @param time the time of this machine by default; never closed here
     * @return this builder
     */
    public Builder time(Time time) {
      this.time = requireNonNull(time, "time");
      return this;
    }

    /**
     * Which hosts are told the trace.
     *
     * @param host answers true for a host, lower case, without port; by default all are told
     * @return this builder
     */
    public Builder traceTo(Predicate<String> host) {
      this.traceTo = requireNonNull(host, "host");
      return this;
    }

    /**
     * Which hosts are told the baggage too.
     *
     * @param host answers true for a host, lower case, without port; by default none is told
     * @return this builder
     */
    public Builder baggageTo(Predicate<String> host) {
      this.baggageTo = requireNonNull(host, "host");
      return this;
    }

    /**
     * How many different hosts have series of their own; the rest share {@value BoundedValues#OTHER}.
     *
     * @param limit 1 to 10,000; default 100
     * @return this builder
     */
    public Builder maxHosts(int limit) {
      this.hosts = limit;
      return this;
    }

    /**
     * How secrets in URLs are hidden.
     *
     * @param redaction {@link Redaction#standard()} by default
     * @return this builder
     */
    public Builder redaction(Redaction redaction) {
      this.redaction = requireNonNull(redaction, "redaction");
      return this;
    }

    /**
     * Builds the telemetry of a client.
     *
     * @return the telemetry
     * @throws IllegalArgumentException if {@link #maxHosts} is out of range
     */
    public HttpClientTelemetry build() {
      return new HttpClientTelemetry(this);
    }
  }
}
