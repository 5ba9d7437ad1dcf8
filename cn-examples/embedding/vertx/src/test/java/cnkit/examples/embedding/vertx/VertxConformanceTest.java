package cnkit.examples.embedding.vertx;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import cnkit.telemetry.Correlation;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Callable;

class VertxConformanceTest extends Conformance {
  @Override
  protected String name() {
    return "Vert.x 5";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final Vertx vertx = Vertx.vertx();
      private final HttpServer server = vertx.createHttpServer();

      @Override
      public int start(App app) {
        server.requestHandler(new VertxGlue(
            app.health(),
            app.inFlight(),
            app.telemetry(),
            App::route,
            asked -> handle(vertx, app, asked)));
        return server.listen(0, "127.0.0.1").await().actualPort();
      }

      @Override
      public void stop() {
        server.close().await();
        vertx.close().await();
      }
    };
  }

  /** What blocks is done by a worker; {@code /fail} fails at once, on the event loop. */
  private static void handle(Vertx vertx, App app, HttpServerRequest asked) {
    String target = asked.uri();
    if (target.equals("/fail")) {
      app.answer(target);
    }
    Callable<Answer> work = Correlation.wrapCallable(() -> app.answer(target));
    (App.isLater(target)
            ? io.vertx.core.Future.fromCompletionStage(app.later(target))
            : vertx.executeBlocking(work, false))
        .onComplete(done -> {
          if (done.succeeded()) {
            asked
                .response()
                .setStatusCode(done.result().status())
                .end(done.result().body());
          } else {
            asked.response().setStatusCode(500).end();
          }
        });
  }
}
