package cnkit.config;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The result of converting a text: the value, or a description of what was expected. It does not contain the text
 * itself, so a report cannot print the text of a secret. Immutable.
 *
 * <pre>{@code
 * Conversion<Sku> conversion = Sku.isValid(text) ? Conversion.ok(new Sku(text)) : Conversion.bad("a SKU such as AB-1234");
 * }</pre>
 *
 * @param <T> the type of the value
 */
public final class Conversion<T> {
  private final @Nullable T value;
  private final String expected;
  private final String hint;

  private Conversion(@Nullable T value, String expected, String hint) {
    this.value = value;
    this.expected = requireNonNull(expected, "expected");
    this.hint = requireNonNull(hint, "hint");
  }

  /**
   * A successful conversion.
   *
   * @param <T> the type of the value
   * @param value the value
   * @return a conversion that holds the value
   */
  public static <T> Conversion<T> ok(T value) {
    return new Conversion<>(requireNonNull(value, "value"), "", "");
  }

  /**
   * A failed conversion without a hint.
   *
   * @param <T> the type that was asked for
   * @param expected completes the sentence "expected …"; must not quote the text
   * @return a conversion without a value
   */
  public static <T> Conversion<T> bad(String expected) {
    return new Conversion<>(null, expected, "");
  }

  /**
   * A failed conversion with a hint.
   *
   * @param <T> the type that was asked for
   * @param expected completes the sentence "expected …"; must not quote the text
   * @param hint what to type instead; may quote the text, since it is not printed for a secret
   * @return a conversion without a value
   */
  public static <T> Conversion<T> bad(String expected, String hint) {
    return new Conversion<>(null, expected, hint);
  }

  /**
   * The value.
   *
   * @return the value; empty when the text did not convert
   */
  public Optional<T> value() {
    return Optional.ofNullable(value);
  }

  /**
   * What the text should have been.
   *
   * @return completes the sentence "expected …": {@code a whole number}; empty when there is a value
   */
  public String expected() {
    return expected;
  }

  /**
   * What to type instead.
   *
   * @return not printed for a secret; empty when there is nothing to propose
   */
  public String hint() {
    return hint;
  }
}
