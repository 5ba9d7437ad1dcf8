package cnkit.examples.architecture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cnkit.config.Config;
import cnkit.config.Default;
import cnkit.config.Reloadable;
import cnkit.config.testing.SimulatedVolume;
import cnkit.core.testing.VirtualTime;
import cnkit.health.Check;
import cnkit.health.Health;
import cnkit.health.Verdict;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.Report;
import cnkit.resilience.Jitter;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RetrySettings;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four modules in one virtual time. The README of cn-core shows this test as it stands here. */
class OneTimeTest {
  private static final Path ROOT = Path.of(System.getProperty("cn.root", "../.."));

  @TempDir
  Path temporary;

  // readme
  record Limits(@Default("10") int limit) {}

  @Test
  void aWholeServiceLivesAndStopsInOneVirtualTime() throws Exception {
    SimulatedVolume volume = SimulatedVolume.at(temporary.resolve("settings"));
    try (var time = new VirtualTime();
        Reloadable<Limits> limits = Config.builder(Limits.class, MethodHandles.lookup())
            .noPrefix()
            .time(time)
            .mounts(volume.directory())
            .reloadable(Duration.ofSeconds(30));
        Health health = Health.builder()
            .time(time)
            .check(Check.critical("db", () -> Verdict.of(time.elapsed().toMinutes() < 2))
                .every(Duration.ofSeconds(10)))
            .build()) {
      Pipeline pipeline = Pipeline.builder("inventory")
          .time(time)
          .retry(RetrySettings.constant(Duration.ofSeconds(20)).withJitter(Jitter.NONE))
          .build();
      Lifecycle lifecycle = Lifecycle.builder()
          .time(time)
          .infrastructure("health", health::start, health::close)
          .onStarted(health::open)
          .component("db", () -> time.sleep(Duration.ofSeconds(1)), time::hang)
          .build();

      lifecycle.start();
      time.advance(Duration.ofSeconds(11));
      assertTrue(health.report().ready().passing());

      volume.publish(Map.of("limit", "20"));
      // two attempts fail, and 40 s pass while the pipeline waits between them
      int answer = pipeline.call(attempt -> {
        if (attempt.number() < 3) {
          throw new IOException("inventory is away");
        }
        return limits.value().limit();
      });
      assertEquals(20, answer);

      time.advance(Duration.ofMinutes(2));
      assertEquals(false, health.report().ready().passing());

      // the stop of db hangs: the lifecycle gives it up, and no real time has passed
      Report report = lifecycle.shutdown("the test is over");
      assertTrue(report.exitCode() != 0, report::toString);
    }
  }
  // end of readme

  @Test
  void theReadmeOfTheCoreShowsTheTestAboveAsItIs() throws Exception {
    String source = Files.readString(
        ROOT.resolve("cn-examples/architecture/src/test/java")
            .resolve(getClass().getName().replace('.', '/') + ".java"),
        UTF_8);
    String shown = source
        .substring(
            source.indexOf("// readme") + "// readme\n".length(), source.indexOf("  // end of"))
        .replaceAll("(?m)^  ", "");
    String readme = Files.readString(ROOT.resolve("cn-core/README.md"), UTF_8);
    assertTrue(readme.contains("```java\n" + shown + "```"), () -> shown);
  }
}
