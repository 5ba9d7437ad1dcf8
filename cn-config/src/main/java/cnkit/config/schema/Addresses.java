package cnkit.config.schema;

import cnkit.config.Conversion;
import cnkit.config.HostPort;
import cnkit.config.text.Digits;
import cnkit.config.text.Names;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Text to addresses; no name service is asked. */
public final class Addresses {
  private Addresses() {}

  static Conversion<?> hostPort(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      return Conversion.bad(Kind.HOST_PORT.expected);
    }
    String host = text.substring(0, colon);
    String port = text.substring(colon + 1);
    if (!Digits.isWhole(port, 0) || port.length() > 5 || Integer.parseInt(port) > 65_535) {
      return Conversion.bad("host:port with a port 0..65535");
    }
    if (host.startsWith("[") && host.endsWith("]")) {
      String address = host.substring(1, host.length() - 1);
      return v6(address) == null
          ? Conversion.bad("an IPv6 address between the brackets")
          : Conversion.ok(new HostPort(address, Integer.parseInt(port)));
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (!Names.isLetterOrDigit(c) && c != '-' && c != '.' && c != '_') {
        return host.indexOf(':') >= 0
            ? Conversion.bad(
                "host:port, an IPv6 address in brackets", "write [" + host + "]:" + port)
            : Conversion.bad(Kind.HOST_PORT.expected);
      }
    }
    return Conversion.ok(new HostPort(host, Integer.parseInt(port)));
  }

  static Conversion<?> address(String text) {
    byte[] v4 = v4(text);
    try {
      InetAddress address = v4 != null ? InetAddress.getByAddress(v4) : v6(text);
      return address == null ? Conversion.bad(Kind.INET_ADDRESS.expected) : Conversion.ok(address);
    } catch (UnknownHostException e) {
      return Conversion.bad(Kind.INET_ADDRESS.expected);
    }
  }

  private static byte @Nullable [] v4(String text) {
    byte[] bytes = new byte[4];
    int from = 0;
    for (int part = 0; part < 4; part++) {
      int end = Digits.digitsFrom(text, from);
      boolean separated =
          part == 3 ? end == text.length() : end < text.length() && text.charAt(end) == '.';
      if (!separated || end - from > 3 || !Digits.isWhole(text.substring(from, end), 0)) {
        return null;
      }
      int value = Integer.parseInt(text, from, end, 10);
      if (value > 255) {
        return null;
      }
      bytes[part] = (byte) value;
      from = end + 1;
    }
    return bytes;
  }

  /** Text that has a colon and only what a literal has never reaches a name service. */
  private static @Nullable InetAddress v6(String text) {
    if (text.indexOf(':') < 0 || text.length() > 45) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = Names.lower(text.charAt(i));
      if (!Names.isDigit(c) && (c < 'a' || c > 'f') && c != ':' && c != '.') {
        return null;
      }
    }
    try {
      return InetAddress.getByName("[" + text + "]");
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
