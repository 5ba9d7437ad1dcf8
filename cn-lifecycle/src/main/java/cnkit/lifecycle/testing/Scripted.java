package cnkit.lifecycle.testing;

import static java.util.Objects.requireNonNull;

import cnkit.core.testing.VirtualTime;
import cnkit.lifecycle.Action;
import java.time.Duration;
import java.util.Optional;

/**
 * A component that a test controls: it can take time, throw, or hang. Each call is noted in the journal of its time,
 * as {@code start db} and {@code stop db}. Immutable.
 *
 * <pre>{@code
 * Scripted db = Scripted.named("db", time).stopTakes(ofSeconds(1));
 * builder.component("db", db.start(), db.stop())
 * }</pre>
 */
public final class Scripted {
  private final String name;
  private final VirtualTime time;
  private final Step start;
  private final Step stop;

  private Scripted(String name, VirtualTime time, Step start, Step stop) {
    this.name = name;
    this.time = time;
    this.start = start;
    this.stop = stop;
  }

  /** What one call does: a time of none is for ever. */
  private record Step(Optional<Duration> takes, Optional<Exception> fails, boolean stubborn) {
    static final Step AT_ONCE = new Step(Optional.of(Duration.ZERO), Optional.empty(), false);

    Step takes(Duration duration) {
      return new Step(Optional.of(duration), fails, stubborn);
    }
  }

  /**
   * Creates a component that starts and stops at once.
   *
   * @param name for the journal
   * @param time the time in which it runs
   * @return the component
   */
  public static Scripted named(String name, VirtualTime time) {
    return new Scripted(
        requireNonNull(name, "name"), requireNonNull(time, "time"), Step.AT_ONCE, Step.AT_ONCE);
  }

  /**
   * Sets how long the start takes.
   *
   * @param duration zero or more
   * @return a copy
   */
  public Scripted startTakes(Duration duration) {
    return new Scripted(name, time, start.takes(duration), stop);
  }

  /**
   * Makes the start throw at its end.
   *
   * @param failure what it throws
   * @return a copy
   */
  public Scripted startFails(Exception failure) {
    return new Scripted(name, time, new Step(start.takes, Optional.of(failure), false), stop);
  }

  /**
   * Makes the start hang forever; it ignores interrupts.
   *
   * @return a copy
   */
  public Scripted startHangs() {
    return new Scripted(name, time, new Step(Optional.empty(), Optional.empty(), true), stop);
  }

  /**
   * Sets how long the stop takes.
   *
   * @param duration zero or more
   * @return a copy
   */
  public Scripted stopTakes(Duration duration) {
    return new Scripted(name, time, start, stop.takes(duration));
  }

  /**
   * Makes the stop throw at its end.
   *
   * @param failure what it throws
   * @return a copy
   */
  public Scripted stopFails(Exception failure) {
    return new Scripted(name, time, start, new Step(stop.takes, Optional.of(failure), false));
  }

  /**
   * Makes the stop hang forever; it ignores interrupts.
   *
   * @return a copy
   */
  public Scripted stopHangs() {
    return new Scripted(name, time, start, new Step(Optional.empty(), Optional.empty(), true));
  }

  /**
   * The component's start.
   *
   * @return an action for the builder
   */
  public Action start() {
    return () -> play("start ", start);
  }

  /**
   * The component's stop.
   *
   * @return an action for the builder
   */
  public Action stop() {
    return () -> play("stop ", stop);
  }

  private void play(String what, Step step) throws Exception {
    time.note(what + name);
    if (step.takes().isPresent()) {
      time.sleep(step.takes().get());
    } else {
      hang(step.stubborn());
    }
    if (step.fails().isPresent()) {
      throw step.fails().get();
    }
  }

  private void hang(boolean stubborn) throws InterruptedException {
    do {
      try {
        time.hang();
      } catch (InterruptedException e) {
        if (!stubborn) {
          throw e;
        }
        time.note("interrupted " + name);
      }
    } while (stubborn);
  }
}
