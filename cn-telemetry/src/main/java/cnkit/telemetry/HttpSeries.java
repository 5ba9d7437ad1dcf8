package cnkit.telemetry;

import static cnkit.telemetry.Contract.ERROR_TYPE;
import static cnkit.telemetry.Contract.HTTP_REQUEST_METHOD;
import static cnkit.telemetry.Contract.HTTP_RESPONSE_STATUS_CODE;
import static cnkit.telemetry.Contract.HTTP_ROUTE;
import static cnkit.telemetry.Contract.NETWORK_PROTOCOL_VERSION;
import static cnkit.telemetry.Contract.SERVER_ADDRESS;
import static cnkit.telemetry.Contract.SERVER_PORT;
import static cnkit.telemetry.Contract.URL_SCHEME;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Attribute sets of finished calls, each built once: building one sorts and copies, which costs more
 * than recording. The keys are made of bounded values; should they still be many, sets beyond the
 * limit are built anew each time.
 */
final class HttpSeries {
  private static final int LIMIT = 4096;

  private final ConcurrentHashMap<Key, Attributes> sets = new ConcurrentHashMap<>();

  /** Empty text and 0 stand for absent. */
  record Key(
      String method,
      String scheme,
      String host,
      int port,
      int status,
      String route,
      String errorType,
      String protocolVersion) {}

  Attributes of(Key key) {
    Attributes known = sets.get(key);
    if (known != null) {
      return known;
    }
    Attributes made = build(key);
    if (sets.size() < LIMIT) {
      sets.putIfAbsent(key, made);
    }
    return made;
  }

  /** What a span learns at its end; a client that went away, or a call given up on purpose, is no error. */
  static void describe(Span span, int status, String error, String protocolVersion) {
    if (status > 0) {
      span.setAttribute(HTTP_RESPONSE_STATUS_CODE, (long) status);
    }
    if (!protocolVersion.isEmpty()) {
      span.setAttribute(NETWORK_PROTOCOL_VERSION, protocolVersion);
    }
    if (!error.isEmpty()) {
      span.setAttribute(ERROR_TYPE, error);
    }
    boolean onPurpose = error.equals(HttpRules.CLIENT_ABORT) || error.equals(HttpRules.CANCELLED);
    if (!error.isEmpty() && !onPurpose) {
      span.setStatus(StatusCode.ERROR);
    }
  }

  private static Attributes build(Key key) {
    AttributesBuilder attributes = Attributes.builder().put(HTTP_REQUEST_METHOD, key.method);
    if (!key.scheme.isEmpty()) {
      attributes.put(URL_SCHEME, key.scheme);
    }
    if (!key.host.isEmpty()) {
      attributes.put(SERVER_ADDRESS, key.host).put(SERVER_PORT, (long) key.port);
    }
    if (key.status > 0) {
      attributes.put(HTTP_RESPONSE_STATUS_CODE, (long) key.status);
    }
    if (!key.route.isEmpty()) {
      attributes.put(HTTP_ROUTE, key.route);
    }
    if (!key.errorType.isEmpty()) {
      attributes.put(ERROR_TYPE, key.errorType);
    }
    if (!key.protocolVersion.isEmpty()) {
      attributes.put(NETWORK_PROTOCOL_VERSION, key.protocolVersion);
    }
    return attributes.build();
  }
}
