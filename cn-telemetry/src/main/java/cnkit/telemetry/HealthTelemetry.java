package cnkit.telemetry;

import static cnkit.telemetry.Contract.CN_HEALTH_CHECK_IMPACT;
import static cnkit.telemetry.Contract.CN_HEALTH_CHECK_NAME;
import static cnkit.telemetry.Contract.CN_HEALTH_CHECK_OUTCOME;
import static cnkit.telemetry.Contract.CN_HEALTH_CHECK_REASON;
import static cnkit.telemetry.Contract.CN_HEALTH_PROBE_CAUSES;
import static cnkit.telemetry.Contract.CN_HEALTH_PROBE_NAME;
import static cnkit.telemetry.Contract.CN_HEALTH_STATUS_FROM;
import static cnkit.telemetry.Contract.CN_HEALTH_STATUS_TO;
import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import cnkit.health.CheckReport;
import cnkit.health.Gate;
import cnkit.health.Health;
import cnkit.health.HealthEvent;
import cnkit.health.HealthEvent.CheckChanged;
import cnkit.health.HealthEvent.ProbeChanged;
import cnkit.health.HealthReport;
import cnkit.health.HealthStatus;
import cnkit.health.Probe;
import cnkit.health.RunOutcome;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes what a {@link Health} knows: status, age and run time of each check, what each probe is
 * told, and each transition as a counter and as an event. Reading never runs a check.
 *
 * <pre>{@code
 * Subscription observed = HealthTelemetry.observe(health, otel);
 * }</pre>
 */
public final class HealthTelemetry {
  private final BoundedValues names;
  private final DoubleHistogram duration;
  private final LongCounter checkTransitions;
  private final LongCounter probeTransitions;
  private final Logger events;

  private HealthTelemetry(OpenTelemetry otel) {
    Meter meter = Signals.meter(otel);
    names = BoundedValues.of(CN_HEALTH_CHECK_NAME.getKey(), 500, otel);
    duration = Contract.Metrics.CN_HEALTH_CHECK_DURATION.histogram(meter);
    checkTransitions =
        Contract.Metrics.CN_HEALTH_CHECK_TRANSITIONS.counter(meter).build();
    probeTransitions =
        Contract.Metrics.CN_HEALTH_PROBE_TRANSITIONS.counter(meter).build();
    events = Signals.events(otel);
  }

  /**
   * Publishes from now on. To be observed once: a second observation counts everything twice.
   *
   * @param health what to observe
   * @param otel where to publish; with one that records nothing, nothing is attached
   * @return ends the observation
   */
  public static Subscription observe(Health health, OpenTelemetry otel) {
    requireNonNull(health, "health");
    var telemetry = new HealthTelemetry(otel);
    List<AutoCloseable> parts = new ArrayList<>();
    if (telemetry.duration.isEnabled()) {
      parts.add(health.meter(telemetry::ran));
    }
    if (telemetry.checkTransitions.isEnabled() || telemetry.events.isEnabled(Severity.INFO)) {
      parts.add(health.subscribe(telemetry::on));
    }
    parts.add(states(health, Signals.meter(otel)));
    return Signals.subscription(parts);
  }

  private void ran(String check, RunOutcome outcome, long nanos) {
    duration.record(
        nanos / 1e9,
        Attributes.of(
            CN_HEALTH_CHECK_NAME,
            names.bound(check),
            CN_HEALTH_CHECK_OUTCOME,
            Signals.value(outcome)));
  }

  private void on(HealthEvent event) {
    if (event instanceof CheckChanged changed) {
      on(changed);
    } else if (event instanceof ProbeChanged changed) {
      on(changed);
    }
  }

  private void on(CheckChanged changed) {
    Attributes transition = Attributes.of(
        CN_HEALTH_CHECK_NAME, names.bound(changed.check()),
        CN_HEALTH_STATUS_FROM, Signals.value(changed.from()),
        CN_HEALTH_STATUS_TO, Signals.value(changed.to()));
    checkTransitions.add(1, transition);
    Signals.event(events, Contract.Events.CN_HEALTH_CHECK_CHANGED, changed.to() != HealthStatus.UP)
        .setAllAttributes(transition)
        .setAttribute(CN_HEALTH_CHECK_IMPACT, Signals.value(changed.impact()))
        .setAttribute(CN_HEALTH_CHECK_OUTCOME, Signals.value(changed.outcome()))
        .setAttribute(CN_HEALTH_CHECK_REASON, Redaction.standard().text(changed.reason()))
        .emit();
  }

  private void on(ProbeChanged changed) {
    Attributes transition = Attributes.of(
        CN_HEALTH_PROBE_NAME, Signals.value(changed.to().probe()),
        CN_HEALTH_STATUS_FROM, Signals.value(changed.from().status()),
        CN_HEALTH_STATUS_TO, Signals.value(changed.to().status()));
    probeTransitions.add(1, transition);
    List<String> causes = new ArrayList<>(changed.to().notes());
    causes.addAll(changed.to().causes());
    Signals.event(events, Contract.Events.CN_HEALTH_PROBE_CHANGED, !changed.to().passing())
        .setAllAttributes(transition)
        .setAttribute(CN_HEALTH_PROBE_CAUSES, String.join(", ", causes))
        .emit();
  }

  private static AutoCloseable states(Health health, Meter meter) {
    var status = Contract.Metrics.CN_HEALTH_CHECK_STATUS.upDownCounter(meter).buildObserver();
    var age = Contract.Metrics.CN_HEALTH_CHECK_AGE.gauge(meter).buildObserver();
    var passing = Contract.Metrics.CN_HEALTH_PROBE_PASSING.upDownCounter(meter).buildObserver();
    var gate = Contract.Metrics.CN_HEALTH_GATE_STATE.upDownCounter(meter).buildObserver();
    return meter.batchCallback(
        () -> {
          HealthReport report = health.report();
          for (CheckReport check : report.checks()) {
            Attributes name = Attributes.of(CN_HEALTH_CHECK_NAME, check.name());
            Attributes series = name.toBuilder()
                .put(CN_HEALTH_CHECK_IMPACT, Signals.value(check.check().impact()))
                .build();
            Signals.states(
                status,
                Contract.CN_HEALTH_CHECK_STATUS,
                series,
                HealthStatus.values(),
                check.status());
            check.age().ifPresent(since -> age.record(since.toNanos() / 1e9, name));
          }
          for (Probe probe : Probe.values()) {
            passing.record(
                report.probe(probe).passing() ? 1 : 0,
                Attributes.of(CN_HEALTH_PROBE_NAME, Signals.value(probe)));
          }
          Signals.states(
              gate,
              Contract.CN_HEALTH_GATE_STATE,
              Attributes.empty(),
              Gate.values(),
              report.gate());
        },
        status,
        age,
        passing,
        gate);
  }
}
