package cnkit.config;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
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
 * <p>{@link #current()} looks at the file at most once a second, on the thread that calls it, and
 * converts and checks it like any value. What cannot be read or is not valid leaves the last good
 * value in place, is logged once and is told by {@link #problem()}. A value that came from no file
 * never changes. Safe for use by many threads; one of them looks, the others do not wait for it.
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

  private final @Nullable Source<T> source;
  private final LongSupplier ticker;
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile long lookedAtNanos;
  private volatile T value;
  private volatile @Nullable Problem problem;

  private Rotating(T value, @Nullable Source<T> source, LongSupplier ticker) {
    this.value = value;
    this.source = source;
    this.ticker = ticker;
    this.lookedAtNanos = source == null ? 0 : ticker.getAsLong();
  }

  /**
   * A value that never changes, as for tests.
   *
   * @param <T> the type of the value
   * @param value the value
   * @return always this value
   */
  public static <T> Rotating<T> of(T value) {
    return new Rotating<>(requireNonNull(value, "value"), null, () -> 0);
  }

  static <T> Rotating<T> of(T value, Source<T> source, LongSupplier ticker) {
    return new Rotating<>(value, source, ticker);
  }

  /**
   * The value, as fresh as a second ago.
   *
   * @return the last good value; never blocks on another thread
   */
  public T current() {
    // ticks may wrap; a difference of two of them does not
    if (source != null
        && ticker.getAsLong() - lookedAtNanos >= PAUSE_NANOS
        && looking.compareAndSet(false, true)) {
      try {
        look(source);
      } finally {
        looking.set(false);
      }
    }
    return value;
  }

  private void look(Source<T> source) {
    Look<T> found = source.look(value);
    T changed = found.value();
    if (changed != null) {
      value = changed;
    }
    Problem before = problem;
    Problem now = found.problem();
    problem = now;
    if (now != null && !now.equals(before)) {
      Logger log = LoggerFactory.getLogger(Rotating.class);
      log.warn("keeping the last good value: {}", now);
    }
    lookedAtNanos = ticker.getAsLong();
  }

  /**
   * Why the file's present content is not the value.
   *
   * @return what the last look found wrong; empty when the value is what the file holds
   */
  public Optional<Problem> problem() {
    return Optional.ofNullable(problem);
  }

  /** The present value in JSON; a secret shows nothing of itself there either. */
  @JsonValue
  T shown() {
    return value;
  }

  /** The present value as text; a secret's tells nothing. */
  @Override
  public String toString() {
    return String.valueOf(value);
  }
}
