package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.config.Config;
import cnkit.config.Problem;
import cnkit.config.ReloadEvent;
import cnkit.config.Reloadable;
import cnkit.core.Subscription;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Publishes which configuration is in effect, as a fingerprint, how many warnings it has, and what came of
 * each reload. Keys are published, values never, and secrets are not even part of the fingerprint ({@link
 * Config#fingerprint()}).
 *
 * <pre>{@code
 * Subscription observed = ConfigTelemetry.observe(config, otel);
 * }</pre>
 */
public final class ConfigTelemetry {
  private final Logger events;
  private final LongCounter reloads;

  private ConfigTelemetry(OpenTelemetry otel) {
    events = Signals.events(otel);
    reloads = Contract.Metrics.CN_CONFIG_RELOADS.counter(Signals.meter(otel)).build();
  }

  /**
   * Publishes from now on.
   *
   * @param config what to observe, once
   * @param otel where to publish
   * @return ends the observation
   */
  public static Subscription observe(Config<?> config, OpenTelemetry otel) {
    requireNonNull(config, "config");
    new ConfigTelemetry(otel).loaded(config);
    return Signals.subscription(states(() -> config, Signals.meter(otel)));
  }

  /**
   * Publishes from now on, reloads included.
   *
   * @param config what to observe, once
   * @param otel where to publish
   * @return ends the observation
   */
  public static Subscription observe(Reloadable<?> config, OpenTelemetry otel) {
    requireNonNull(config, "config");
    ConfigTelemetry telemetry = new ConfigTelemetry(otel);
    telemetry.loaded(config.config());
    List<AutoCloseable> parts = new ArrayList<>();
    if (telemetry.reloads.isEnabled() || telemetry.events.isEnabled(Severity.INFO)) {
      parts.add(config.subscribe(telemetry::on));
    }
    parts.add(states(config::config, Signals.meter(otel)));
    return Signals.subscription(parts);
  }

  private void loaded(Config<?> config) {
    if (events.isEnabled(Severity.INFO)) {
      int warned = config.warnings().size();
      Signals.event(events, Contract.Events.CN_CONFIG_LOADED, warned > 0)
          .setAttribute(Contract.CN_CONFIG_FINGERPRINT, config.fingerprint())
          .setAttribute(Contract.CN_CONFIG_WARNING_COUNT, (long) warned)
          .emit();
    }
  }

  /** What is in effect when the listener comes is no reload, nor is that events were dropped. */
  private void on(ReloadEvent event) {
    if (event instanceof ReloadEvent.Applied applied) {
      count("applied");
      Signals.event(
              events, Contract.Events.CN_CONFIG_RELOADED, !applied.waiting().isEmpty())
          .setAttribute(Contract.CN_CONFIG_FINGERPRINT, applied.fingerprint())
          .setAttribute(Contract.CN_CONFIG_KEYS, keys(applied.changes()))
          .setAttribute(Contract.CN_CONFIG_WAITING_KEYS, keys(applied.waiting()))
          .emit();
    } else if (event instanceof ReloadEvent.Refused refused) {
      count("refused");
      Signals.event(events, Contract.Events.CN_CONFIG_REFUSED, true)
          .setAttribute(
              Contract.CN_CONFIG_KEYS,
              refused.problems().stream()
                  .map(Problem::path)
                  .distinct()
                  .collect(Collectors.joining(",")))
          .setAttribute(
              Contract.CN_CONFIG_PROBLEM_COUNT, (long) refused.problems().size())
          .emit();
    }
  }

  private void count(String outcome) {
    reloads.add(1, Attributes.of(Contract.CN_CONFIG_RELOAD_OUTCOME, outcome));
  }

  private static String keys(List<ReloadEvent.Change> changes) {
    return changes.stream().map(ReloadEvent.Change::path).collect(Collectors.joining(","));
  }

  private static AutoCloseable states(Supplier<Config<?>> config, Meter meter) {
    var info = Contract.Metrics.CN_CONFIG_IDENTITY.upDownCounter(meter).buildObserver();
    var warnings = Contract.Metrics.CN_CONFIG_WARNINGS.upDownCounter(meter).buildObserver();
    return meter.batchCallback(
        () -> {
          Config<?> now = config.get();
          info.record(1, Attributes.of(Contract.CN_CONFIG_FINGERPRINT, now.fingerprint()));
          warnings.record(now.warnings().size());
        },
        info,
        warnings);
  }
}
