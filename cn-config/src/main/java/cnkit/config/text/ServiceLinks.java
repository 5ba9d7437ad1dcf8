package cnkit.config.text;

import cnkit.core.internal.Pure;

/*
 * The variables that Kubernetes puts into every container for every service of the namespace: a
 * service named "app" collides with the prefix APP. They are recognised, so that they are neither
 * taken for typing errors nor for settings.
 */
@Pure
public final class ServiceLinks {
  private ServiceLinks() {}

  /** Whether a variable that is no setting is such a link. */
  public static boolean isLink(String name, String value) {
    if (name.endsWith("_SERVICE_HOST")
        || name.endsWith("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")) {
      return true;
    }
    if (name.endsWith("_PORT") && isAddress(value)) {
      return true;
    }
    int port = name.indexOf("_PORT_");
    while (port >= 0) {
      int digits = port + "_PORT_".length();
      int end = digits;
      while (end < name.length() && Names.isDigit(name.charAt(end))) {
        end++;
      }
      if (end > digits && isProtocol(name.substring(end))) {
        return true;
      }
      port = name.indexOf("_PORT_", port + 1);
    }
    return false;
  }

  private static boolean isProtocol(String rest) {
    return switch (rest) {
      case "_TCP", "_TCP_PROTO", "_TCP_PORT", "_TCP_ADDR" -> true;
      case "_UDP", "_UDP_PROTO", "_UDP_PORT", "_UDP_ADDR" -> true;
      case "_SCTP", "_SCTP_PROTO", "_SCTP_PORT", "_SCTP_ADDR" -> true;
      default -> false;
    };
  }

  /** Whether a value looks like the address that a link holds: {@code tcp://10.0.0.1:80}. */
  public static boolean isAddress(String value) {
    return value.startsWith("tcp://") || value.startsWith("udp://") || value.startsWith("sctp://");
  }
}
