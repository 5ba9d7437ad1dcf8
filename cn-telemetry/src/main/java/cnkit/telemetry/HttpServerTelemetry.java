package cnkit.telemetry;

import static cnkit.telemetry.Contract.HTTP_REQUEST_METHOD;
import static cnkit.telemetry.Contract.HTTP_REQUEST_METHOD_ORIGINAL;
import static cnkit.telemetry.Contract.HTTP_ROUTE;
import static cnkit.telemetry.Contract.SERVER_ADDRESS;
import static cnkit.telemetry.Contract.SERVER_PORT;
import static cnkit.telemetry.Contract.URL_PATH;
import static cnkit.telemetry.Contract.URL_QUERY;
import static cnkit.telemetry.Contract.URL_SCHEME;
import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import cnkit.core.internal.AtomicWords;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.SystemTime;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's HTTP server conventions for any server: the span, {@code
 * http.server.request.duration}, {@code http.server.active_requests}, trace context from the headers.
 * One instance a listener, immutable, safe for use by many threads.
 *
 * <pre>{@code
 * HttpServerTelemetry http = HttpServerTelemetry.of(otel);
 *
 * ServerCall call = http.begin(method, target, headers::getFirst);
 * try (Scope scope = call.makeCurrent()) { // current context and MDC
 *   call.route("/orders/{id}");
 *   int status = handle();
 *   call.end(status);
 * } catch (RuntimeException e) {
 *   call.end(500, e);
 *   throw e;
 * }
 * }</pre>
 *
 * <p>Requests of probes and scrapers ({@link Builder#exclude}) leave no trace and no metric. When a
 * local span is current already, an agent has instrumented the server: nothing is recorded twice, the
 * log is still correlated. With a provider that records nothing, a request without trace context costs
 * no allocation.
 */
public final class HttpServerTelemetry {
  private static final TextMapGetter<Function<String, String>> HEADERS = new Headers();
  private static final int REMEMBERED = 2048;

  private final Tracer tracer;
  private final DoubleHistogram duration;
  private final LongUpDownCounter active;
  private final LongCounter replays;
  private final TextMapPropagator propagator;
  private final String[] propagated;
  private final HttpSeries series = new HttpSeries();
  private final BoundedValues routes;
  private final BoundedValues errors;
  private final Map<String, Method> methods = new HashMap<>();
  private final Method other;
  private final String scheme;
  private final String host;
  private final int port;
  private final Function<String, Boolean> excluded;
  private final InboundTrust trust;
  private final Set<String> baggage;
  private final Redaction redaction;
  private final Time time;
  private final AtomicWords arrivals = new AtomicWords(REMEMBERED);

  /** A method as it is recorded, with the attribute sets that depend on nothing else. */
  record Method(String name, Attributes active, Attributes alone) {
    static Method of(String name, String scheme) {
      return new Method(
          name,
          Attributes.of(HTTP_REQUEST_METHOD, name, URL_SCHEME, scheme),
          Attributes.of(HTTP_REQUEST_METHOD, name));
    }
  }

  private HttpServerTelemetry(Builder builder) {
    Meter meter = Signals.meter(builder.otel);
    tracer = Signals.tracer(builder.otel);
    duration = Contract.Metrics.HTTP_SERVER_REQUEST_DURATION.histogram(meter);
    active = Contract.Metrics.HTTP_SERVER_ACTIVE_REQUESTS.upDownCounter(meter).build();
    replays = Contract.Metrics.CN_HTTP_SERVER_REPLAYS.counter(meter).build();
    propagator = builder.otel.getPropagators().getTextMapPropagator();
    propagated = propagator.fields().toArray(new String[0]);
    routes = BoundedValues.of(Contract.HTTP_ROUTE.getKey(), builder.routes, builder.otel);
    errors = BoundedValues.of(Contract.ERROR_TYPE.getKey(), 100, builder.otel);
    scheme = builder.scheme;
    host = builder.host;
    port = builder.port;
    excluded = builder.excluded::test;
    trust = builder.trust;
    baggage = Set.copyOf(builder.baggage);
    redaction = builder.redaction;
    time = builder.time;
    other = Method.of(HttpRules.OTHER, scheme);
    for (String name : builder.methods) {
      methods.put(name, Method.of(name, scheme));
    }
  }

  /**
   * With all defaults.
   *
   * @param otel where to record; passed in, never the global one
   * @return the telemetry of one listener
   */
  public static HttpServerTelemetry of(OpenTelemetry otel) {
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
   * Begins a request. Every begun call is to be ended once, on whatever thread.
   *
   * @param method the method as sent
   * @param target the request target as sent: path and query, or an absolute URL
   * @param header answers a header's first value, or null when it is absent; names are lower case
   * @return the call
   */
  public ServerCall begin(String method, String target, Function<String, String> header) {
    return begin(method, target, header, trust);
  }

  /**
   * Begins a request whose caller is trusted otherwise than the builder said, by its address for example.
   *
   * @param method the method as sent
   * @param target the request target as sent: path and query, or an absolute URL
   * @param header answers a header's first value, or null when it is absent; names are lower case
   * @param trust what to make of the caller's trace context
   * @return the call
   */
  public ServerCall begin(
      String method, String target, Function<String, String> header, InboundTrust trust) {
    boolean traced = tracer.isEnabled();
    boolean measured = duration.isEnabled() || active.isEnabled() || replays.isEnabled();
    boolean carried = trust != InboundTrust.IGNORE && carriesContext(header);
    if (!traced && !measured && !carried) {
      return ServerCall.silent(Context.current());
    }
    Context here = Context.current();
    HttpUrl url = HttpUrl.of(target);
    if (Span.fromContext(here).getSpanContext().isValid()
        || Boolean.TRUE.equals(Guarded.ask(excluded, url.path()))) {
      return ServerCall.silent(here);
    }
    Context inbound = carried ? propagator.extract(here, header, HEADERS) : here;
    SpanContext caller = Span.fromContext(inbound).getSpanContext();
    Method known = methods.getOrDefault(method, other);
    if (caller.isValid()) {
      countReplay(caller, method, target, known);
    }
    Context parent = trust == InboundTrust.CONTINUE ? inbound : inbound.with(Span.getInvalid());
    parent = withAllowedBaggage(parent);
    Span span = null;
    if (traced) {
      span = span(
          known,
          method,
          url,
          parent,
          trust == InboundTrust.LINK ? caller : SpanContext.getInvalid());
      parent = parent.with(span);
    }
    boolean counted = active.isEnabled();
    if (counted) {
      active.add(1, known.active, parent);
    }
    long started = duration.isEnabled() ? time.nanoTime() : ServerCall.NOT_TIMED;
    return new ServerCall(this, known, parent, span, counted, started);
  }

  private Span span(Method known, String method, HttpUrl url, Context parent, SpanContext link) {
    SpanBuilder span = tracer
        .spanBuilder(HttpRules.spanName(known.name, ""))
        .setParent(parent)
        .setSpanKind(SpanKind.SERVER)
        .setAttribute(HTTP_REQUEST_METHOD, known.name)
        .setAttribute(URL_SCHEME, scheme)
        .setAttribute(URL_PATH, url.path());
    if (known.name.equals(HttpRules.OTHER)) {
      span.setAttribute(HTTP_REQUEST_METHOD_ORIGINAL, method);
    }
    if (!url.query().isEmpty()) {
      span.setAttribute(URL_QUERY, redaction.query(url.query()));
    }
    if (!host.isEmpty()) {
      span.setAttribute(SERVER_ADDRESS, host).setAttribute(SERVER_PORT, (long) port);
    }
    if (link.isValid()) {
      span.addLink(link);
    }
    return span.startSpan();
  }

  void ended(ServerCall call, Method method, int status, String failure) {
    if (call.isCounted()) {
      active.add(-1, method.active, call.context());
    }
    String error = bounded(errors, HttpRules.serverError(status, failure));
    String route = bounded(routes, call.route());
    if (call.startedNanos() != ServerCall.NOT_TIMED) {
      double seconds = (time.nanoTime() - call.startedNanos()) / 1e9;
      HttpSeries.Key key = new HttpSeries.Key(
          method.name, scheme, "", 0, status, route, error, call.protocolVersion());
      duration.record(seconds, series.of(key), call.context());
    }
    Span span = call.span();
    if (span != null) {
      span.updateName(HttpRules.spanName(method.name, route));
      HttpSeries.describe(span, status, error, call.protocolVersion());
      if (!route.isEmpty()) {
        span.setAttribute(HTTP_ROUTE, route);
      }
      span.end();
    }
  }

  private static String bounded(BoundedValues guard, String value) {
    return value.isEmpty() ? value : guard.bound(value);
  }

  private boolean carriesContext(Function<String, String> header) {
    for (String field : propagated) {
      if (HEADERS.get(header, field) != null) {
        return true;
      }
    }
    return false;
  }

  private Context withAllowedBaggage(Context context) {
    Baggage sent = Baggage.fromContext(context);
    if (sent.isEmpty()) {
      return context;
    }
    BaggageBuilder kept = Baggage.builder();
    sent.forEach((key, entry) -> {
      if (baggage.contains(key)) {
        kept.put(key, entry.getValue(), entry.getMetadata());
      }
    });
    return context.with(kept.build());
  }

  /*
   * A client that replays a request on its own, as the JDK's does when a reused connection dies, sends
   * the same span id twice; one that means to, sends a new one. The table forgets by overwriting.
   */
  private void countReplay(SpanContext caller, String method, String target, Method known) {
    if (!replays.isEnabled()) {
      return;
    }
    long print = caller.getTraceId().hashCode() * 0x9E3779B97F4A7C15L;
    print = (print ^ caller.getSpanId().hashCode()) * 0xC2B2AE3D27D4EB4FL;
    print = (print ^ method.hashCode()) * 0x9E3779B97F4A7C15L;
    print = ((print ^ target.hashCode()) * 0xC2B2AE3D27D4EB4FL) | 1;
    int slot = (int) (print >>> 32) & (REMEMBERED - 1);
    long arrived = print;
    if (arrivals.advance(slot, (before, now, none) -> now, arrived, 0) == print) {
      replays.add(1, known.alone);
    }
  }

  /**
   * What a listener's telemetry is made of; every setting has a default. Not safe for use by many threads.
   */
  public static final class Builder {
    private final OpenTelemetry otel;
    private String scheme = "http";
    private String host = "";
    private int port;
    private int routes = 200;
    private InboundTrust trust = InboundTrust.CONTINUE;
    private Redaction redaction = Redaction.standard();
    private Time time = SystemTime.SHARED;
    private Predicate<String> excluded = HttpRules::isManagement;
    private final Set<String> baggage = new TreeSet<>();
    private Set<String> methods =
        HttpRules.knownMethods(System.getenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"));

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
     * The scheme of this listener.
     *
     * @param scheme {@code http}, the default, or {@code https}
     * @return this builder
     * @throws IllegalArgumentException if it is neither
     */
    public Builder scheme(String scheme) {
      boolean known = scheme.equals("http") || scheme.equals("https");
      Arguments.check(known, "scheme", "http or https", scheme);
      this.scheme = scheme;
      return this;
    }

    /**
     * The address of this listener, for spans; absent by default.
     *
     * @param host the host name or address that callers use
     * @param port the port that callers use, 1 to 65535
     * @return this builder
     * @throws IllegalArgumentException if the port is out of range
     */
    public Builder address(String host, int port) {
      Arguments.check(port >= 1 && port <= 65535, "port", "1..65535", port);
      this.host = requireNonNull(host, "host");
      this.port = port;
      return this;
    }

    /**
     * What to make of the caller's trace context.
     *
     * @param trust {@link InboundTrust#CONTINUE} by default
     * @return this builder
     */
    public Builder trust(InboundTrust trust) {
      this.trust = requireNonNull(trust, "trust");
      return this;
    }

    /**
     * Accepts one more key of the caller's baggage; by default all of it is dropped.
     *
     * @param key the key that may come in
     * @return this builder
     */
    public Builder baggage(String key) {
      baggage.add(requireNonNull(key, "key"));
      return this;
    }

    /**
     * Paths whose requests leave no span and no metric, in place of the default: {@code /livez}, {@code
     * /readyz}, {@code /startupz}, {@code /metrics} and what is below them.
     *
     * @param path answers true for a path, without query, that is to be left out
     * @return this builder
     */
    public Builder exclude(Predicate<String> path) {
      this.excluded = requireNonNull(path, "path");
      return this;
    }

    /**
     * How many different routes have series of their own; the rest share {@value BoundedValues#OTHER}.
     *
     * @param limit 1 to 10,000; default 200
     * @return this builder
     */
    public Builder maxRoutes(int limit) {
      this.routes = limit;
      return this;
    }

    /**
     * The methods that are recorded by name, in place of the standard ones or of {@code
     * OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS}; others are recorded as {@code _OTHER}.
     *
     * @param methods the known methods, upper case
     * @return this builder
     */
    public Builder knownMethods(Set<String> methods) {
      this.methods = Set.copyOf(methods);
      return this;
    }

    /**
     * How secrets in queries are hidden.
     *
     * @param redaction {@link Redaction#standard()} by default
     * @return this builder
     */
    public Builder redaction(Redaction redaction) {
      this.redaction = requireNonNull(redaction, "redaction");
      return this;
    }

    /**
     * Builds the telemetry of one listener.
     *
     * @return the telemetry
     * @throws IllegalArgumentException if {@link #maxRoutes} is out of range
     */
    public HttpServerTelemetry build() {
      return new HttpServerTelemetry(this);
    }
  }

  private static final class Headers implements TextMapGetter<Function<String, String>> {
    @Override
    public Iterable<String> keys(Function<String, String> header) {
      return List.of();
    }

    @Override
    public @Nullable String get(@Nullable Function<String, String> header, String key) {
      return header == null ? null : Guarded.ask(header, key);
    }
  }
}
