package cnkit.examples.embedding.vertx;

import cnkit.health.Health;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import io.opentelemetry.context.Scope;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.UnaryOperator;

// spotless:off a whole embedding on one screen
/**
 * The kit in Vert.x: {@code vertx.createHttpServer().requestHandler(new VertxGlue(…))}. A handler that throws is
 * answered with 500, where Vert.x would leave the client waiting.
 *
 * @param route answers the template of a path, or empty when there is none
 */
@SuppressWarnings("try") // the scope is there to be closed
public record VertxGlue(
    Health health, InFlight inFlight, HttpServerTelemetry http, UnaryOperator<String> route,
    Handler<HttpServerRequest> next) implements Handler<HttpServerRequest> {
  @Override public void handle(HttpServerRequest asked) {
    HttpServerResponse said = asked.response();
    String method = asked.method().name();
    if (inFlight.draining()) {
      said.putHeader("Connection", "close").bodyEndHandler(sent -> asked.connection().close());
    }
    var probe = health.answer(method, asked.path(), asked.query(), asked.getHeader("Accept"));
    if (probe.isPresent()) {
      probe.get().headers().forEach(said::putHeader);
      said.setStatusCode(probe.get().status()).end(probe.get().text());
      return;
    }
    ServerCall call = http.begin(method, asked.uri(), asked::getHeader).route(route.apply(asked.path()));
    Token token = inFlight.open(WorkKind.REQUEST, method + ' ' + asked.path());
    said.endHandler(sent -> {
      call.end(said.getStatusCode());
      token.close();
    });
    said.closeHandler(clientGone -> {
      call.abort();
      token.close();
    });
    if (token.refused()) {
      said.setStatusCode(503).putHeader("Retry-After", "1").end();
      return;
    }
    try (Scope scope = call.makeCurrent()) {
      next.handle(asked);
    } catch (RuntimeException | Error bug) {
      call.end(500, bug);
      said.setStatusCode(500).end();
    }
  }
}
// spotless:on
