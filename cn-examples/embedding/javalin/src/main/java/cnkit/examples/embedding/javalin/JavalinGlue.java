package cnkit.examples.embedding.javalin;

import cnkit.health.Health;
import cnkit.lifecycle.InFlight;
import cnkit.lifecycle.Token;
import cnkit.lifecycle.WorkKind;
import cnkit.telemetry.HttpServerTelemetry;
import cnkit.telemetry.ServerCall;
import io.opentelemetry.context.Scope;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.UnaryOperator;

// spotless:off a whole embedding on one screen
/**
 * The kit in Javalin, outside of its Jetty's servlet: {@code config.jetty.modifyServletContextHandler(h ->
 * h.addFilter(new FilterHolder(new JavalinGlue(…)), "/*", EnumSet.of(DispatcherType.REQUEST)))}, async supported.
 *
 * @param route answers the template of a path, or empty when there is none
 */
@SuppressWarnings("try") // the scope is there to be closed
public record JavalinGlue(Health health, InFlight inFlight, HttpServerTelemetry http, UnaryOperator<String> route)
    implements Filter {
  @Override public void doFilter(ServletRequest in, ServletResponse out, FilterChain chain)
      throws IOException, ServletException {
    var asked = (HttpServletRequest) in;
    var said = (HttpServletResponse) out;
    String path = asked.getRequestURI();
    if (inFlight.draining()) said.setHeader("Connection", "close");
    var probe = health.answer(asked.getMethod(), path, asked.getQueryString(), asked.getHeader("Accept"));
    if (probe.isPresent()) {
      probe.get().headers().forEach(said::setHeader);
      said.setStatus(probe.get().status());
      probe.get().writeTo(said.getOutputStream());
      return;
    }
    ServerCall call = http.begin(asked.getMethod(), path, asked::getHeader).route(route.apply(path));
    Token token = inFlight.open(WorkKind.REQUEST, asked.getMethod() + ' ' + path);
    try (Scope scope = call.makeCurrent()) {
      if (token.refused()) said.setHeader("Retry-After", "1");
      if (token.refused()) said.sendError(503);
      else chain.doFilter(asked, said);
    } catch (IOException | ServletException | RuntimeException | Error failure) {
      if (failure instanceof IOException) call.abort(); else call.end(500, failure);
      throw failure;
    } finally {
      if (asked.isAsyncStarted()) asked.getAsyncContext().addListener(new End(call, token, said));
      else new End(call, token, said).run();
    }
  }
  private record End(ServerCall call, Token token, HttpServletResponse said) implements AsyncListener, Runnable {
    @Override public void run() { call.end(said.getStatus()); token.close(); }
    @Override public void onComplete(AsyncEvent event) { run(); }
    @Override public void onError(AsyncEvent event) { call.end(500, event.getThrowable()); }
    @Override public void onTimeout(AsyncEvent event) {}
    @Override public void onStartAsync(AsyncEvent event) {}
  }
}
// spotless:on
