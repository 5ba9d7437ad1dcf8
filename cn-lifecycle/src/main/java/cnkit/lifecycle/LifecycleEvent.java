package cnkit.lifecycle;

import java.time.Duration;
import java.util.List;

/** What happens to a lifecycle. Events are data: they come after the fact, in order, on a thread of their own. */
public sealed interface LifecycleEvent {

  /**
   * The state of the lifecycle when the listener subscribed; always the first event.
   *
   * @param state the state then
   */
  record Current(LifecycleState state) implements LifecycleEvent {}

  /**
   * A component has started.
   *
   * @param component its name
   * @param took how long its start took
   */
  record ComponentStarted(String component, Duration took) implements LifecycleEvent {}

  /**
   * Everything has started.
   *
   * @param took how long that took
   */
  record Started(Duration took) implements LifecycleEvent {}

  /**
   * Something asked for the end.
   *
   * @param trigger what it was
   */
  record Triggered(Trigger trigger) implements LifecycleEvent {}

  /**
   * A phase of the shutdown began.
   *
   * @param phase its name
   */
  record PhaseBegan(String phase) implements LifecycleEvent {}

  /**
   * A phase of the shutdown ended.
   *
   * @param phase how it went, with its components
   */
  record PhaseEnded(Report.PhaseRun phase) implements LifecycleEvent {}

  /**
   * The drain is over: nothing is in flight any more, or the rest was cut.
   *
   * @param workCounts what became of all work, by kind
   */
  record Drained(List<WorkCounts> workCounts) implements LifecycleEvent {
    public Drained {
      workCounts = List.copyOf(workCounts);
    }
  }

  /**
   * Only the flush and the infrastructure are left: the last event that telemetry can still export. Delivered, or given up after 50
   * ms, before the flush begins.
   *
   * @param report all so far, with the outcome as it stands
   */
  record Flushing(Report report) implements LifecycleEvent {}

  /**
   * All is over.
   *
   * @param report everything that happened
   */
  record Stopped(Report report) implements LifecycleEvent {}

  /**
   * The listener was too slow: the oldest waiting events were dropped.
   *
   * @param count how many events, since the last event of this type
   */
  record EventsDropped(long count) implements LifecycleEvent {}
}
