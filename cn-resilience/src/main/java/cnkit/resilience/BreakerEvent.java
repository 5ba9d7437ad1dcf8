package cnkit.resilience;

import java.util.Optional;

/** An event of a breaker. Events are rare: results of calls are not events. */
public sealed interface BreakerEvent {
  /** {@return the name of the breaker whose event it is} */
  String breaker();

  /**
   * The first event of each subscription: the current state.
   *
   * @param breaker the breaker's name
   * @param state the state at the start of the subscription
   * @param epoch that state's number
   */
  record Current(String breaker, Breaker.State state, long epoch) implements BreakerEvent {}

  /**
   * A change of state. Each transition is reported exactly once, in the order in which they happened. A change from
   * METRICS_ONLY to METRICS_ONLY with {@link Evidence.Tripped} means that the breaker would have opened.
   *
   * @param breaker the breaker's name
   * @param from the state before
   * @param to the state after
   * @param epoch the number of the new state; grows with each change, not always by one
   * @param evidence the cause of the change
   */
  record Changed(
      String breaker, Breaker.State from, Breaker.State to, long epoch, Optional<Evidence> evidence)
      implements BreakerEvent {}

  /**
   * The listener was too slow: its queue of 256 events was full, and the oldest events were dropped.
   *
   * @param breaker the breaker's name
   * @param count how many
   */
  record EventsDropped(String breaker, long count) implements BreakerEvent {}
}
