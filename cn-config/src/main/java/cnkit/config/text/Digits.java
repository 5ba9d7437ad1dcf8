package cnkit.config.text;

import cnkit.core.internal.Pure;

/** Numbers as they are written in settings: ASCII digits, never trimmed. */
@Pure
public final class Digits {
  private Digits() {}

  /** ASCII digits only, at least one, without a superfluous zero in front. */
  public static boolean isWhole(String text, int from) {
    if (from >= text.length() || (text.charAt(from) == '0' && text.length() > from + 1)) {
      return false;
    }
    for (int i = from; i < text.length(); i++) {
      if (!Names.isDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** {@code -12.5e-3}: digits on both sides of the point, no plus in front, exponent only if asked. */
  public static boolean isDecimal(String text, boolean signed) {
    int i = signed && text.startsWith("-") ? 1 : 0;
    int digits = digitsFrom(text, i);
    if (digits == i) {
      return false;
    }
    i = digits;
    if (i < text.length() && text.charAt(i) == '.') {
      digits = digitsFrom(text, i + 1);
      if (digits == i + 1) {
        return false;
      }
      i = digits;
    }
    if (signed && i < text.length() && (text.charAt(i) == 'e' || text.charAt(i) == 'E')) {
      i++;
      if (i < text.length() && (text.charAt(i) == '-' || text.charAt(i) == '+')) {
        i++;
      }
      digits = digitsFrom(text, i);
      if (digits == i) {
        return false;
      }
      i = digits;
    }
    return i == text.length();
  }

  public static int digitsFrom(String text, int from) {
    int i = from;
    while (i < text.length() && Names.isDigit(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Where the number at {@code from} ends: digits, and a fraction if a point is followed by digits. */
  public static int numberEnd(String text, int from) {
    int end = digitsFrom(text, from);
    if (end > from && end < text.length() - 1 && text.charAt(end) == '.') {
      int fraction = digitsFrom(text, end + 1);
      return fraction == end + 1 ? from : fraction;
    }
    return end;
  }
}
