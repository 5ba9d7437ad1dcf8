package cnkit.telemetry;

import static cnkit.telemetry.Contract.CN_RESILIENCE_BREAKER_FROM;
import static cnkit.telemetry.Contract.CN_RESILIENCE_BREAKER_NAME;
import static cnkit.telemetry.Contract.CN_RESILIENCE_BREAKER_TO;
import static cnkit.telemetry.Contract.CN_RESILIENCE_OUTCOME;
import static cnkit.telemetry.Contract.CN_RESILIENCE_PIPELINE_NAME;
import static cnkit.telemetry.Contract.CN_RESILIENCE_REASON;

import cnkit.resilience.Breaker;
import cnkit.resilience.BreakerEvent;
import cnkit.resilience.Bulkhead;
import cnkit.resilience.Counters;
import cnkit.resilience.Handling;
import cnkit.resilience.Pipeline;
import cnkit.resilience.RejectionReason;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Publishes what a {@link Pipeline} does: duration, attempts and waiting of its executions, rejections
 * by reason, the state of its breaker as one 0/1 series for each state, transitions as a counter and as
 * an event, hedges, bulkhead, limits and budgets. The attribute sets are built once; a call allocates nothing here.
 *
 * <pre>{@code
 * Registration observed = PipelineTelemetry.observe(inventory, otel);
 * }</pre>
 *
 * <p>Pipelines that share a breaker or a bulkhead are to be observed together, so that what they share is
 * published once. Names of pipelines, breakers and bulkheads become attributes: constants, not input.
 */
public final class PipelineTelemetry {
  private PipelineTelemetry() {}

  /**
   * Publishes what one pipeline does from now on.
   *
   * @param pipeline what to observe, once
   * @param otel where to publish; with one that records nothing, nothing is attached to a call
   * @return ends the observation
   */
  public static Registration observe(Pipeline pipeline, OpenTelemetry otel) {
    return observe(List.of(pipeline), otel);
  }

  /**
   * Publishes what several pipelines do from now on.
   *
   * @param pipelines what to observe, each once
   * @param otel where to publish; with one that records nothing, nothing is attached to a call
   * @return ends the observation
   */
  public static Registration observe(Collection<Pipeline> pipelines, OpenTelemetry otel) {
    Meter meter = Signals.meter(otel);
    List<AutoCloseable> parts = new ArrayList<>();
    Set<Breaker> breakers = identitySet();
    Set<Bulkhead> bulkheads = identitySet();
    Instruments instruments = new Instruments(meter);
    for (Pipeline pipeline : List.copyOf(pipelines)) {
      if (instruments.isEnabled()) {
        parts.add(pipeline.meter(new Recorder(instruments, pipeline.name())));
      }
      pipeline.breaker().ifPresent(breakers::add);
      pipeline.bulkhead().ifPresent(bulkheads::add);
    }
    LongCounter transitions =
        Contract.Metrics.CN_RESILIENCE_BREAKER_TRANSITIONS.counter(meter).build();
    Logger events = Signals.events(otel);
    if (transitions.isEnabled() || events.isEnabled(Severity.INFO)) {
      for (Breaker breaker : breakers) {
        parts.add(breaker.subscribe(event -> on(event, transitions, events)));
      }
    }
    parts.add(counts(List.copyOf(pipelines), meter));
    parts.add(states(List.copyOf(breakers), List.copyOf(bulkheads), meter));
    return Registration.of(parts);
  }

