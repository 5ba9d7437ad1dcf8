package cnkit.examples.embedding.helidon;

import cnkit.health.Health;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.opentelemetry.context.Scope;
import java.util.function.UnaryOperator;

// spotless:off a whole embedding on one screen
/**
 * The kit in Helidon SE: {@code routing.addFilter(new HelidonGlue(…))}, the first filter.
 *
 * @param route answers the template of a path, or empty when there is none
 */
@SuppressWarnings("try") // the scope is there to be closed
public record HelidonGlue(Health health, InFlight inFlight, HttpServerTelemetry http, UnaryOperator<String> route)
    implements Filter {
  @Override public void filter(FilterChain chain, RoutingRequest asked, RoutingResponse said) {
    boolean leave = inFlight.draining();
    if (leave) said.header("Connection", "close");
    answer(chain, asked, said);
    if (leave) throw new CloseConnectionException("shutting down"); // Helidon says it, and waits for the client to do it
  }

  private void answer(FilterChain chain, RoutingRequest asked, RoutingResponse said) {
    String method = asked.prologue().method().text();
    String path = asked.path().rawPath();
    var probe = health.answer(method, path, asked.query().rawValue(), header(asked, "Accept"));
    if (probe.isPresent()) {
      probe.get().headers().forEach(said::header);
      said.status(probe.get().status()).send(probe.get().text());
      return;
    }
    ServerCall call = http.begin(method, path, name -> header(asked, name)).route(route.apply(path));
    Token token = inFlight.open(WorkKind.REQUEST, method + ' ' + path);
    said.whenSent(() -> {
      call.end(said.status().code());
      token.close();
    });
    try (Scope scope = call.makeCurrent()) {
      if (token.refused()) said.status(503).header("Retry-After", "1").send();
      else chain.proceed();
    } catch (RuntimeException | Error bug) {
      if (bug instanceof CloseConnectionException) call.abort(); else call.end(500, bug);
      token.close();
      throw bug;
    }
  }

  private static String header(RoutingRequest asked, String name) {
    return asked.headers().first(HeaderNames.create(name)).orElse("");
  }
}
// spotless:on
