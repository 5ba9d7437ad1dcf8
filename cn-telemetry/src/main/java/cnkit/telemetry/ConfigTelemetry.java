package cnkit.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import cnkit.config.Config;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Publishes which configuration is in effect, as a fingerprint, and how many warnings it has. Values
 * are never published, and secrets are not even part of the fingerprint: it is made of what {@link
 * Config#dump()} shows, origins included.
 *
 * <pre>{@code
 * Registration observed = ConfigTelemetry.observe(config, otel);
 * }</pre>
 */
public final class ConfigTelemetry {
  private static final int FINGERPRINT_BYTES = 6;

  private ConfigTelemetry() {}

  /**
   * Publishes from now on.
   *
   * @param config what to observe, once
   * @param otel where to publish
   * @return ends the observation
   */
  public static Registration observe(Config<?> config, OpenTelemetry otel) {
    requireNonNull(config, "config");
    Meter meter = Signals.meter(otel);
    String fingerprint = fingerprint(config.dump());
    int warned = config.warnings().size();
    Attributes series = Attributes.of(Contract.CN_CONFIG_FINGERPRINT, fingerprint);
    Logger events = Signals.events(otel);
    if (events.isEnabled(Severity.INFO)) {
      Signals.event(events, Contract.Events.CN_CONFIG_LOADED, warned > 0)
          .setAllAttributes(series)
          .setAttribute(Contract.CN_CONFIG_WARNING_COUNT, (long) warned)
          .emit();
    }
    var info = Contract.Metrics.CN_CONFIG_INFO.upDownCounter(meter).buildObserver();
    var warnings = Contract.Metrics.CN_CONFIG_WARNINGS.upDownCounter(meter).buildObserver();
    return Registration.of(meter.batchCallback(
        () -> {
          info.record(1, series);
          warnings.record(warned);
        },
        info,
        warnings));
  }

  private static String fingerprint(String dump) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(dump.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
    } catch (NoSuchAlgorithmException everyPlatformHasIt) {
      throw new IllegalStateException(everyPlatformHasIt);
    }
  }
}
