package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.Config;
import cnkit.config.Default;
import cnkit.health.Health;
import cnkit.lifecycle.Lifecycle;
import cnkit.resilience.Pipeline;
import io.opentelemetry.api.OpenTelemetry;
import java.io.File;
import java.lang.invoke.MethodHandles;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each observer works, and bears being looked at, where the three other modules are not there. */
class ObserversAloneTest {
  private static final List<String> CORES = List.of("config", "health", "lifecycle", "resilience");

  /** Loaded again beside one module; what a user's code does there. */
  static final class OfConfig implements Runnable {
    record Settings(@Default("1") int number) {}

    @Override
    public void run() {
      Config<Settings> config =
          Config.builder(Settings.class, MethodHandles.lookup()).load();
      ConfigTelemetry.observe(config, OpenTelemetry.noop()).close();
    }
  }

  static final class OfHealth implements Runnable {
    @Override
    public void run() {
      try (Health health = Health.builder().build()) {
        HealthTelemetry.observe(health, OpenTelemetry.noop()).close();
      }
    }
  }

  static final class OfLifecycle implements Runnable {
    @Override
    public void run() {
      try (Lifecycle lifecycle = Lifecycle.builder().build()) {
        LifecycleTelemetry.observe(lifecycle, OpenTelemetry.noop()).close();
      }
    }
  }

  static final class OfPipeline implements Runnable {
    @Override
    public void run() {
      PipelineTelemetry.observe(Pipeline.builder("alone").build(), OpenTelemetry.noop())
          .close();
    }
  }

  @ParameterizedTest
  @CsvSource({"config,Config", "health,Health", "lifecycle,Lifecycle", "resilience,Pipeline"})
  void onTheClassPathWithOneModule(String core, String name) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (Path entry : pathWithOnly(core)) {
      urls.add(entry.toUri().toURL());
    }
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> observer = loader.loadClass("cnkit.telemetry." + name + "Telemetry");
      assertNotSame(Class.forName(observer.getName()), observer);
      assertTrue(observer.getDeclaredMethods().length > 0 && observer.getMethods().length > 0);
      var user = loader
          .loadClass(ObserversAloneTest.class.getName() + "$Of" + name)
          .getDeclaredConstructor();
      user.setAccessible(true);
      Thread thread = Thread.currentThread();
      ClassLoader mine = thread.getContextClassLoader();
      thread.setContextClassLoader(loader); // OpenTelemetry looks for its context's storage there
      try {
        ((Runnable) user.newInstance()).run();
      } finally {
        thread.setContextClassLoader(mine);
      }
      String absent = core.equals("health") ? "cnkit.lifecycle.Lifecycle" : "cnkit.health.Health";
      assertThrows(ClassNotFoundException.class, () -> loader.loadClass(absent));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "health,cnkit.health.Health,HealthTelemetry",
    "lifecycle,cnkit.lifecycle.Lifecycle,LifecycleTelemetry"
  })
  void onTheModulePathWithOneModule(String core, String observed, String observer)
      throws Exception {
    Path[] path = pathWithOnly(core).stream()
        .filter(entry -> !entry.endsWith("test-classes")
            && entry
                .toString()
                .matches(".*(cnkit|cn-|opentelemetry-(api|context|common)-|slf4j-api).*"))
        .toArray(Path[]::new);
    Configuration configuration = ModuleLayer.boot()
        .configuration()
        .resolve(
            ModuleFinder.of(path), ModuleFinder.of(), Set.of("cnkit.telemetry", "cnkit." + core));
    ClassLoader loader = ModuleLayer.boot()
        .defineModulesWithOneLoader(configuration, ClassLoader.getPlatformClassLoader())
        .findLoader("cnkit.telemetry");
    Class<?> telemetry = loader.loadClass("cnkit.telemetry." + observer);
    assertEquals("cnkit.telemetry", telemetry.getModule().getName());
    assertTrue(telemetry.getMethods().length > 0);
    Class<?> type = loader.loadClass(observed);
    Object builder = type.getMethod("builder").invoke(null);
    AutoCloseable instance =
        (AutoCloseable) builder.getClass().getMethod("build").invoke(builder);
    Class<?> otel = loader.loadClass(OpenTelemetry.class.getName());
    AutoCloseable subscription = (AutoCloseable) telemetry
        .getMethod("observe", type, otel)
        .invoke(null, instance, otel.getMethod("noop").invoke(null));
    subscription.close();
    instance.close();
  }

  private static List<Path> pathWithOnly(String core) {
    List<Path> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      boolean other =
          CORES.stream().anyMatch(name -> !name.equals(core) && entry.contains("cn-" + name));
      if (!other) {
        path.add(Path.of(entry));
      }
    }
    return path;
  }
}
