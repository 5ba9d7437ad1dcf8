package cnkit.config;

import cnkit.core.internal.Arguments;
import java.net.InetSocketAddress;

/**
 * A host and a port. The host is not resolved; no DNS lookup is made. Written {@code db.internal:5432} or
 * {@code [::1]:80}.
 *
 * @param host a host name, an IPv4 address or an IPv6 address without its brackets
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
  /** Checks the bounds of the port and that there is a host. */
  public HostPort {
    Arguments.check(!host.isEmpty(), "host", "a name or an address", "none");
    Arguments.check(port >= 0 && port <= 65_535, "port", "0..65535", port);
  }

  /**
   * The address for a socket, still unresolved.
   *
   * @return an unresolved socket address
   */
  public InetSocketAddress unresolved() {
    return InetSocketAddress.createUnresolved(host, port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }
}
