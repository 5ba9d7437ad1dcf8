package cnkit.config;

import static java.util.Objects.requireNonNull;

/**
 * What came of converting a text: the value, or what was expected instead. There is no place for
 * the text itself, so that a report cannot print a secret's.
 *
 * @param <T> the type of the value
 */
public sealed interface Conversion<T> {

  /**
   * The text converted.
   *
   * @param <T> the type of the value
   * @param value the value
   */
  record Ok<T>(T value) implements Conversion<T> {
    public Ok {
      requireNonNull(value, "value");
    }
  }

  /**
   * The text did not convert.
   *
   * @param <T> the type that was asked for
   * @param expected completes the sentence "expected …": {@code a whole number}
   * @param hint what to type, not printed for a secret; empty when there is nothing to propose
   */
  record Bad<T>(String expected, String hint) implements Conversion<T> {
    public Bad {
      requireNonNull(expected, "expected");
      requireNonNull(hint, "hint");
    }
  }

  /**
   * A value.
   *
   * @param <T> the type of the value
   * @param value the value
   * @return a successful conversion
   */
  static <T> Conversion<T> ok(T value) {
    return new Ok<>(value);
  }

  /**
   * A refusal.
   *
   * @param <T> the type that was asked for
   * @param expected completes the sentence "expected …"; must not quote the text
   * @return a failed conversion without a hint
   */
  static <T> Conversion<T> bad(String expected) {
    return new Bad<>(expected, "");
  }

  /**
   * A refusal that knows better.
   *
   * @param <T> the type that was asked for
   * @param expected completes the sentence "expected …"; must not quote the text
   * @param hint what to type instead; may quote the text, since it is not printed for a secret
   * @return a failed conversion
   */
  static <T> Conversion<T> bad(String expected, String hint) {
    return new Bad<>(expected, hint);
  }
}
