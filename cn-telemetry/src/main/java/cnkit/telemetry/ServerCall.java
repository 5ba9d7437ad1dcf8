package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Once;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * One request that a server answers, from {@link HttpServerTelemetry#begin} to its one end. Safe for use
 * by many threads: whichever ends it first, ends it; later ends change nothing. Nothing here throws.
 */
public final class ServerCall {
  static final long NOT_TIMED = Long.MIN_VALUE;

  private static final ServerCall SILENT_AT_ROOT = new ServerCall(Context.root());

  private final @Nullable HttpServerTelemetry telemetry;
  private final HttpServerTelemetry.@Nullable Method method;
  private final Context context;
  private final @Nullable Span span;
  private final boolean counted;
  private final long startedNanos;
  private final Once ended = new Once();
  private volatile String route = "";
  private volatile String protocolVersion = "";

  ServerCall(
      HttpServerTelemetry telemetry,
      HttpServerTelemetry.Method method,
      Context context,
      @Nullable Span span,
      boolean counted,
      long startedNanos) {
    this.telemetry = telemetry;
    this.method = method;
    this.context = context;
    this.span = span;
    this.counted = counted;
    this.startedNanos = startedNanos;
  }

  private ServerCall(Context context) {
    this.telemetry = null;
    this.method = null;
    this.context = context;
    this.span = null;
    this.counted = false;
    this.startedNanos = NOT_TIMED;
  }

  /** Records nothing; correlates with what was current when the request began. */
  static ServerCall silent(Context context) {
    return context == Context.root() ? SILENT_AT_ROOT : new ServerCall(context);
  }

  /**
   * The request's context: its span, the caller's trace, the accepted baggage.
   *
   * @return the context, for work that goes on elsewhere
   */
  public Context context() {
    return context;
  }

  /**
   * Makes the request's context current on this thread, its ids visible to the log. For synchronous
   * work around the handler; for asynchronous work around each of its parts.
   *
   * @return closes the scope, on this thread; it does not end the call
   * @see Correlation#makeCurrent
   */
  public Scope makeCurrent() {
    return Correlation.makeCurrent(context);
  }

  /**
   * Says which route matched, at any time before the end.
   *
   * @param template the template, {@code /orders/{id}}; never the path itself
   * @return this call
   */
  public ServerCall route(String template) {
    if (telemetry != null) {
      route = requireNonNull(template, "template");
    }
    return this;
  }

  /**
   * Says which version of HTTP is spoken, at any time before the end; versions that do not exist are not recorded.
   *
   * @param version {@code HTTP/1.1}, {@code 1.1} or {@code 2} for example
   * @return this call
   */
  public ServerCall protocolVersion(String version) {
    if (telemetry != null) {
      protocolVersion = HttpRules.protocolVersion(version);
    }
    return this;
  }

  /**
   * Says who the peer is, on the span only.
   *
   * @param address the peer's address, without port
   * @return this call
   */
  public ServerCall client(String address) {
    if (span != null) {
      span.setAttribute(Contract.CLIENT_ADDRESS, address);
    }
    return this;
  }

  /**
   * Ends the call with the status that was sent: 5xx is an error, 4xx is not.
   *
   * @param status the status, 100 to 599; anything else means that none was sent
   */
  public void end(int status) {
    finish(status, "");
  }

  /**
   * Ends the call that failed.
   *
   * @param status the status that was sent, or 0 when none was
   * @param failure why it failed; its class is recorded, its message is not
   */
  public void end(int status, Throwable failure) {
    finish(status, failure.getClass().getName());
  }

  /**
   * Ends the call whose client went away before it had the answer: recorded as {@code client_abort},
   * which is no error of this server.
   */
  public void abort() {
    finish(0, HttpRules.CLIENT_ABORT);
  }

  private void finish(int status, String failure) {
    if (telemetry != null && method != null && ended.first()) {
      telemetry.ended(this, method, HttpRules.status(status), failure);
    }
  }

  String route() {
    return route;
  }

  String protocolVersion() {
    return protocolVersion;
  }

  @Nullable
  Span span() {
    return span;
  }

  boolean isCounted() {
    return counted;
  }

  long startedNanos() {
    return startedNanos;
  }
}
