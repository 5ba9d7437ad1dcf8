package cnkit.examples.embedding.jetty;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

class JettyConformanceTest extends Conformance {
  @Override
  protected String name() {
    return "Jetty 12";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final Server server = new Server();

      @Override
      public int start(App app) throws Exception {
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        Handler.Wrapper glue =
            new JettyGlue(app.health(), app.inFlight(), app.telemetry(), App::route).handler();
        glue.setHandler(new Application(app));
        server.setHandler(glue);
        server.start();
        return connector.getLocalPort();
      }

      @Override
      public void stop() throws Exception {
        server.stop();
      }
    };
  }

  private static final class Application extends Handler.Abstract {
    private final App app;

    Application(App app) {
      this.app = app;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      String target = request.getHttpURI().getPathQuery();
      if (App.isLater(target)) {
        app.later(target).whenComplete((answer, failure) -> {
          if (failure == null) {
            write(answer, response, callback);
          } else {
            callback.failed(App.cause(failure));
          }
        });
      } else {
        write(app.answer(target), response, callback);
      }
      return true;
    }

    private static void write(Answer answer, Response response, Callback callback) {
      response.setStatus(answer.status());
      Content.Sink.write(response, true, answer.body(), callback);
    }
  }
}
