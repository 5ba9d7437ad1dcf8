package cnkit.examples.embedding.spring;

import cnkit.examples.embedding.Answer;
import cnkit.examples.embedding.App;
import cnkit.examples.embedding.Conformance;
import cnkit.examples.embedding.Embedded;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

class SpringConformanceTest extends Conformance {
  @Override
  protected String name() {
    return "Spring Boot 4";
  }

  @Override
  protected Embedded embedded() {
    return new Embedded() {
      private final CompletableFuture<ConfigurableApplicationContext> running =
          new CompletableFuture<>();

      @Override
      public int start(App app) {
        SpringApplication boot = new SpringApplication(Wiring.class);
        boot.setRegisterShutdownHook(false); // the lifecycle decides
        boot.setDefaultProperties(Map.of(
            "server.port", 0,
            "server.address", "127.0.0.1",
            "server.shutdown", "immediate",
            "spring.main.banner-mode", "off",
            "spring.web.resources.add-mappings", false));
        boot.addInitializers(
            context -> ((GenericApplicationContext) context).registerBean(App.class, () -> app));
        running.complete(boot.run());
        return Integer.parseInt(
            running.join().getEnvironment().getRequiredProperty("local.server.port"));
      }

      @Override
      public void stop() {
        running.join().close();
      }
    };
  }

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Wiring {
    @Bean
    FilterRegistrationBean<SpringGlue> glue(App app) {
      var glue = new FilterRegistrationBean<>(
          new SpringGlue(app.health(), app.inFlight(), app.telemetry()));
      glue.setOrder(Ordered.HIGHEST_PRECEDENCE);
      glue.setDispatcherTypes(DispatcherType.REQUEST);
      glue.setAsyncSupported(true);
      return glue;
    }

    @Bean
    Application application(App app) {
      return new Application(app);
    }
  }

  @RestController
  static class Application {
    private final App app;

    Application(App app) {
      this.app = app;
    }

    @GetMapping({"/work", "/hold", "/trace", "/fail", "/orders/{id}", "/status/{id}"})
    ResponseEntity<String> now(HttpServletRequest request) {
      return entity(app.answer(target(request)));
    }

    @GetMapping({"/work-later", "/hold-later", "/trace-later", "/fail-later"})
    CompletionStage<ResponseEntity<String>> later(HttpServletRequest request) {
      return app.later(target(request)).thenApply(Application::entity);
    }

    private static String target(HttpServletRequest request) {
      return request.getRequestURI()
          + Optional.ofNullable(request.getQueryString()).map(q -> '?' + q).orElse("");
    }

    private static ResponseEntity<String> entity(Answer answer) {
      return ResponseEntity.status(answer.status()).body(answer.body());
    }
  }
}
