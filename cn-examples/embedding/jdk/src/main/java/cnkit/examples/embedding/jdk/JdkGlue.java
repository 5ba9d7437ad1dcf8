package cnkit.examples.embedding.jdk;

import cnkit.health.Health;
import cnkit.health.ProbeReply;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.net.URI;
import java.util.function.UnaryOperator;
import org.slf4j.LoggerFactory;

// spotless:off a whole embedding on one screen
/**
 * The kit in the JDK's HTTP server: {@code server.createContext("/", new JdkGlue(…))}. A handler that throws is
 * answered with 500, where the server itself would drop the connection.
 *
 * @param route answers the template of a path, or empty when there is none
 */
@SuppressWarnings("try") // the scope is there to be closed
public record JdkGlue(
    Health health, InFlight inFlight, HttpServerTelemetry http, UnaryOperator<String> route, HttpHandler handler)
    implements HttpHandler {
  @Override public void handle(HttpExchange exchange) throws IOException {
    URI uri = exchange.getRequestURI();
    String method = exchange.getRequestMethod();
    Headers asked = exchange.getRequestHeaders();
    Headers said = exchange.getResponseHeaders();
    if (inFlight.draining()) said.set("Connection", "close");
    var probe = health.answer(method, uri.getRawPath(), uri.getRawQuery(), asked.getFirst("Accept"));
    if (probe.isPresent()) {
      ProbeReply reply = probe.get();
      reply.headers().forEach(said::set);
      exchange.sendResponseHeaders(reply.status(), reply.length() == 0 ? -1 : reply.length());
      reply.writeTo(exchange.getResponseBody());
      exchange.close();
      return;
    }
    String template = route.apply(uri.getPath());
    ServerCall call = http.begin(method, uri.toString(), asked::getFirst).route(template);
    Token token = inFlight.open(WorkKind.REQUEST, method + ' ' + template);
    try (Scope scope = call.makeCurrent()) {
      if (token.refused()) said.set("Retry-After", "1");
      if (token.refused()) exchange.sendResponseHeaders(503, -1);
      else handler.handle(exchange);
      call.end(exchange.getResponseCode());
    } catch (IOException clientGone) {
      call.abort();
    } catch (RuntimeException | Error bug) {
      call.end(500, bug);
      LoggerFactory.getLogger(JdkGlue.class).error("{} failed", template, bug);
      if (exchange.getResponseCode() < 0) exchange.sendResponseHeaders(500, -1);
    } finally {
      exchange.close(); // flushes: not before this is the request over
      token.close();
    }
  }
}
// spotless:on
