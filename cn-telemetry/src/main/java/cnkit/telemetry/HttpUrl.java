package cnkit.telemetry;

import cnkit.core.internal.Pure;
import java.util.Locale;

/**
 * The parts of a URL or request target that telemetry needs, cut out leniently: what a client really
 * sent must not make telemetry throw. Absent parts are empty, an absent port is 0.
 */
@Pure
record HttpUrl(String scheme, String host, int port, String path, String query) {

  static HttpUrl of(String target) {
    int scheme = target.indexOf("://");
    int question = target.indexOf('?');
    if (scheme > 0 && question >= 0 && question < scheme) {
      scheme = -1; // the query of a path holds a URL
    }
    int authority = scheme > 0 ? scheme + 3 : 0;
    int pathStart = authority;
    while (scheme > 0
        && pathStart < target.length()
        && "/?#".indexOf(target.charAt(pathStart)) < 0) {
      pathStart++;
    }
    int end = target.indexOf('#', pathStart);
    end = end < 0 ? target.length() : end;
    int queryStart = target.indexOf('?', pathStart);
    queryStart = queryStart < 0 || queryStart > end ? end : queryStart;
    String name = scheme > 0 ? lower(target.substring(0, scheme)) : "";
    String hostPort = target.substring(authority, pathStart);
    hostPort = hostPort.substring(hostPort.lastIndexOf('@') + 1);
    int colon = hostPort.lastIndexOf(':');
    boolean hasPort = colon > hostPort.lastIndexOf(']');
    String path = target.substring(pathStart, queryStart);
    return new HttpUrl(
        name,
        lower(hasPort ? hostPort.substring(0, colon) : hostPort),
        hasPort ? port(hostPort.substring(colon + 1)) : defaultPort(name),
        path.isEmpty() ? "/" : path,
        queryStart < end ? target.substring(queryStart + 1, end) : "");
  }

  private static int port(String digits) {
    int port = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9 || port > 65_535) {
        return 0;
      }
      port = port * 10 + digit;
    }
    return port <= 65_535 ? port : 0;
  }

  private static int defaultPort(String scheme) {
    return switch (scheme) {
      case "http" -> 80;
      case "https" -> 443;
      default -> 0;
    };
  }

  private static String lower(String ascii) {
    return ascii.toLowerCase(Locale.ROOT);
  }
}
