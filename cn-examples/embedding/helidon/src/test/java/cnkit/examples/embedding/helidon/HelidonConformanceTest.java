package cnkit.examples.embedding.helidon;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;

@Tag("full")
class HelidonConformanceTest extends Conformance {
  @Override
  protected String name() {
    return "Helidon SE 4";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final CompletableFuture<WebServer> running = new CompletableFuture<>();

      @Override
      public int start(App app) {
        WebServer server = WebServer.builder()
            .address(InetAddress.getLoopbackAddress())
            .port(0)
            .shutdownHook(false)
            .routing(routing -> {
              routing.addFilter(
                  new HelidonGlue(app.health(), app.inFlight(), app.telemetry(), App::route));
              routing.get("/*", (asked, said) -> handle(app, asked, said));
            })
            .build()
            .start();
        running.complete(server);
        return server.port();
      }

      @Override
      public void stop() {
        running.join().stop();
      }
    };
  }

  /** Every request has a virtual thread, which may wait. */
  private static void handle(App app, ServerRequest asked, ServerResponse said) {
    String query = asked.query().rawValue();
    String target = asked.path().rawPath() + (query.isEmpty() ? "" : '?' + query);
    Answer answer =
        App.isLater(target) ? app.later(target).toCompletableFuture().join() : app.answer(target);
    said.status(answer.status()).send(answer.body());
  }
}
