package cnkit.resilience;

import org.jspecify.annotations.Nullable;

/** The two things that the compiler cannot be told otherwise. */
final class Unchecked {
  private Unchecked() {}

  /** A value whose type the caller knows; {@code null} is the user's own. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals", "NullAway"})
  static <T> T cast(@Nullable Object value) {
    return (T) value;
  }

  /** Throws what the body threw, which the caller's signature declares already. */
  static RuntimeException sneak(Throwable thrown) {
    throw Unchecked.<RuntimeException>as(thrown);
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X as(Throwable thrown) throws X {
    throw (X) thrown;
  }
}
