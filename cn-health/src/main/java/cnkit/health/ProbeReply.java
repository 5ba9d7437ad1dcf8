package cnkit.health;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * An answer to a probe, ready to be sent. Immutable and shared: the same object answers many requests.
 *
 * <pre>{@code
 * reply.headers().forEach(exchange.getResponseHeaders()::set);
 * exchange.sendResponseHeaders(reply.status(), reply.length() == 0 ? -1 : reply.length());
 * reply.writeTo(exchange.getResponseBody());
 * }</pre>
 */
public final class ProbeReply {
  private final int status;
  private final Map<String, String> headers;
  private final byte[] body;
  private final boolean headOnly;

  private ProbeReply(int status, Map<String, String> headers, byte[] body, boolean headOnly) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.headOnly = headOnly;
  }

  static ProbeReply of(int status, String contentType, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new ProbeReply(status, headers(contentType, bytes.length), bytes, false);
  }

  static ProbeReply methodNotAllowed() {
    byte[] bytes = "method not allowed: GET or HEAD\n".getBytes(StandardCharsets.UTF_8);
    Map<String, String> headers = new HashMap<>(headers("text/plain; charset=utf-8", bytes.length));
    headers.put("Allow", "GET, HEAD");
    return new ProbeReply(405, Map.copyOf(headers), bytes, false);
  }

  private static Map<String, String> headers(String contentType, int length) {
    return Map.of(
        "Content-Type",
        contentType,
        "Content-Length",
        Integer.toString(length),
        "Cache-Control",
        "no-store",
        "X-Content-Type-Options",
        "nosniff");
  }

  /** The same without its body. */
  ProbeReply headOnly() {
    return new ProbeReply(status, headers, body, true);
  }

  /**
   * The HTTP status.
   *
   * @return 200 passing, 503 failing, 404 no such check or group, 405 neither GET nor HEAD; never a redirect
   */
  public int status() {
    return status;
  }

  /**
   * The headers to send, {@code Content-Length} included (that of the GET for a HEAD).
   *
   * @return an unmodifiable map
   */
  public Map<String, String> headers() {
    return headers;
  }

  /**
   * How many bytes {@link #writeTo} writes.
   *
   * @return 0 for a HEAD, else 1 to 10,239 with the built-in renderers
   */
  public int length() {
    return headOnly ? 0 : body.length;
  }

  /**
   * Writes the body, without flushing or closing.
   *
   * @param out where to
   * @throws IOException from the stream
   */
  public void writeTo(OutputStream out) throws IOException {
    if (!headOnly) {
      out.write(body, 0, body.length);
    }
  }

  /**
   * The body as text, for servers that want a string and for tests.
   *
   * @return empty for a HEAD
   */
  public String text() {
    return headOnly ? "" : new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return status + " " + text();
  }
}
