package cnkit.health;

import java.util.List;
import java.util.Optional;

/**
 * A change in a registry. Each listener receives an event at most once, after it was published, in the order of
 * publication. The set of types is closed.
 */
public sealed interface HealthEvent {
  /**
   * The first event of every subscription: the current state.
   *
   * @param report the state at the moment of subscribing
   */
  record Current(HealthReport report) implements HealthEvent {}

  /**
   * A check's status changed.
   *
   * @param check its name
   * @param impact its impact
   * @param from the status before
   * @param to the status now
   * @param outcome of the run that caused the change
   * @param reason of that run, with secrets masked
   * @param cause what the body threw; its message is unchanged and may contain secrets
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
   * A probe now passes, no longer passes, or has another status.
   *
   * @param from before
   * @param to now, with its causes
   */
  record ProbeChanged(ProbeReport from, ProbeReport to) implements HealthEvent {}

  /**
   * The instance was opened or began to drain.
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
   * Checks were registered or removed at run time.
   *
   * @param added names of the new ones
   * @param removed names of the removed ones
   */
  record ChecksChanged(List<String> added, List<String> removed) implements HealthEvent {
    public ChecksChanged {
      added = List.copyOf(added);
      removed = List.copyOf(removed);
    }
  }

  /**
   * The listener was too slow: its queue of 256 events was full and the oldest ones were dropped.
   *
   * @param count how many events since the last one that was delivered
   */
  record EventsDropped(long count) implements HealthEvent {}
}
