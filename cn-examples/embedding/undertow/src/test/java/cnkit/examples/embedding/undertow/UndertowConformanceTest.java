package cnkit.examples.embedding.undertow;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

class UndertowConformanceTest extends Conformance {
  @Override
  protected String name() {
    return "Undertow";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final CompletableFuture<Undertow> running = new CompletableFuture<>();

      @Override
      public int start(App app) {
        Undertow server = Undertow.builder()
            .addHttpListener(0, "127.0.0.1")
            .setHandler(new UndertowGlue(
                app.health(),
                app.inFlight(),
                app.telemetry(),
                App::route,
                exchange -> handle(app, exchange)))
            .build();
        server.start();
        running.complete(server);
        return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
      }

      @Override
      public void stop() {
        running.join().stop();
      }
    };
  }

  private static void handle(App app, HttpServerExchange exchange) {
    String target = exchange.getRequestURI() + '?' + exchange.getQueryString();
    if (!App.isLater(target)) {
      write(app.answer(target), exchange);
      return;
    }
    CompletionStage<Answer> later = app.later(target);
    exchange.dispatch(
        SameThreadExecutor.INSTANCE,
        () -> later.whenComplete((answer, failure) -> {
          if (failure == null) {
            write(answer, exchange);
          } else {
            exchange.setStatusCode(500).endExchange();
          }
        }));
  }

  private static void write(Answer answer, HttpServerExchange exchange) {
    exchange.setStatusCode(answer.status()).getResponseSender().send(answer.body());
  }
}
