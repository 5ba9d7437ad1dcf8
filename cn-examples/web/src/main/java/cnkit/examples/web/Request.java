package cnkit.examples.web;

import static java.util.Objects.requireNonNullElse;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a handler may know of a request, and the limits of what is read of it.
 *
 * @param exchange the server's own, for answers that have no end
 * @param variable what stands in the place of the template's variable, or empty
 */
public record Request(HttpExchange exchange, String variable) {
  private static final int MAX_BODY_BYTES = 16 * 1024;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final int MAX_TARGET = 8 * 1024;

  /**
   * The first header of that name.
   *
   * @param name in any case
   * @return its value
   */
  public Optional<String> header(String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  /**
   * The query as it was sent.
   *
   * @return without the question mark, empty when there is none
   */
  public String rawQuery() {
    return requireNonNullElse(exchange.getRequestURI().getRawQuery(), "");
  }

  /**
   * A parameter of the query as it was sent; the last one wins, without {@code =} it is empty.
   *
   * @param name as it was sent
   * @param otherwise where there is none
   * @return its value
   */
  public String parameter(String name, String otherwise) {
    String value = otherwise;
    for (String pair : rawQuery().split("&", -1)) {
      String[] parts = pair.split("=", 2);
      if (parts[0].equals(name)) {
        value = parts.length == 1 ? "" : parts[1];
      }
    }
    return value;
  }

  /**
   * The body; what is left of one that is refused is not waited for before the answer.
   *
   * @return at most 16 KiB
   * @throws Reply.RefusedException with a 413 for a longer one, and a 400 for what cannot be read
   */
  public byte[] body() throws Reply.RefusedException {
    Reply refusal = Reply.problem(413, "expected at most " + MAX_BODY_BYTES + " bytes");
    try {
      if (Long.parseLong(header("Content-Length").orElse("0")) <= MAX_BODY_BYTES) {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length <= MAX_BODY_BYTES) {
          return body;
        }
      }
    } catch (IOException | NumberFormatException unreadable) {
      refusal = Reply.problem(400, "the body cannot be read");
    }
    throw new Reply.RefusedException(refusal.with("Connection", "close"));
  }

  /** The server closes without a word what is beyond its limits; ours are lower, and answer. */
  void refuseFlood() throws Reply.RefusedException {
    int headers = 0;
    int bytes = 0;
    for (Map.Entry<String, List<String>> header : exchange.getRequestHeaders().entrySet()) {
      for (String value : header.getValue()) {
        headers++;
        bytes += header.getKey().length() + value.length();
      }
    }
    if (headers > MAX_HEADERS || bytes > MAX_HEADER_BYTES) {
      throw Reply.refused(
          431, "expected at most " + MAX_HEADERS + " headers of " + MAX_HEADER_BYTES + " bytes");
    }
    if (exchange.getRequestURI().toString().length() > MAX_TARGET) {
      throw Reply.refused(414, "expected at most " + MAX_TARGET + " bytes");
    }
  }
}
