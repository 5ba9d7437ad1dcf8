package cnkit.telemetry;

import static cnkit.telemetry.Contract.CN_LIFECYCLE_DURATION_MS;
import static cnkit.telemetry.Contract.CN_LIFECYCLE_OUTCOME;
import static cnkit.telemetry.Contract.CN_LIFECYCLE_PHASE_NAME;
import static cnkit.telemetry.Contract.CN_LIFECYCLE_PHASE_RESULT;
import static cnkit.telemetry.Contract.CN_LIFECYCLE_WORK_KIND;
import static cnkit.telemetry.Contract.CN_LIFECYCLE_WORK_OUTCOME;
import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import cnkit.lifecycle.Lifecycle;
import cnkit.lifecycle.LifecycleEvent;
import cnkit.lifecycle.LifecycleState;
import cnkit.lifecycle.Report;
import cnkit.lifecycle.Report.PhaseRun;
import cnkit.lifecycle.WorkCounts;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongMeasurement;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishes what a {@link Lifecycle} does: its state, how long each phase took, work in flight by kind
 * and the counts of what became of it, and each step as an event. The last event, {@code
 * cn.lifecycle.flushing}, carries the whole report and is emitted before telemetry is flushed.
 *
 * <pre>{@code
 * Subscription observed = LifecycleTelemetry.observe(lifecycle, otel);
 * }</pre>
 */
public final class LifecycleTelemetry {
  private final Logger events;

  private LifecycleTelemetry(Logger events) {
    this.events = events;
  }

  /**
   * Publishes from now on. To be observed once, before {@code run()} or {@code start()}.
   *
   * @param lifecycle what to observe
   * @param otel where to publish; with one that records nothing, nothing is attached
   * @return ends the observation
   */
  public static Subscription observe(Lifecycle lifecycle, OpenTelemetry otel) {
    requireNonNull(lifecycle, "lifecycle");
    List<AutoCloseable> parts = new ArrayList<>();
    Logger events = Signals.events(otel);
    if (events.isEnabled(Severity.INFO)) {
      parts.add(lifecycle.subscribe(new LifecycleTelemetry(events)::on));
    }
    parts.add(states(lifecycle, Signals.meter(otel)));
    return Signals.subscription(parts);
  }

  private void on(LifecycleEvent event) {
    if (event instanceof LifecycleEvent.ComponentStarted started) {
      event(Contract.Events.CN_LIFECYCLE_COMPONENT_STARTED, false)
          .setAttribute(Contract.CN_LIFECYCLE_COMPONENT_NAME, started.component())
          .setAttribute(CN_LIFECYCLE_DURATION_MS, started.took().toMillis())
          .emit();
    } else if (event instanceof LifecycleEvent.Started started) {
      event(Contract.Events.CN_LIFECYCLE_STARTED, false)
          .setAttribute(CN_LIFECYCLE_DURATION_MS, started.took().toMillis())
          .emit();
    } else if (event instanceof LifecycleEvent.Triggered triggered) {
      event(Contract.Events.CN_LIFECYCLE_TRIGGERED, false)
          .setAttribute(
              Contract.CN_LIFECYCLE_TRIGGER_SOURCE,
              Signals.value(triggered.trigger().source()))
          .setAttribute(
              Contract.CN_LIFECYCLE_TRIGGER_DETAIL,
              Redaction.standard().text(triggered.trigger().detail()))
          .emit();
    } else if (event instanceof LifecycleEvent.PhaseEnded ended) {
      PhaseRun phase = ended.phase();
      event(Contract.Events.CN_LIFECYCLE_PHASE_ENDED, isTrouble(phase.result()))
          .setAttribute(CN_LIFECYCLE_PHASE_NAME, phase.name())
          .setAttribute(CN_LIFECYCLE_PHASE_RESULT, Signals.value(phase.result()))
          .setAttribute(CN_LIFECYCLE_DURATION_MS, phase.took().toMillis())
          .emit();
    } else if (event instanceof LifecycleEvent.Flushing flushing) {
      Report report = flushing.report();
      event(Contract.Events.CN_LIFECYCLE_FLUSHING, report.exitCode() != 0)
          .setAttribute(CN_LIFECYCLE_OUTCOME, Signals.value(report.outcome()))
          .setAttribute(Contract.CN_LIFECYCLE_EXIT_CODE, (long) report.exitCode())
          .setAttribute(CN_LIFECYCLE_DURATION_MS, report.stopTook().toMillis())
          .setAttribute(Contract.CN_LIFECYCLE_REPORT, Redaction.standard().text(report.toJson()))
          .emit();
    }
  }

  private LogRecordBuilder event(String name, boolean warns) {
    return Signals.event(events, name, warns);
  }

  private static boolean isTrouble(Report.Result result) {
    return switch (result) {
      case RUNNING, DONE, SKIPPED -> false;
      case FAILED, CANCELLED, TIMED_OUT, ABANDONED -> true;
    };
  }

  private static AutoCloseable states(Lifecycle lifecycle, Meter meter) {
    var status = Contract.Metrics.CN_LIFECYCLE_STATUS.upDownCounter(meter).buildObserver();
    var phases = Contract.Metrics.CN_LIFECYCLE_PHASE_DURATION.gauge(meter).buildObserver();
    var shutdown = Contract.Metrics.CN_LIFECYCLE_SHUTDOWN_DURATION.gauge(meter).buildObserver();
    var inFlight =
        Contract.Metrics.CN_LIFECYCLE_WORK_IN_FLIGHT.upDownCounter(meter).buildObserver();
    var work = Contract.Metrics.CN_LIFECYCLE_WORK.counter(meter).buildObserver();
    return meter.batchCallback(
        () -> {
          Report report = lifecycle.report();
          Signals.states(
              status,
              Contract.CN_LIFECYCLE_STATUS,
              Attributes.empty(),
              LifecycleState.values(),
              report.state());
          for (PhaseRun phase : report.phases()) {
            phases.record(
                phase.took().toNanos() / 1e9,
                Attributes.of(
                    CN_LIFECYCLE_PHASE_NAME, phase.name(),
                    CN_LIFECYCLE_PHASE_RESULT, Signals.value(phase.result())));
          }
          if (report.state() == LifecycleState.STOPPING
              || report.state() == LifecycleState.STOPPED) {
            shutdown.record(
                report.stopTook().toNanos() / 1e9,
                Attributes.of(CN_LIFECYCLE_OUTCOME, Signals.value(report.outcome())));
          }
          for (WorkCounts counts : lifecycle.workCounts()) {
            String kind = Signals.value(counts.kind());
            inFlight.record(counts.open(), Attributes.of(CN_LIFECYCLE_WORK_KIND, kind));
            record(work, kind, "completed", counts.completed());
            record(work, kind, "rejected", counts.rejected());
            record(work, kind, "cut", counts.cut());
          }
        },
        status,
        phases,
        shutdown,
        inFlight,
        work);
  }

  private static void record(
      ObservableLongMeasurement work, String kind, String outcome, long count) {
    work.record(
        count, Attributes.of(CN_LIFECYCLE_WORK_KIND, kind, CN_LIFECYCLE_WORK_OUTCOME, outcome));
  }
}
