package cnkit.examples.embedding.tomcat;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

class TomcatConformanceTest extends Conformance {
  private static final Logger QUIET = Logger.getLogger("org.apache");

  static {
    QUIET.setLevel(Level.OFF);
  }

  @Override
  protected String name() {
    return "Tomcat 11";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final Tomcat tomcat = new Tomcat();

      @Override
      public int start(App app) throws LifecycleException {
        tomcat.setBaseDir("target/tomcat");
        tomcat.setHostname("127.0.0.1");
        tomcat.setPort(0);
        Context context = tomcat.addContext("", null);
        FilterDef glue = new FilterDef();
        glue.setFilterName("kit");
        glue.setFilter(new TomcatGlue(app.health(), app.inFlight(), app.telemetry(), App::route));
        glue.setAsyncSupported("true");
        context.addFilterDef(glue);
        FilterMap everywhere = new FilterMap();
        everywhere.setFilterName("kit");
        everywhere.addURLPattern("/*");
        context.addFilterMap(everywhere);
        Tomcat.addServlet(context, "app", new Application(app)).setAsyncSupported(true);
        context.addServletMapping("/", "app");
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.start();
        return tomcat.getConnector().getLocalPort();
      }

      @Override
      public void stop() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
      }
    };
  }

  private static final class Application extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient App app;

    Application(App app) {
      this.app = app;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      String query =
          Optional.ofNullable(request.getQueryString()).map(q -> '?' + q).orElse("");
      String target = request.getRequestURI() + query;
      if (!App.isLater(target)) {
        write(app.answer(target), response);
        return;
      }
      AsyncContext async = request.startAsync();
      app.later(target).whenComplete((answer, failure) -> {
        try {
          if (failure == null) {
            write(answer, response);
          } else {
            response.sendError(500);
          }
        } catch (IOException clientGone) {
          throw new UncheckedIOException(clientGone);
        } finally {
          async.complete();
        }
      });
    }

    private static void write(Answer answer, HttpServletResponse response) throws IOException {
      response.setStatus(answer.status());
      response.getOutputStream().print(answer.body());
    }
  }
}
