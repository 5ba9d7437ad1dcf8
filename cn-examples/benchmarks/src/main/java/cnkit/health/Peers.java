package cnkit.health;

import com.codahale.metrics.health.HealthCheckRegistry;
import io.smallrye.health.AsyncHealthCheckFactory;
import io.smallrye.health.SmallRyeHealthReporter;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.health.actuate.endpoint.AdditionalHealthEndpointPath;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroup;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.actuate.endpoint.HttpCodeStatusMapper;
import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.registry.DefaultHealthContributorRegistry;

/** The same ten trivial checks in the registries of others. */
final class Peers {
  private Peers() {}

  static HealthCheckRegistry dropwizard(int checks) {
    var registry = new HealthCheckRegistry();
    for (int i = 0; i < checks; i++) {
      registry.register("check-" + i, new com.codahale.metrics.health.HealthCheck() {
        @Override
        protected Result check() {
          return Result.healthy();
        }
      });
    }
    return registry;
  }

  static HealthEndpoint spring(int checks) {
    var registry = new DefaultHealthContributorRegistry();
    for (int i = 0; i < checks; i++) {
      HealthIndicator indicator =
          () -> org.springframework.boot.health.contributor.Health.up().build();
      registry.registerContributor("check-" + i, indicator);
    }
    return new HealthEndpoint(
        registry, null, HealthEndpointGroups.of(new Everything(), Map.of()), Duration.ZERO);
  }

  private static final class Everything implements HealthEndpointGroup {
    @Override
    public boolean isMember(String name) {
      return true;
    }

    @Override
    public boolean showComponents(SecurityContext securityContext) {
      return true;
    }

    @Override
    public boolean showDetails(SecurityContext securityContext) {
      return false;
    }

    @Override
    public StatusAggregator getStatusAggregator() {
      return StatusAggregator.getDefault();
    }

    @Override
    public HttpCodeStatusMapper getHttpCodeStatusMapper() {
      return HttpCodeStatusMapper.getDefault();
    }

    @Override
    public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
      return null;
    }
  }

  /** Without CDI: what the container would inject is empty. */
  static SmallRyeHealthReporter smallrye() {
    try {
      var reporter = new SmallRyeHealthReporter();
      for (String unis : List.of("livenessUnis", "readinessUnis", "wellnessUnis", "startupUnis")) {
        set(reporter, unis, List.of());
      }
      set(reporter, "checksInitialized", true);
      set(reporter, "asyncHealthCheckFactory", new AsyncHealthCheckFactory());
      set(reporter, "additionalProperties", Map.of());
      set(reporter, "healthChecksConfigs", Map.of());
      reporter.setEmptyChecksOutcome("UP");
      reporter.setTimeoutSeconds(60);
      // it knows checks by their class, so each needs one of its own
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-0"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-1"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-2"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-3"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-4"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-5"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-6"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-7"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-8"));
      reporter.addHealthCheck((HealthCheck) () -> HealthCheckResponse.up("check-9"));
      return reporter;
    } catch (ReflectiveOperationException changed) {
      throw new IllegalStateException("SmallRye is not as it was", changed);
    }
  }

  private static void set(Object target, String field, Object value)
      throws ReflectiveOperationException {
    Field found = SmallRyeHealthReporter.class.getDeclaredField(field);
    found.setAccessible(true);
    found.set(target, value);
  }
}
