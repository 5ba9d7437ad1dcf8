package cnkit.examples.embedding.jetty;

import cnkit.health.Health;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

// spotless:off a whole embedding on one screen
/**
 * The kit in Jetty: {@code server.setHandler(new JettyGlue(…).handler())}, around your handler.
 *
 * @param route answers the template of a path, or empty when there is none
 */
@SuppressWarnings("try") // the scope is there to be closed
public record JettyGlue(Health health, InFlight inFlight, HttpServerTelemetry http, UnaryOperator<String> route) {
  public Handler.Wrapper handler() { return new Handler.Wrapper() {
    @Override public boolean handle(Request asked, Response said, Callback done) throws Exception {
      HttpURI uri = asked.getHttpURI();
      String method = asked.getMethod();
      asked.addHttpStreamWrapper(stream -> new HttpStream.Wrapper(stream) { // sees Jetty's own error pages too
        @Override public void prepareResponse(HttpFields.Mutable headers) {
          super.prepareResponse(headers);
          if (inFlight.draining()) headers.put("Connection", "close");
        }
      });
      var probe = health.answer(method, uri.getPath(), uri.getQuery(), asked.getHeaders().get("Accept"));
      if (probe.isPresent()) {
        probe.get().headers().forEach((name, value) -> said.getHeaders().put(name, value));
        said.setStatus(probe.get().status());
        Content.Sink.write(said, true, probe.get().text(), done);
        return true;
      }
      String template = route.apply(uri.getPath());
      ServerCall call = http.begin(method, uri.getPathQuery(), asked.getHeaders()::get).route(template);
      Token token = inFlight.open(WorkKind.REQUEST, method + ' ' + template);
      Request.addCompletionListener(asked, failure -> {
        if (failure instanceof IOException) call.abort();
        else if (failure != null) call.end(500, failure);
        else call.end(said.getStatus());
        token.close();
      });
      try (Scope scope = call.makeCurrent()) {
        if (!token.refused()) return super.handle(asked, said, done);
      }
      said.getHeaders().put("Retry-After", "1");
      Response.writeError(asked, said, done, 503);
      return true;
    }
  }; }
}
// spotless:on
