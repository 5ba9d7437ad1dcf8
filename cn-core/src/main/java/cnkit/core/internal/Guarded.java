package cnkit.core.internal;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs user code. Whatever it throws, {@code Error}s included, becomes a value. The caller's interrupt flag is
 * preserved: it is set afterwards if it was set before or if the code has set it.
 */
public final class Guarded {
  private Guarded() {}

  /** User code without a result. */
  @FunctionalInterface
  public interface Body {
    /** Runs it. */
    void run() throws Throwable;
  }

  /** User code with a result. */
  @FunctionalInterface
  public interface Source<T> {
    /** Asks for the result. */
    @Nullable
    T get() throws Throwable;
  }

  /**
   * What came of asking user code.
   *
   * @param value what it returned; null if it threw or returned null
   * @param thrown what it threw, a {@code NullPointerException} if it returned null; null if there is a value
   */
  public record Result<T>(@Nullable T value, @Nullable Throwable thrown) {
    /** The value, or the given one in its place. */
    public T or(T other) {
      return value == null ? other : value;
    }
  }

  /** Runs the code and returns what it threw, or null. */
  public static @Nullable Throwable run(Body body) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      body.run();
      return null;
    } catch (Throwable thrown) {
      return thrown;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Asks the code for a value; null counts as a throw. */
  public static <T> Result<T> get(Source<? extends T> source) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      T value = source.get();
      return value == null
          ? new Result<>(null, new NullPointerException("null was returned where a value is due"))
          : new Result<>(value, null);
    } catch (Throwable thrown) {
      return new Result<>(null, thrown);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Applies the function to the argument; null if it returned null or threw. For hot paths: allocates nothing. */
  public static <A, R> @Nullable R ask(Function<? super A, ? extends R> function, A argument) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      return function.apply(argument);
    } catch (Throwable thrown) {
      return null;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** {@code String.valueOf(object)} that cannot fail: the class stands in for a {@code toString} that throws. */
  public static String text(@Nullable Object object) {
    if (object == null) {
      return "null";
    }
    return Guarded.<String>get(object::toString).or(object.getClass().getName());
  }

  /** The exception's message; its class if it has none, or if asking for it throws. */
  public static String message(Throwable thrown) {
    return Guarded.<String>get(thrown::getMessage).or(thrown.getClass().getName());
  }
}
