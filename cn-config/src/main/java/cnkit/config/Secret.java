package cnkit.config;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A value that is never shown: not in {@code toString}, in logs, in JSON or in reports. Only {@link #reveal()}
 * returns it, so every use of the value can be found in the code.
 *
 * <p>Two secrets are equal only if they are the same object, because comparing values would help an attacker to
 * guess. Safe for use by many threads.
 *
 * @param <T> the type of the value: {@code String}, {@code byte[]}, {@code URI} or any other setting
 */
public final class Secret<T> implements AutoCloseable {
  private static final String REDACTED = "***";

  /** A {@code char[]} in place of a String, since an array can be overwritten; null once closed. */
  private volatile @Nullable Object held;

  private Secret(Object held) {
    this.held = held;
  }

  /**
   * A secret with this value.
   *
   * @param <T> the type of the value
   * @param value the value; a {@code byte[]} is copied
   * @return the secret
   */
  public static <T> Secret<T> of(T value) {
    requireNonNull(value, "value");
    if (value instanceof String text) {
      return new Secret<>(text.toCharArray());
    }
    return new Secret<>(value instanceof byte[] bytes ? bytes.clone() : value);
  }

  /**
   * The value itself.
   *
   * @return the value; a {@code String} or {@code byte[]} is a new copy each time
   * @throws IllegalStateException if the secret was closed
   */
  @SuppressWarnings("unchecked") // of() put a T in, or the array form of one
  public T reveal() {
    Object current = held;
    if (current == null) {
      throw new IllegalStateException("the secret was closed");
    }
    if (current instanceof char[] text) {
      return (T) new String(text);
    }
    return (T) (current instanceof byte[] bytes ? bytes.clone() : current);
  }

  /**
   * Overwrites this object's copy of a {@code String} or {@code byte[]}, and drops the reference to any other value.
   * Copies elsewhere in the process, such as in its environment, are not erased.
   */
  @Override
  public void close() {
    Object current = held;
    held = null;
    if (current instanceof char[] text) {
      Arrays.fill(text, '\0');
    } else if (current instanceof byte[] bytes) {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** Always {@code ***}; the text does not depend on the value. */
  @Override
  @JsonValue
  public String toString() {
    return REDACTED;
  }
}
