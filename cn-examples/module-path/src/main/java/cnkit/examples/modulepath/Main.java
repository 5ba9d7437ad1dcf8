package cnkit.examples.modulepath;

import cnkit.config.Config;
import cnkit.config.Default;
import cnkit.health.Check;
import cnkit.health.Health;
import cnkit.health.Verdict;
import cnkit.lifecycle.Lifecycle;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import java.lang.invoke.MethodHandles;
import java.time.Duration;

/** Uses each module once, from a module of its own, and says so; any failure is the exit code's. */
public final class Main {
  record Settings(
      @Default("world") String name, @Default("2s") Duration grace) {}

  private Main() {}

  /**
   * Starts, calls, stops.
   *
   * @param args flags
   * @throws Exception if anything fails
   */
  public static void main(String[] args) throws Exception {
    Settings settings = Config.of(Settings.class, MethodHandles.lookup())
        .noPrefix()
        .args(args)
        .environment()
        .loadOrExit()
        .value();
    Health health =
        Health.builder().check(Check.critical("always", Verdict::up)).build();
    Pipeline pipeline = Pipeline.builder("greeting")
        .retry(RetrySettings.exponential(Duration.ofMillis(10)).withAttempts(2))
        .build();
    try (Lifecycle lifecycle = Lifecycle.builder()
        .grace(settings.grace())
        .propagation(Duration.ZERO)
        .outermost("health", health::start, health::close)
        .onStarted(health::open)
        .onAnnounce(health::drain)
        .build()) {
      lifecycle.start();
      String greeting = pipeline.call(attempt -> "hello " + settings.name());
      System.out.println(greeting + " from " + Main.class.getModule());
      lifecycle.shutdown("done");
    }
  }
}
