package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import cnkit.config.Config;
import cnkit.config.Default;
import cnkit.config.Secret;
import cnkit.core.Subscription;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConfigTelemetryTest {
  record Settings(
      @Default("8080") int port, @Default("info") String logLevel, Secret<String> password) {}

  private final Recorded recorded = new Recorded();

  @AfterEach
  void close() {
    recorded.close();
  }

  @Test
  void theFingerprintIsASeriesOfValueOneAndEqualForEqualSettings() {
    String first = fingerprint(Map.of("PORT", "81"));
    assertEquals(first, fingerprint(Map.of("PORT", "81")));
    assertNotEquals(first, fingerprint(Map.of("PORT", "82")));
    assertEquals(16, first.length());
  }

  @Test
  void aSecretIsNeitherPublishedNorPartOfTheFingerprint() {
    String first = fingerprint(Map.of("PASSWORD", "cAnArY7"));
    assertEquals(first, fingerprint(Map.of("PASSWORD", "other")));
    assertFalse(recorded.logs().toString().contains("cAnArY7"));
  }

  @Test
  void loadingIsOneEvent() {
    fingerprint(Map.of());
    assertEquals(1, recorded.logs().size());
    assertEquals("cn.config.loaded", recorded.logs().get(0).getEventName());
    assertEquals(0L, recorded.logs().get(0).getAttributes().get(Contract.CN_CONFIG_WARNING_COUNT));
  }

  @Test
  void warningsAreCounted() {
    Subscription observed = ConfigTelemetry.observe(load(Map.of("LOG_LEVL", "x")), recorded.otel());
    assertEquals(Map.of("{}", 1L), recorded.series("cn.config.warnings"));
    observed.close();
    assertEquals(Map.of(), recorded.series("cn.config.warnings"));
  }

  private String fingerprint(Map<String, String> environment) {
    Subscription observed = ConfigTelemetry.observe(load(environment), recorded.otel());
    Map<String, Long> series = recorded.series("cn.config.identity");
    observed.close();
    assertEquals(1, series.size());
    String only = series.keySet().iterator().next();
    return only.substring("{cn.config.fingerprint=".length(), only.length() - 1);
  }

  private static Config<Settings> load(Map<String, String> environment) {
    Map<String, String> all = new TreeMap<>(environment);
    all.putIfAbsent("PASSWORD", "hunter2");
    return Config.builder(Settings.class, MethodHandles.lookup())
        .noPrefix()
        .environment(all)
        .load();
  }
}
