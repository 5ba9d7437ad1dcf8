package cnkit.examples.embedding.undertow;

import cnkit.health.Health;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import io.opentelemetry.context.Scope;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.util.function.UnaryOperator;

// spotless:off a whole embedding on one screen
/**
 * The kit in Undertow: {@code Undertow.builder().setHandler(new UndertowGlue(…))}. Probes are answered on the I/O
 * thread, the rest runs on a worker.
 *
 * @param route answers the template of a path, or empty when there is none
 */
@SuppressWarnings("try") // the scope is there to be closed
public record UndertowGlue(
    Health health, InFlight inFlight, HttpServerTelemetry http, UnaryOperator<String> route, HttpHandler next)
    implements HttpHandler {
  @Override public void handleRequest(HttpServerExchange exchange) {
    String method = exchange.getRequestMethod().toString();
    String path = exchange.getRequestPath();
    HeaderMap asked = exchange.getRequestHeaders();
    HeaderMap said = exchange.getResponseHeaders();
    if (inFlight.draining()) exchange.setPersistent(false); // Connection: close
    var probe = health.answer(method, path, exchange.getQueryString(), asked.getFirst("Accept"));
    if (probe.isPresent()) {
      probe.get().headers().forEach((name, value) -> said.put(HttpString.tryFromString(name), value));
      exchange.setStatusCode(probe.get().status()).getResponseSender().send(probe.get().text());
      return;
    }
    ServerCall call = http.begin(method, path, asked::getFirst).route(route.apply(path));
    Token token = inFlight.open(WorkKind.REQUEST, method + ' ' + path);
    exchange.addExchangeCompleteListener((ended, others) -> {
      call.end(ended.getStatusCode());
      token.close();
      others.proceed();
    });
    if (token.refused()) {
      said.put(HttpString.tryFromString("Retry-After"), "1");
      exchange.setStatusCode(503).endExchange();
      return;
    }
    exchange.dispatch(worker -> {
      try (Scope scope = call.makeCurrent()) {
        next.handleRequest(worker);
      } catch (Exception | Error bug) {
        call.end(500, bug);
        throw bug;
      }
    });
  }
}
// spotless:on
