package cnkit.telemetry;

import cnkit.core.internal.Once;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a request on the wire, from {@link HttpClientTelemetry#begin} to its one end. Safe for
 * use by many threads: whichever ends it first, ends it; later ends change nothing. Nothing here throws.
 */
public final class ClientCall {
  static final long NOT_TIMED = Long.MIN_VALUE;

  private static final HttpUrl NOWHERE = HttpUrl.of("/");

  private final @Nullable HttpClientTelemetry telemetry;
  private final String method;
  private final HttpUrl to;
  private final Context context;
  private final @Nullable Span span;
  private final long startedNanos;
  private final Once ended = new Once();
  private volatile String protocolVersion = "";

  ClientCall(
      @Nullable HttpClientTelemetry telemetry,
      String method,
      HttpUrl to,
      Context context,
      @Nullable Span span,
      long startedNanos) {
    this.telemetry = telemetry;
    this.method = method;
    this.to = to;
    this.context = context;
    this.span = span;
    this.startedNanos = startedNanos;
  }

  static ClientCall silent(Context context) {
    return new ClientCall(null, HttpRules.OTHER, NOWHERE, context, null, NOT_TIMED);
  }

  /**
   * The attempt's context: its span, or what was current when it began.
   *
   * @return the context, for work that goes on elsewhere
   */
  public Context context() {
    return context;
  }

  /**
   * Makes the attempt's context current on this thread, its ids visible to the log.
   *
   * @return closes the scope, on this thread; it does not end the call
   * @see Correlation#makeCurrent
   */
  public Scope makeCurrent() {
    return Correlation.makeCurrent(context);
  }

  /**
   * Says which version of HTTP was spoken, at any time before the end; versions that do not exist are not recorded.
   *
   * @param version {@code HTTP/1.1}, {@code 1.1}, {@code HTTP_2} or {@code 2} for example
   * @return this call
   */
  public ClientCall protocolVersion(String version) {
    protocolVersion = HttpRules.protocolVersion(version);
    return this;
  }

  /**
   * Ends the attempt that was answered: 4xx and 5xx are errors.
   *
   * @param status the status, 100 to 599; anything else means that none came
   */
  public void end(int status) {
    finish(status, "");
  }

  /**
   * Ends the attempt that was answered, but whose answer could not be read.
   *
   * @param status the status, or 0 when none came
   * @param failure why it failed; its class is recorded, its message is not
   */
  public void end(int status, Throwable failure) {
    finish(status, failure.getClass().getName());
  }

  /**
   * Ends the attempt that got no answer.
   *
   * @param failure why; its class is recorded, its message is not
   */
  public void fail(Throwable failure) {
    finish(0, failure.getClass().getName());
  }

  /** Ends the attempt whose time was over: an error, recorded as {@code timeout}. */
  public void timeOut() {
    finish(0, HttpRules.TIMEOUT);
  }

  /** Ends the attempt that nobody waits for any more, the loser of a hedge for example: no error, recorded as {@code cancelled}. */
  public void cancel() {
    finish(0, HttpRules.CANCELLED);
  }

  private void finish(int status, String failure) {
    if (telemetry != null && ended.first()) {
      telemetry.ended(this, method, to, HttpRules.status(status), failure);
    }
  }

  String protocolVersion() {
    return protocolVersion;
  }

  @Nullable
  Span span() {
    return span;
  }

  long startedNanos() {
    return startedNanos;
  }
}
