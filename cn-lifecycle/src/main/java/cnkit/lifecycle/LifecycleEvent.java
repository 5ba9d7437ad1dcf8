package cnkit.lifecycle;

import java.time.Duration;
import java.util.List;

/** A change in a lifecycle. Events are data. They are delivered after the change, in order, on a separate thread. */
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
   * Something requested the shutdown.
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
   * @param phase its result, with its steps
   */
  record PhaseEnded(Report.PhaseRun phase) implements LifecycleEvent {}

  /**
   * The drain ended: no work is in flight any more, or the rest was cut.
   *
   * @param workCounts the counts of all work, by kind
   */
  record Drained(List<WorkCounts> workCounts) implements LifecycleEvent {
    public Drained {
      workCounts = List.copyOf(workCounts);
    }
  }

  /**
   * Only the flush and the infrastructure are left. This is the last event that telemetry can still export. The flush
   * begins when it is delivered, or after 50 ms.
   *
   * @param report the report so far, with the present outcome
   */
  record Flushing(Report report) implements LifecycleEvent {}

  /**
   * The shutdown is complete.
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
