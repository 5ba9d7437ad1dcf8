package cnkit.config;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.AtomicState;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.SystemTime;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * A setting whose file may be replaced while the process runs, such as a password in a mounted
 * Kubernetes Secret or in the file that an {@code X_FILE} variable names.
 *
 * <pre>{@code
 * record Db(URI url, Rotating<Secret<String>> password) {}
 *
 * pool.setPasswordSource(() -> settings.db().password().current().reveal());
 * }</pre>
 *
 * <p>{@link #current()} reads the file at most once a second, on the calling thread, and converts and checks it like
 * any value. If the file cannot be read or is not valid, the last valid value stays, a warning is logged once, and
 * {@link #problem()} returns the reason. A value that did not come from a file never changes. Safe for use by many
 * threads: one of them reads the file, the others do not wait for it.
 *
 * @param <T> the type of the value, mostly {@code Secret<String>}
 */
public final class Rotating<T> {
  private static final long PAUSE_NANOS = 1_000_000_000L;

  /** Reads the value anew. */
  interface Source<T> {
    /** The value that is there now, or what is wrong with it. */
    Look<T> look(T current);
  }

  /** What a look at the file found: a value, which may be the current one, or a problem. */
  record Look<T>(@Nullable T value, @Nullable Problem problem) {}

  /** The last good value, and the look that found it or failed. */
  private record State<T>(T value, @Nullable Problem problem, long lookedAtNanos, boolean looking) {
    /** Ticks may wrap; a difference of two of them does not. */
    boolean isDue(long nowNanos) {
      return !looking && nowNanos - lookedAtNanos >= PAUSE_NANOS;
    }

    State<T> looks(long nowNanos) {
      return isDue(nowNanos) ? new State<>(value, problem, lookedAtNanos, true) : this;
    }
  }

  private final @Nullable Source<T> source;
  private final Time time;
  private final AtomicState<State<T>> state;

  private Rotating(T value, @Nullable Source<T> source, Time time) {
    this.source = source;
    this.time = time;
    this.state =
        new AtomicState<>(new State<>(value, null, source == null ? 0 : time.nanoTime(), false));
  }

  /**
   * A value that never changes, for example in tests.
   *
   * @param <T> the type of the value
   * @param value the value
   * @return a rotating value that always returns this value
   */
  public static <T> Rotating<T> of(T value) {
    return new Rotating<>(requireNonNull(value, "value"), null, SystemTime.SHARED);
  }

  static <T> Rotating<T> of(T value, Source<T> source, Time time) {
    return new Rotating<>(value, source, time);
  }

  /**
   * The value, at most one second old.
   *
   * @return the last valid value; this method never waits for another thread
   */
  public T current() {
    State<T> present = state.get();
    if (source == null || !present.isDue(time.nanoTime())) {
      return present.value();
    }
    long now = time.nanoTime();
    return state.advance(s -> s.looks(now), (before, after) -> before.isDue(now))
        ? look(source)
        : state.get().value();
  }

  /** Only the one thread that has made the state "looking" is here, so nobody else changes it. */
  private T look(Source<T> source) {
    State<T> before = state.get();
    Look<T> found = new Look<>(null, before.problem());
    try {
      found = source.look(before.value());
    } finally {
      T changed = found.value();
      var after = new State<>(
          changed == null ? before.value() : changed, found.problem(), time.nanoTime(), false);
      state.advance(looking -> after);
    }
    Problem now = found.problem();
    if (now != null && !now.equals(before.problem())) {
      LoggerFactory.getLogger(Rotating.class).warn("keeping the last good value: {}", now);
    }
    return state.get().value();
  }

  /**
   * The reason why the file's present content is not the current value.
   *
   * @return the problem that the last read found; empty if the value is the content of the file
   */
  public Optional<Problem> problem() {
    return Optional.ofNullable(state.get().problem());
  }

  /** The present value in JSON; a secret shows nothing of itself there either. */
  @JsonValue
  T shown() {
    return state.get().value();
  }

  /** The present value as text; a secret's tells nothing. */
  @Override
  public String toString() {
    return Guarded.text(state.get().value());
  }
}
