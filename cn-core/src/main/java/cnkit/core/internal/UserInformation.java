package cnkit.core.internal;

import static cnkit.core.internal.SafeText.isBlank;
import static cnkit.core.internal.SafeText.isWordChar;

/**
 * Masks what stands before the {@code @} of a URL or of {@code user:password@host}, also when the text is no well-formed
 * URL. User information ends at the last {@code @} before a blank, in a whole value at the last one of all.
 */
@Pure
final class UserInformation {
  private final String text;
  private final boolean whole;
  private final SafeText.Edits edits;
  private final int lastAt;
  /** The next place behind an open one where a password with blanks would end; only ever moves forward. */
  private int stop;

  private char knownQuote = ' ';
  private int knownBound = -1;
  private int knownEnd = -1;
  private int knownAt = -1;

  private UserInformation(String text, boolean whole) {
    this.text = text;
    this.whole = whole;
    this.edits = new SafeText.Edits(text);
    this.lastAt = text.lastIndexOf('@');
  }

  static String masked(String text, boolean whole) {
    return text.indexOf('@') < 0 ? text : new UserInformation(text, whole).masked();
  }

  private String masked() {
    int i = 0;
    while (i < lastAt) {
      i = isBlank(text.charAt(i)) ? i + 1 : word(i, whole ? text.length() : endOfWord(i));
    }
    return edits.result();
  }

  private int endOfWord(int from) {
    int end = from;
    while (end < text.length() && !isBlank(text.charAt(end))) {
      end++;
    }
    return end;
  }

  /** Handles one word and answers where to go on. */
  private int word(int from, int end) {
    int piece = from; // where a user name may begin
    boolean url = false;
    for (int k = from; k < end; k++) {
      char c = text.charAt(k);
      if (c == ':' && text.startsWith("//", k + 1)) {
        int start = k + 3;
        int bound = bound(piece, start, end);
        int at = lastAt(start, bound);
        if (at < 0 && bound == end && isOpen(start, end)) {
          at = lastAt(stop, endOfWord(stop));
          bound = endOfWord(stop);
        }
        url = true;
        if (at > start && hasSign(start, at)) {
          edits.mask(start, at);
          return bound;
        }
        piece = start;
        k = start - 1;
      } else if (c == ':' && isCredential(from, piece, k, end)) {
        int bound = bound(piece, k, end);
        int at = lastAt(k, bound);
        if (at > k + 1 && !text.startsWith("sha256:", at + 1)) {
          edits.mask(piece, at);
          return bound;
        }
        k = bound - 1; // no password before there
      } else if (c == '/' && !url && isUserSlash(piece, k)) {
        int at = text.indexOf('@', k);
        edits.mask(piece, at);
        piece = at + 1;
        k = at;
      } else if (isBlank(c) || "\"'`(<[{,;=&?|".indexOf(c) >= 0 || (c == '/' && !url)) {
        piece = k + 1;
      } else if (c == ':' && (k == piece || isMail(piece, k) || isJdbc(piece, k))) {
        piece = k + 1;
      }
    }
    return end;
  }

  /** Whether a user name or password can end at this colon. */
  private boolean isCredential(int word, int piece, int colon, int end) {
    char next = colon + 1 < end ? text.charAt(colon + 1) : ' ';
    char before = colon > 0 ? text.charAt(colon - 1) : ' ';
    boolean begun = colon > piece
        || colon == word
        || before == '='
        || isBlank(before)
        || (isQuote(before) && (colon == 1 || !isWordChar(text.charAt(colon - 2))));
    return begun
        && !isBlank(next)
        && ((whole && !isQuote(before)) || "\"'\\[{".indexOf(next) < 0)
        && !isMail(piece, colon)
        && !isJdbc(piece, colon);
  }

  /** {@code jdbc:postgresql://}: no user's name, but the beginning of a URL. */
  private boolean isJdbc(int piece, int colon) {
    if (colon - piece != 4 || !text.regionMatches(true, piece, "jdbc", 0, 4)) {
      return false;
    }
    int end = colon + 1;
    while (end < text.length() && isWordChar(text.charAt(end))) {
      end++;
    }
    return text.startsWith("://", end);
  }

  private boolean isMail(int piece, int colon) {
    return colon - piece == 6 && text.regionMatches(true, piece, "mailto", 0, 6);
  }

  /** {@code user/password@host}: one slash, and a user name of letters, digits and underscores. */
  private boolean isUserSlash(int piece, int slash) {
    for (int i = piece; i < slash; i++) {
      if (!isWordChar(text.charAt(i)) && text.charAt(i) != '_') {
        return false;
      }
    }
    int i = slash + 1;
    while (i < text.length()
        && !isBlank(text.charAt(i))
        && "/\"'<>()".indexOf(text.charAt(i)) < 0) {
      if (text.charAt(i) == '@') {
        return slash > piece && i > slash + 1 && !text.startsWith("sha256:", i + 1);
      }
      i++;
    }
    return false;
  }

  /** Where a word in quotes ends: at the quote that is not followed by a letter or digit. */
  private int bound(int piece, int from, int end) {
    char quote = piece > 0 ? text.charAt(piece - 1) : ' ';
    if (!isQuote(quote)) {
      return end;
    }
    if (quote != knownQuote || from > knownBound) { // else the answer is the same as the last time
      knownQuote = quote;
      knownBound = from;
      while (knownBound < end
          && (text.charAt(knownBound) != quote
              || (knownBound + 1 < end && isWordChar(text.charAt(knownBound + 1))))) {
        knownBound++;
      }
    }
    return Math.min(knownBound, end);
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'' || c == '`';
  }

  /** The last at sign there, or -1. The last answer is kept, since it holds for every start before it. */
  private int lastAt(int from, int end) {
    if (end != knownEnd) {
      knownEnd = end;
      knownAt = end - 1;
      while (knownAt >= from && text.charAt(knownAt) != '@') {
        knownAt--;
      }
    }
    return knownAt >= from ? knownAt : -1;
  }

  /** Whether a colon or an at sign stands before the first slash: then it is no host with a path. */
  private boolean hasSign(int start, int at) {
    for (int i = start; i <= at && text.charAt(i) != '/'; i++) {
      if (text.charAt(i) == ':' || text.charAt(i) == '@') {
        return true;
      }
    }
    return false;
  }

  /** Whether what follows the first colon is no port, so that a password with a blank goes on in the next words. */
  private boolean isOpen(int start, int end) {
    int i = start;
    boolean brackets = false;
    while (i < end && (brackets || text.charAt(i) != ':') && text.charAt(i) != '/') {
      brackets = text.charAt(i) == '[' || (brackets && text.charAt(i) != ']');
      i++;
    }
    if (i + 1 >= end || text.charAt(i) != ':') {
      return false;
    }
    i++;
    while (i < end && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
      i++;
    }
    if (i == end
        || !(isWordChar(text.charAt(i))
            || text.charAt(i) == '%'
            || (text.charAt(i) == '/' && text.charAt(i - 1) == ':'))) {
      return false;
    }
    stop = Math.max(stop, end);
    while (stop < text.length()
        && text.charAt(stop) != '@'
        && text.charAt(stop) != '\n'
        && !text.startsWith("://", stop)) {
      stop++;
    }
    return stop < text.length() && text.charAt(stop) == '@';
  }
}
