package cnkit.resilience;

import cnkit.core.internal.Pure;

/**
 * Additive increase, multiplicative decrease, in one word: [epoch 16 | credits 16 | limit 16 | in flight 16].
 *
 * <p>A success with at least half of the limit in use earns a credit; as many credits as the limit (one window) raise it
 * by one. A failure lowers it by the factor and begins a new epoch; failures of calls that were admitted before that
 * say nothing new, or one overload would be paid for by every call in flight.
 */
@Pure
final class Aimd {
  static final int MOST = 32_767;
  private static final int FIELD = 16;
  private static final long MASK = (1L << FIELD) - 1;

  private Aimd() {}

  static long of(int epoch, int credits, int limit, int inFlight) {
    return ((epoch & MASK) << (3 * FIELD))
        | ((long) credits << (2 * FIELD))
        | ((long) limit << FIELD)
        | inFlight;
  }

  static int epoch(long word) {
    return (int) (word >>> (3 * FIELD));
  }

  static int credits(long word) {
    return (int) ((word >>> (2 * FIELD)) & MASK);
  }

  static int limit(long word) {
    return (int) ((word >>> FIELD) & MASK);
  }

  static int inFlight(long word) {
    return (int) (word & MASK);
  }

  static boolean hasRoom(long word) {
    return inFlight(word) < limit(word);
  }

  static long entered(long word) {
    return word + 1;
  }

  static long left(long word, AdaptiveLimitSettings s, int admittedIn, Handling handling) {
    int limit = limit(word);
    int inFlight = inFlight(word);
    int epoch = epoch(word);
    int credits = credits(word);
    if (handling == Handling.FAILURE && admittedIn == epoch) {
      return of(epoch + 1, 0, s.within((int) (limit * s.decrease() + 1e-9)), inFlight - 1);
    }
    if (handling == Handling.SUCCESS && 2 * inFlight >= limit && limit < s.max()) {
      return credits + 1 >= limit
          ? of(epoch, 0, s.within(limit + 1), inFlight - 1)
          : of(epoch, credits + 1, limit, inFlight - 1);
    }
    return word - 1;
  }

  /** Other bounds: the limit is moved into them. */
  static long bounded(long word, AdaptiveLimitSettings s) {
    int limit = s.within(limit(word));
    return of(epoch(word), Math.min(credits(word), limit - 1), limit, inFlight(word));
  }
}
