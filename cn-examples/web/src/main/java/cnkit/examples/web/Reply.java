package cnkit.examples.web;

import cnkit.health.ProbeReply;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a route answers; how it gets on the wire is the listener's business.
 *
 * @param status of HTTP
 * @param headers by name
 * @param body as text
 */
public record Reply(int status, Map<String, String> headers, String body) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Integer, String> TITLES = Map.of(
      400, "Bad Request",
      403, "Forbidden",
      404, "Not Found",
      405, "Method Not Allowed",
      414, "URI Too Long",
      413, "Content Too Large",
      422, "Unprocessable Content",
      431, "Request Header Fields Too Large",
      500, "Internal Server Error",
      503, "Service Unavailable");

  /** The request ends here, with that answer. */
  public static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;
    final transient Reply reply;

    /**
     * Ends a request.
     *
     * @param reply what it is answered
     */
    public RefusedException(Reply reply) {
      super("refused", null, false, false); // it is thrown often, and nobody looks where
      this.reply = reply;
    }
  }

  static Reply of(ProbeReply probe) {
    return new Reply(probe.status(), probe.headers(), probe.text());
  }

  /**
   * 200.
   *
   * @param contentType of the body
   * @param body as text
   * @return the answer
   */
  public static Reply of(String contentType, String body) {
    return new Reply(200, Map.of("Content-Type", contentType), body);
  }

  /**
   * A value as JSON.
   *
   * @param status of HTTP
   * @param value a record, a map or a list of plain values
   * @return the answer
   */
  public static Reply json(int status, Object value) {
    return new Reply(status, Map.of("Content-Type", "application/json"), write(value));
  }

  /**
   * A problem as RFC 9457 has it: what is wrong for the client, and nothing about our inside.
   *
   * @param status of HTTP
   * @param detail for a person
   * @return the answer
   */
  public static Reply problem(int status, String detail) {
    return problem(status, detail, Map.of());
  }

  /**
   * The same with members of its own.
   *
   * @param status of HTTP
   * @param detail for a person
   * @param more members by name
   * @return the answer
   */
  public static Reply problem(int status, String detail, Map<String, ?> more) {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", "about:blank");
    problem.put("title", TITLES.getOrDefault(status, "Error"));
    problem.put("status", status);
    problem.put("detail", detail);
    problem.putAll(more);
    SpanContext span = Span.current().getSpanContext();
    if (span.isValid()) {
      problem.put("trace_id", span.getTraceId());
    }
    return new Reply(status, Map.of("Content-Type", "application/problem+json"), write(problem));
  }

  /**
   * A problem to throw.
   *
   * @param status of HTTP
   * @param detail for a person
   * @return what ends the request with it
   */
  public static RefusedException refused(int status, String detail) {
    return new RefusedException(problem(status, detail));
  }

  /**
   * The same with one header more.
   *
   * @param header its name
   * @param value its value
   * @return the answer
   */
  public Reply with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new Reply(status, more, body);
  }

  /**
   * A value as JSON text.
   *
   * @param value a record, a map or a list of plain values
   * @return one line
   */
  public static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records and maps of plain values are always writable", e);
    }
  }
}
