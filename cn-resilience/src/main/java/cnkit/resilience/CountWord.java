package cnkit.resilience;

import cnkit.core.internal.Pure;

/**
 * The last N outcomes in one {@code long}, N up to 62. The highest bit set is a marker; below it, one bit an outcome, the
 * newest lowest, 1 for bad. While the window fills, the marker climbs; once full, it stays at bit N and the oldest
 * outcome falls out under it. Pushing a good outcome into a full window of good ones gives the same word again, and so
 * the healthy path has nothing to write.
 */
@Pure
final class CountWord {
  static final int MAX_SIZE = 62;
  static final long EMPTY = 1;

  private CountWord() {}

  static long push(long word, int size, boolean bad) {
    long shifted = (word << 1) | (bad ? 1 : 0);
    long marker = 1L << size;
    return isFull(word, size) ? (shifted & (marker - 1)) | marker : shifted;
  }

  static boolean isFull(long word, int size) {
    return word >>> size != 0;
  }

  static int size(long word) {
    return 63 - Long.numberOfLeadingZeros(word);
  }

  static int bad(long word) {
    return Long.bitCount(word) - 1;
  }

  /** The word of a window that is full of good outcomes. */
  static long clean(int size) {
    return 1L << size;
  }
}
