package cnkit.health;

import cnkit.core.internal.Pure;

/** Text that stays below a number of bytes in UTF-8; a piece that does not fit is left out whole. */
@Pure
final class LimitedText {
  private final StringBuilder text = new StringBuilder(256);
  private int bytesLeft;

  LimitedText(int bytes) {
    this.bytesLeft = bytes;
  }

  boolean add(String piece) {
    return add(piece, 0);
  }

  /** @param reserve bytes that must be left after it */
  boolean add(String piece, int reserve) {
    int bytes = utf8Length(piece);
    if (bytes + reserve > bytesLeft) {
      return false;
    }
    bytesLeft -= bytes;
    text.append(piece);
    return true;
  }

  private static int utf8Length(String piece) {
    int bytes = 0;
    for (int i = 0; i < piece.length(); i++) {
      char c = piece.charAt(i);
      // half of a surrogate pair: the pair takes four; a lone one is encoded as one '?'
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
