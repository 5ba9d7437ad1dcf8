package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;
import java.util.Optional;
import java.util.OptionalLong;

/** The state of one unit, with its times. */
@Pure
public sealed interface UnitState {

  /** From when to when something ran; without an end it still runs, or nobody waits for it any more. */
  record Span(long from, OptionalLong to) {
    public Span {
      if (to.isPresent() && to.getAsLong() < from) {
        throw new IllegalArgumentException("to: expected >= " + from + ", got " + to);
      }
    }

    static Span since(long from) {
      return new Span(from, OptionalLong.empty());
    }

    Span until(long now) {
      return new Span(from, OptionalLong.of(now));
    }

    /** How long it took; zero without an end. */
    public long took() {
      return to.orElse(from) - from;
    }
  }

  /** How a stop ended. */
  enum StopResult {
    DONE,
    FAILED,
    /** It did not return in time, or left something running. */
    GIVEN_UP
  }

  /** The start; empty if this unit was never started. */
  default Optional<Span> start() {
    return Optional.empty();
  }

  /** The stop; empty if it has not begun. */
  default Optional<Span> stop() {
    return Optional.empty();
  }

  /** Neither started nor stopped. */
  record Idle() implements UnitState {
    static final Idle IDLE = new Idle();
  }

  /** Its start is running. */
  record Starting(long from) implements UnitState {
    @Override
    public Optional<Span> start() {
      return Optional.of(Span.since(from));
    }

    UnitState ended(boolean failed, long now) {
      Span span = Span.since(from).until(now);
      return failed ? new NotStarted(span) : new Started(span);
    }
  }

  /** Its start has returned. */
  record Started(Span span) implements UnitState {
    @Override
    public Optional<Span> start() {
      return Optional.of(span);
    }
  }

  /** Its start threw: there is nothing to stop. */
  record NotStarted(Span span) implements UnitState {
    @Override
    public Optional<Span> start() {
      return Optional.of(span);
    }
  }

  /** Its start was given up. If that start ever returns, the unit is stopped. */
  record StartGivenUp(long from) implements UnitState {
    @Override
    public Optional<Span> start() {
      return Optional.of(Span.since(from));
    }
  }

  /** Its stop, or its callback, is running. */
  record Stopping(Optional<Span> start, long from) implements UnitState {
    @Override
    public Optional<Span> stop() {
      return Optional.of(Span.since(from));
    }

    UnitState ended(StopResult result, long now) {
      return new Stopped(start, Span.since(from).until(now), result);
    }

    UnitState givenUp() {
      return new Stopped(start, Span.since(from), StopResult.GIVEN_UP);
    }
  }

  /** Its stop is over, or is not waited for any more. */
  record Stopped(Optional<Span> start, Span span, StopResult result) implements UnitState {
    public Stopped {
      if (result != StopResult.GIVEN_UP && span.to().isEmpty()) {
        throw new IllegalArgumentException("span: expected an end after " + result);
      }
    }

    @Override
    public Optional<Span> stop() {
      return Optional.of(span);
    }
  }
}
