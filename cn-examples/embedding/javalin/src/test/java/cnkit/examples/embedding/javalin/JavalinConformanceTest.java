package cnkit.examples.embedding.javalin;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import io.javalin.Javalin;
import io.javalin.http.Context;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.ee10.servlet.FilterHolder;

class JavalinConformanceTest extends Conformance {
  private static final List<String> PATHS = List.of(
      "/work",
      "/work-later",
      "/hold",
      "/hold-later",
      "/trace",
      "/trace-later",
      "/fail",
      "/fail-later",
      "/orders/{id}",
      "/status/{id}");

  @Override
  protected String name() {
    return "Javalin 7";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final CompletableFuture<Javalin> running = new CompletableFuture<>();

      @Override
      public int start(App app) {
        FilterHolder glue = new FilterHolder(
            new JavalinGlue(app.health(), app.inFlight(), app.telemetry(), App::route));
        glue.setAsyncSupported(true);
        Javalin javalin = Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          config.jetty.host = "127.0.0.1";
          config.jetty.modifyServletContextHandler(
              handler -> handler.addFilter(glue, "/*", EnumSet.of(DispatcherType.REQUEST)));
          for (String path : PATHS) {
            config.routes.get(path, context -> handle(app, context));
          }
        });
        running.complete(javalin.start(0));
        return javalin.port();
      }

      @Override
      public void stop() {
        running.join().stop();
      }
    };
  }

  private static void handle(App app, Context context) {
    String query = Optional.ofNullable(context.queryString()).map(q -> '?' + q).orElse("");
    String target = context.path() + query;
    if (App.isLater(target)) {
      context.future(() ->
          app.later(target).thenAccept(answer -> write(answer, context)).toCompletableFuture());
    } else {
      write(app.answer(target), context);
    }
  }

  private static void write(Answer answer, Context context) {
    context.status(answer.status()).result(answer.body());
  }
}
