package cnkit.lifecycle.machine;

import cnkit.core.internal.Pure;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Everything that a lifecycle remembers. Immutable. */
@Pure
public record ShutdownState(
    Stage stage, List<UnitState> units, List<PhaseState> phases, Set<Flag> flags) {

  /** Something that has happened and is remembered to the end. */
  public enum Flag {
    /** There is no propagation: this is a rollback, or a person waits at a terminal. */
    BRIEF,
    /** The shutdown began before everything had started. */
    ROLLBACK,
    START_FAILED,
    /** A second signal came. */
    FORCED,
    /** Work in flight was cut. */
    CUT,
    /** A stop did not return in time, or left something running. */
    STOP_GIVEN_UP,
    /** A stop threw, or a start was given up. */
    ERRORS,
    /** Nothing is in flight any more. */
    DRAINED
  }

  /**
   * The shutdown as a whole.
   *
   * @param startAt when the start began; empty if the lifecycle never started
   * @param since when the shutdown began
   * @param end when it is over at the latest
   * @param signals how many signals have come since then
   */
  public record Shutdown(OptionalLong startAt, long since, long end, int signals) {
    public Shutdown {
      if (end < since) {
        throw new IllegalArgumentException("end: expected >= " + since + ", got " + end);
      }
    }

    Shutdown withEnd(long newEnd) {
      return new Shutdown(startAt, since, newEnd, signals);
    }

    Shutdown withSignal() {
      return new Shutdown(startAt, since, end, signals + 1);
    }
  }

  /** Where the lifecycle is; it moves forward only, in the order of these records. */
  public sealed interface Stage {
    record New() implements Stage {}

    record Starting(long startAt) implements Stage {}

    record Running(long startAt) implements Stage {}

    /** Waits until the starts that were interrupted have ended. */
    record Cancelling(Shutdown shutdown, long until) implements Stage {}

    /**
     * A phase of the shutdown is running.
     *
     * @param until when the phase ends at the latest
     * @param giveUpAt when a stop that others wait for is given up, so that they get a part of the time
     */
    record InPhase(Shutdown shutdown, int phase, long until, long giveUpAt) implements Stage {}

    record Stopped(Shutdown shutdown) implements Stage {}
  }

  /** Copies the collections and checks that they fit together. */
  public ShutdownState {
    units = List.copyOf(units);
    phases = List.copyOf(phases);
    flags = Set.copyOf(flags);
    require(!flags.contains(Flag.ROLLBACK) || flags.contains(Flag.BRIEF), "a rollback is brief");
    require(
        !flags.contains(Flag.START_FAILED) || flags.contains(Flag.ROLLBACK),
        "a start that failed is rolled back");
    int current = stage instanceof Stage.InPhase in
        ? in.phase()
        : stage instanceof Stage.Stopped stopped && stopped.shutdown().startAt().isPresent()
            ? phases.size()
            : -1;
    for (int i = 0; i < phases.size(); i++) {
      require(
          i < current
              ? phases.get(i) instanceof PhaseState.Over
              : i == current
                  ? phases.get(i) instanceof PhaseState.Running
                  : phases.get(i) instanceof PhaseState.Waiting,
          "phases run one after the other");
    }
    if (current >= 0) {
      require(
          units.stream().noneMatch(UnitState.Starting.class::isInstance),
          "nothing starts any more");
    }
  }

  private static void require(boolean holds, String invariant) {
    if (!holds) {
      throw new IllegalArgumentException("expected: " + invariant);
    }
  }

  /** The flags as a set that can be changed. */
  EnumSet<Flag> flagsCopy() {
    return flags.isEmpty() ? EnumSet.noneOf(Flag.class) : EnumSet.copyOf(flags);
  }

  public boolean has(Flag flag) {
    return flags.contains(flag);
  }

  /** When the start began; empty if there was none. */
  public OptionalLong startAt() {
    if (stage instanceof Stage.Starting starting) {
      return OptionalLong.of(starting.startAt());
    }
    if (stage instanceof Stage.Running running) {
      return OptionalLong.of(running.startAt());
    }
    return shutdown().map(Shutdown::startAt).orElse(OptionalLong.empty());
  }

  /** The shutdown; empty before it. */
  public Optional<Shutdown> shutdown() {
    if (stage instanceof Stage.Cancelling cancelling) {
      return Optional.of(cancelling.shutdown());
    }
    if (stage instanceof Stage.InPhase in) {
      return Optional.of(in.shutdown());
    }
    return stage instanceof Stage.Stopped stopped
        ? Optional.of(stopped.shutdown())
        : Optional.empty();
  }

  public boolean isNew() {
    return stage instanceof Stage.New;
  }

  public boolean isStarting() {
    return stage instanceof Stage.Starting;
  }

  public boolean isRunning() {
    return stage instanceof Stage.Running;
  }

  public boolean isStopping() {
    return stage instanceof Stage.Cancelling || stage instanceof Stage.InPhase;
  }

  public boolean isStopped() {
    return stage instanceof Stage.Stopped;
  }

  /** Whether this phase is running. */
  public boolean isIn(int phase) {
    return stage instanceof Stage.InPhase in && in.phase() == phase;
  }
}
