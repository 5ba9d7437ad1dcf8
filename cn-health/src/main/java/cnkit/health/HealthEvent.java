package cnkit.health;

import java.util.List;
import java.util.Optional;

/**
 * Something changed. Delivered after it was published, in the order of publication, at most once to each listener.
 * The set is closed.
 */
public sealed interface HealthEvent {
  /**
   * The first event of every subscription: how things stand.
   *
   * @param report of the moment of subscribing
   */
  record Current(HealthReport report) implements HealthEvent {}

  /**
   * A check's status changed.
   *
   * @param check its name
   * @param impact its impact
   * @param from the status before
   * @param to the status now
   * @param outcome of the run that decided it
   * @param reason of that run, without secrets
   * @param cause what the body threw; its message is as thrown, secrets included
   */
  record CheckChanged(
      String check,
      Impact impact,
      HealthStatus from,
      HealthStatus to,
      RunOutcome outcome,
      String reason,
      Optional<Throwable> cause)
      implements HealthEvent {}

  /**
   * What a probe is told changed, in whether it passes or in its status.
   *
   * @param from before
   * @param to now, with its causes
   */
  record ProbeChanged(ProbeReport from, ProbeReport to) implements HealthEvent {}

  /**
   * The gate moved.
   *
   * @param from before
   * @param to now
   */
  record GateChanged(Gate from, Gate to) implements HealthEvent {}

  /**
   * The instance was taken out of rotation or put back.
   *
   * @param reason empty when it was put back
   */
  record RotationChanged(Optional<String> reason) implements HealthEvent {}

  /**
   * Checks were registered or removed while running.
   *
   * @param added names of the new ones
   * @param removed names of those that went
   */
  record ChecksChanged(List<String> added, List<String> removed) implements HealthEvent {
    public ChecksChanged {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
    }
  }

  /**
   * The listener was too slow: its queue of 256 was full and the oldest events were dropped.
   *
   * @param count how many since the last one delivered
   */
  record EventsDropped(long count) implements HealthEvent {}
}