  private static <T> Set<T> identitySet() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  private static void on(BreakerEvent event, LongCounter transitions, Logger events) {
    if (event instanceof BreakerEvent.Changed changed) {
      Attributes transition = Attributes.of(
          CN_RESILIENCE_BREAKER_NAME, changed.breaker(),
          CN_RESILIENCE_BREAKER_FROM, Signals.value(changed.from()),
          CN_RESILIENCE_BREAKER_TO, Signals.value(changed.to()));
      transitions.add(1, transition);
      LogRecordBuilder record = Signals.event(
              events,
              Contract.Events.CN_RESILIENCE_BREAKER_CHANGED,
              changed.to() == Breaker.State.OPEN)
          .setAllAttributes(transition)
          .setAttribute(Contract.CN_RESILIENCE_BREAKER_EPOCH, changed.epoch());
      changed
          .evidence()
          .ifPresent(evidence ->
              record.setAttribute(Contract.CN_RESILIENCE_BREAKER_EVIDENCE, evidence.toString()));
      record.emit();
    }
  }

  private static AutoCloseable counts(List<Pipeline> pipelines, Meter meter) {
    var rejections = Contract.Metrics.CN_RESILIENCE_REJECTIONS.counter(meter).buildObserver();
    var failures = Contract.Metrics.CN_RESILIENCE_FAILURES.counter(meter).buildObserver();
    var late = Contract.Metrics.CN_RESILIENCE_LATE.counter(meter).buildObserver();
    var stale = Contract.Metrics.CN_RESILIENCE_STALE.counter(meter).buildObserver();
    var retries = Contract.Metrics.CN_RESILIENCE_RETRIES.counter(meter).buildObserver();
    var denied = Contract.Metrics.CN_RESILIENCE_RETRIES_DENIED.counter(meter).buildObserver();
    var hedges = Contract.Metrics.CN_RESILIENCE_HEDGES.counter(meter).buildObserver();
    var hedgesDenied =
        Contract.Metrics.CN_RESILIENCE_HEDGES_DENIED.counter(meter).buildObserver();
    var budget = Contract.Metrics.CN_RESILIENCE_BUDGET_AVAILABLE.gauge(meter).buildObserver();
    var throttled =
        Contract.Metrics.CN_RESILIENCE_THROTTLE_REFUSED_SHARE.gauge(meter).buildObserver();
    var limit = Contract.Metrics.CN_RESILIENCE_ADAPTIVE_LIMIT.gauge(meter).buildObserver();
    var limitInUse = Contract.Metrics.CN_RESILIENCE_ADAPTIVE_IN_USE.gauge(meter).buildObserver();
    return meter.batchCallback(
        () -> {
          for (Pipeline pipeline : pipelines) {
            Attributes name = Attributes.of(CN_RESILIENCE_PIPELINE_NAME, pipeline.name());
            Counters counters = pipeline.counters();
            failures.record(counters.failures(), name);
            late.record(counters.late(), name);
            stale.record(counters.stale(), name);
            retries.record(counters.retries(), name);
            denied.record(counters.retriesDenied(), name);
            hedges.record(counters.hedges(), name);
            hedgesDenied.record(counters.hedgesDenied(), name);
            counters
                .rejected()
                .forEach((reason, count) -> rejections.record(
                    count,
                    name.toBuilder()
                        .put(CN_RESILIENCE_REASON, Signals.value(reason))
                        .build()));
            pipeline.budget().ifPresent(tokens -> budget.record(tokens.available(), name));
            pipeline.throttle().ifPresent(by -> throttled.record(by.refusedShare(), name));
            pipeline.adaptiveLimit().ifPresent(adaptive -> {
              limit.record(adaptive.limit(), name);
              limitInUse.record(adaptive.inUse(), name);
            });
          }
        },
        rejections,
        failures,
        late,
        stale,
        retries,
        denied,
        hedges,
        hedgesDenied,
        budget,
        throttled,
        limit,
        limitInUse);
  }

