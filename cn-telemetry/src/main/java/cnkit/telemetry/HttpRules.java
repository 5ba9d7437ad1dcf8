package cnkit.telemetry;

import cnkit.core.internal.Pure;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The decisions of OpenTelemetry's HTTP conventions, without any instrument. */
@Pure
final class HttpRules {
  /** What stands for a method that is not known. */
  static final String OTHER = "_OTHER";

  static final String CLIENT_ABORT = "client_abort";
  static final String CANCELLED = "cancelled";
  static final String TIMEOUT = "timeout";

  private static final Set<String> METHODS = Set.of(
      "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE", "QUERY");

  private HttpRules() {}

  /** The known methods; a comma-separated list, as in OpenTelemetry's variable, replaces the standard ones. */
  static Set<String> knownMethods(@Nullable String list) {
    if (list == null || list.isBlank()) {
      return METHODS;
    }
    return Arrays.stream(list.split(",", -1))
        .map(String::strip)
        .filter(method -> !method.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** A status in 100..599, else 0: no status was sent, or nobody could tell. */
  static int status(int status) {
    return status >= 100 && status <= 599 ? status : 0;
  }

  /** A server's error: 5xx, or an exception that no 4xx explains. Empty when there was none. */
  static String serverError(int status, String failure) {
    if (status >= 500) {
      return failure.isEmpty() ? String.valueOf(status) : failure;
    }
    return status >= 400 ? "" : failure;
  }

  /** A client's error: 4xx, 5xx, or an exception. Empty when there was none. */
  static String clientError(int status, String failure) {
    return failure.isEmpty() && status >= 400 ? String.valueOf(status) : failure;
  }

  /** {@code METHOD route}, or as much of it as is known. */
  static String spanName(String method, String route) {
    String verb = method.equals(OTHER) ? "HTTP" : method;
    return route.isEmpty() ? verb : verb + ' ' + route;
  }

  /** {@code 1.1} for {@code HTTP/1.1}, {@code 2} for {@code HTTP/2.0}; empty for what HTTP does not know. */
  static String protocolVersion(String text) {
    String version = text.startsWith("HTTP/") ? text.substring(5) : text;
    return switch (version) {
      case "1.0", "1.1", "2", "3" -> version;
      case "2.0", "HTTP_2" -> "2";
      case "HTTP_1_1" -> "1.1";
      case "3.0", "HTTP_3" -> "3";
      default -> "";
    };
  }

  /** Whether a path is a probe's or a scraper's: {@code /livez}, {@code /readyz/db}, {@code /metrics}. */
  static boolean isManagement(String path) {
    for (String own : new String[] {"/livez", "/readyz", "/startupz", "/metrics"}) {
      if (path.startsWith(own)
          && (path.length() == own.length() || path.charAt(own.length()) == '/')) {
        return true;
      }
    }
    return false;
  }
}
