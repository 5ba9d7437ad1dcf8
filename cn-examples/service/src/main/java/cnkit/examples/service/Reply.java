package cnkit.examples.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What a route answers; how it gets on the wire is the listener's business. */
record Reply(
    int status,
    String contentType,
    String body,
    Map<String, String> headers,
    Optional<Stream> stream) {
  /** A body that goes on until it returns or the client leaves. */
  @FunctionalInterface
  interface Stream {
    void writeTo(OutputStream out) throws IOException, InterruptedException;
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Integer, String> TITLES = Map.of(
      400, "Bad Request",
      404, "Not Found",
      405, "Method Not Allowed",
      414, "URI Too Long",
      413, "Content Too Large",
      422, "Unprocessable Content",
      431, "Request Header Fields Too Large",
      500, "Internal Server Error",
      502, "Bad Gateway",
      503, "Service Unavailable");

  Reply {
    headers = Map.copyOf(headers);
  }

  Reply(int status, String contentType, String body, Map<String, String> headers) {
    this(status, contentType, body, headers, Optional.empty());
  }

  static Reply stream(String contentType, Stream stream) {
    return new Reply(200, contentType, "", Map.of(), Optional.of(stream));
  }

  static Reply json(int status, Object value) {
    return new Reply(status, "application/json", write(value), Map.of());
  }

  static Reply text(String contentType, String body) {
    return new Reply(200, contentType, body, Map.of());
  }

  /** A problem as RFC 9457 has it: what is wrong for the client, and nothing about our inside. */
  static Reply problem(int status, String detail) {
    return problem(status, detail, Map.of());
  }

  /** The same with members of its own. */
  static Reply problem(int status, String detail, Map<String, ?> more) {
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
    return new Reply(status, "application/problem+json", write(problem), Map.of());
  }

  Reply with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Reply(status, contentType, body, more, stream);
  }

  static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records and maps of plain values are always writable", e);
    }
  }
}
