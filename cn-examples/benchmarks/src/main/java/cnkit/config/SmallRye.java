package cnkit.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;

/** SmallRye Config's mapping. */
public final class SmallRye implements Supplier<Object> {
  @ConfigMapping(prefix = "app")
  interface Mapping {
    int port();

    String host();

    String name();

    String region();

    String zone();

    String team();

    String owner();

    String version();

    Duration timeout();

    Duration grace();

    Duration delay();

    Duration interval();

    Duration backoff();

    int retries();

    int workers();

    int queue();

    int batch();

    int limit();

    int depth();

    boolean debug();

    boolean trace();

    boolean strict();

    URI base();

    URI upstream();

    URI callback();

    double ratio();

    double jitter();

    long size();

    long budget();

    Thirty.Level level();
  }

  @Override
  public Object get() {
    return bind(System.getenv());
  }

  static Object bind(Map<String, String> variables) {
    SmallRyeConfig config = new SmallRyeConfigBuilder()
        .withSources(new EnvConfigSource(variables, 300))
        .withMapping(Mapping.class, "app")
        .withDefaultValue("smallrye.config.mapping.validate-unknown", "false")
        .build();
    return config.getConfigMapping(Mapping.class);
  }
}
