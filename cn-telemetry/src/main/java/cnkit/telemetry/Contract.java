package cnkit.telemetry;

import static io.opentelemetry.api.common.AttributeKey.longKey;
import static io.opentelemetry.api.common.AttributeKey.stringKey;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/** Names, units and buckets of all signals. Made from META-INF/cn-telemetry/contract.txt by ContractPages. */
final class Contract {
  static final AttributeKey<String> SERVICE_VERSION = stringKey("service.version");
  static final AttributeKey<String> VCS_REF_HEAD_REVISION = stringKey("vcs.ref.head.revision");
  static final AttributeKey<String> CN_BUILD_DIRTY = stringKey("cn.build.dirty");
  static final AttributeKey<String> PROCESS_RUNTIME_VERSION = stringKey("process.runtime.version");
  static final AttributeKey<String> CN_TELEMETRY_ATTRIBUTE = stringKey("cn.telemetry.attribute");
  static final AttributeKey<String> HTTP_REQUEST_METHOD = stringKey("http.request.method");
  static final AttributeKey<String> HTTP_REQUEST_METHOD_ORIGINAL =
      stringKey("http.request.method_original");
  static final AttributeKey<String> URL_SCHEME = stringKey("url.scheme");
  static final AttributeKey<Long> HTTP_RESPONSE_STATUS_CODE = longKey("http.response.status_code");
  static final AttributeKey<String> HTTP_ROUTE = stringKey("http.route");
  static final AttributeKey<String> ERROR_TYPE = stringKey("error.type");
  static final AttributeKey<String> NETWORK_PROTOCOL_VERSION =
      stringKey("network.protocol.version");
  static final AttributeKey<String> SERVER_ADDRESS = stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = longKey("server.port");
  static final AttributeKey<String> URL_PATH = stringKey("url.path");
  static final AttributeKey<String> URL_QUERY = stringKey("url.query");
  static final AttributeKey<String> URL_FULL = stringKey("url.full");
  static final AttributeKey<String> CLIENT_ADDRESS = stringKey("client.address");
  static final AttributeKey<Long> HTTP_REQUEST_RESEND_COUNT = longKey("http.request.resend_count");
  static final Metric CN_BUILD_INFO = new Metric(
      "cn.build.info", "{build}", "Constantly 1; the attributes tell which build runs.", List.of());
  static final Metric CN_TELEMETRY_OVERFLOW = new Metric(
      "cn.telemetry.overflow",
      "{value}",
      "Attribute values replaced by _OTHER because their number is bounded.",
      List.of());
  static final Metric HTTP_SERVER_REQUEST_DURATION = new Metric(
      "http.server.request.duration",
      "s",
      "Duration of HTTP server requests.",
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
  static final Metric HTTP_SERVER_ACTIVE_REQUESTS = new Metric(
      "http.server.active_requests",
      "{request}",
      "Number of active HTTP server requests.",
      List.of());
  static final Metric HTTP_CLIENT_REQUEST_DURATION = new Metric(
      "http.client.request.duration",
      "s",
      "Duration of HTTP client requests, one for each attempt on the wire.",
      List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0));
  static final Metric CN_HTTP_SERVER_REPLAYS = new Metric(
      "cn.http.server.replays",
      "{request}",
      "Requests that arrived again with the trace and parent span of an earlier one: sent twice by a client that did not say so.",
      List.of());

  private Contract() {}
}