  private static AutoCloseable states(
      List<Breaker> breakers, List<Bulkhead> bulkheads, Meter meter) {
    var state =
        Contract.Metrics.CN_RESILIENCE_BREAKER_STATE.upDownCounter(meter).buildObserver();
    var inUse =
        Contract.Metrics.CN_RESILIENCE_BULKHEAD_IN_USE.upDownCounter(meter).buildObserver();
    var waiting =
        Contract.Metrics.CN_RESILIENCE_BULKHEAD_WAITING.upDownCounter(meter).buildObserver();
    var limit =
        Contract.Metrics.CN_RESILIENCE_BULKHEAD_LIMIT.upDownCounter(meter).buildObserver();
    return meter.batchCallback(
        () -> {
          for (Breaker breaker : breakers) {
            Signals.states(
                state,
                Contract.CN_RESILIENCE_BREAKER_STATE,
                Attributes.of(CN_RESILIENCE_BREAKER_NAME, breaker.name()),
                Breaker.State.values(),
                breaker.state());
          }
          for (Bulkhead bulkhead : bulkheads) {
            Attributes name = Attributes.of(Contract.CN_RESILIENCE_BULKHEAD_NAME, bulkhead.name());
            inUse.record(bulkhead.inUse(), name);
            waiting.record(bulkhead.waiting(), name);
            limit.record(bulkhead.limit(), name);
          }
        },
        state,
        inUse,
        waiting,
        limit);
  }

  /** The per-call instruments, shared by all pipelines of an observation. */
  private static final class Instruments {
    final DoubleHistogram executions;
    final DoubleHistogram attemptsPerExecution;
    final DoubleHistogram attempts;
    final DoubleHistogram backoff;

    Instruments(Meter meter) {
      executions = Contract.Metrics.CN_RESILIENCE_EXECUTION_DURATION.histogram(meter);
      attemptsPerExecution = Contract.Metrics.CN_RESILIENCE_EXECUTION_ATTEMPTS.histogram(meter);
      attempts = Contract.Metrics.CN_RESILIENCE_ATTEMPT_DURATION.histogram(meter);
      backoff = Contract.Metrics.CN_RESILIENCE_BACKOFF_DURATION.histogram(meter);
    }

    boolean isEnabled() {
      return executions.isEnabled()
          || attemptsPerExecution.isEnabled()
          || attempts.isEnabled()
          || backoff.isEnabled();
    }
  }

  /** Records one pipeline's calls under attribute sets that were built before the first of them. */
  private static final class Recorder implements cnkit.resilience.CallMeter {
    private final Instruments instruments;
    private final Attributes name;
    private final Attributes rejected;
    private final Map<Handling, Attributes> outcomes = new EnumMap<>(Handling.class);
    private final Map<RejectionReason, Attributes> rejections =
        new EnumMap<>(RejectionReason.class);

    Recorder(Instruments instruments, String pipeline) {
      this.instruments = instruments;
      name = Attributes.of(CN_RESILIENCE_PIPELINE_NAME, pipeline);
      rejected = name.toBuilder().put(CN_RESILIENCE_OUTCOME, "rejected").build();
      for (Handling kind : Handling.values()) {
        outcomes.put(
            kind,
            name.toBuilder().put(CN_RESILIENCE_OUTCOME, Signals.value(kind)).build());
      }
      for (RejectionReason reason : RejectionReason.values()) {
        rejections.put(
            reason,
            rejected.toBuilder()
                .put(CN_RESILIENCE_REASON, Signals.value(reason))
                .build());
      }
    }

    @Override
    public boolean enabled() {
      return instruments.isEnabled();
    }

    @Override
    public void executed(Handling kind, int attempts, long nanos) {
      Attributes series = outcomes.getOrDefault(kind, name);
      instruments.executions.record(nanos / 1e9, series);
      instruments.attemptsPerExecution.record(attempts, series);
    }

    @Override
    public void rejected(RejectionReason reason, int attempts, long nanos) {
      instruments.executions.record(nanos / 1e9, rejections.getOrDefault(reason, rejected));
      instruments.attemptsPerExecution.record(attempts, rejected);
    }

    @Override
    public void attempted(int number, Handling kind, long nanos, long backoffNanos) {
      instruments.attempts.record(nanos / 1e9, outcomes.getOrDefault(kind, name));
      if (number > 1) {
        instruments.backoff.record(backoffNanos / 1e9, name);
      }
    }
  }
}
