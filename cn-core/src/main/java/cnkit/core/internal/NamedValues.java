package cnkit.core.internal;

import static cnkit.core.internal.SafeText.isBlank;
import static cnkit.core.internal.SafeText.isUpper;
import static cnkit.core.internal.SafeText.isWordChar;

import java.util.Set;

/**
 * Masks what stands beside a secret name: {@code name=value}, {@code "name": "value"}, {@code <name>value</name>},
 * {@code --name value}, the credential behind {@code Bearer}; and JSON web tokens wherever they stand.
 */
@Pure
final class NamedValues {
  private final String text;
  private final Set<String> further;
  private final boolean whole;
  private final SafeText.Edits edits;
  private final int lastTag;

  NamedValues(String text, Set<String> further, boolean whole) {
    this.text = text;
    this.further = further;
    this.whole = whole;
    this.edits = new SafeText.Edits(text);
    this.lastTag = text.lastIndexOf("</");
  }

  String masked() {
    int i = 0;
    while (i < text.length()) {
      i = isNameChar(text.charAt(i)) ? name(i, endOfName(i)) : i + 1;
    }
    return edits.result();
  }

  private static boolean isNameChar(char c) {
    return isWordChar(c) || c == '_' || c == '-' || c == '.' || c == '%' || c == '$';
  }

  private int endOfName(int from) {
    int i = from;
    while (i < text.length() && isNameChar(text.charAt(i))) {
      i++;
    }
    return i;
  }

  /** Handles what the name brings with it and answers where to go on. */
  private int name(int start, int end) {
    if (isWebToken(start, end)) {
      edits.mask(start, end);
      return end;
    }
    int credential = credential(start, end);
    if (credential > end) {
      return credential;
    }
    int sign = skipBlanks(endOfQuotes(end));
    boolean assigned =
        sign < text.length() && (text.charAt(sign) == '=' || text.charAt(sign) == ':');
    boolean option = !assigned
        && text.charAt(start) == '-'
        && sign > end
        && sign < text.length()
        && text.charAt(sign) != '-';
    boolean quoted = !assigned
        && sign == end + 1
        && sign < text.length()
        && isQuote(text.charAt(sign))
        && isBlank(text.charAt(end));
    boolean tag = start > 0 && end < lastTag && "<:".indexOf(text.charAt(start - 1)) >= 0;
    if (!(assigned || option || quoted || tag) || isHost(start, end) || !isSecret(start, end)) {
      return end;
    }
    if (assigned) {
      return value(start, end, sign);
    }
    if (option) {
      return optionValue(sign);
    }
    if (quoted && isPassword(end)) {
      return quotedValue(sign, 0);
    }
    return tag ? element(end) : end;
  }

  private boolean isSecret(int start, int end) {
    char before = start > 0 ? text.charAt(start - 1) : whole ? '?' : ' ';
    return SafeText.isSecret(text.substring(start, end), "?&;#".indexOf(before) >= 0, further);
  }

  /** {@code //token:8080}: the user or the host of a URL. */
  private boolean isHost(int start, int end) {
    return end < text.length() && text.charAt(end) == ':' && text.startsWith("//", start - 2);
  }

  private boolean isPassword(int end) {
    return endsWith(end, "password") || endsWith(end, "passphrase") || endsWith(end, "passwd");
  }

  private boolean endsWith(int end, String word) {
    return text.regionMatches(true, end - word.length(), word, 0, word.length());
  }

  private boolean isWebToken(int start, int end) {
    return end - start >= 20
        && text.startsWith("eyJ", start)
        && text.substring(start, end).indexOf('.') > 0;
  }

  /** Masks the credential behind the name of a scheme; answers its end, or the end of the name if there is none. */
  private int credential(int start, int end) {
    boolean bearer = is(start, end, "bearer");
    boolean basic = is(start, end, "basic") || is(start, end, "negotiate");
    if (!bearer && !basic && !is(start, end, "token") && !is(start, end, "digest")) {
      return end;
    }
    int from = skipBlanks(end);
    if (from == end) {
      return end;
    }
    int to = from;
    while (to < text.length()
        && (isNameChar(text.charAt(to)) || "~+/=".indexOf(text.charAt(to)) >= 0)) {
      to++;
    }
    boolean secret = bearer
        ? to > from && !isProse(from, to) && !is(from, to, "token") && !is(from, to, "tokens")
        : isRandom(from, to) && to - from >= (basic ? 6 : 16);
    if (!secret) {
      return end;
    }
    edits.mask(from, to);
    return to;
  }

  private boolean is(int start, int end, String word) {
    return end - start == word.length() && text.regionMatches(true, start, word, 0, word.length());
  }

  private int skipBlanks(int from) {
    int i = from;
    while (i < text.length() && isBlank(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean isQuote(char c) {
    return c == '"' || c == '\'' || c == '`';
  }

  /** Behind the quotes, backslashes and brackets that may close a name. */
  private int endOfQuotes(int from) {
    int i = from;
    while (i < text.length()
        && (isQuote(text.charAt(i)) || text.charAt(i) == '\\' || text.charAt(i) == ']')) {
      i++;
    }
    return i;
  }

  /** Masks the value behind a sign; answers where to go on. */
  private int value(int start, int end, int sign) {
    boolean named = endOfQuotes(end) > end; // as in JSON: what follows is a value and no sentence
    boolean colon = text.charAt(sign) == ':';
    int from = sign + 1;
    while (from < text.length() && "=:>".indexOf(text.charAt(from)) >= 0) {
      from++;
    }
    int first = skipBlanks(from);
    boolean sentence = colon && first > from && !named;
    if (first == text.length()) {
      return first;
    }
    int slashes = 0;
    while (first + slashes < text.length() && text.charAt(first + slashes) == '\\') {
      slashes++;
    }
    boolean quoted = first + slashes < text.length() && isQuote(text.charAt(first + slashes));
    int content = quoted ? first + slashes + 1 : first;
    if (sentence && is(start, end, "token")) { // what parsers say: "unexpected token: END"
      int word = endOfPlain(content, true);
      if (word - content < 6 || !isRandom(content, word)) {
        return first;
      }
    }
    int last = quoted ? endOfQuoted(first + slashes, slashes) : endOfPlain(first, false);
    if (isMark(content, last) || (colon && !named && isPunctuation(content, last))) {
      return first;
    }
    if (quoted) {
      return quotedValue(first + slashes, slashes);
    }
    if (SafeText.isLiteral(text.substring(first, Math.min(last, first + 10)))) {
      return last;
    }
    char open = text.charAt(first);
    if (open == '[' || open == '{' || open == '(') {
      last = endOfBracket(first);
    } else if (endsWith(end, "authorization") || endsWith(end, "cookie")) {
      if (sentence && SafeText.isProse(text.substring(first, Math.min(last, first + 20)))) {
        return first;
      }
      last = endOfHeader(first, endsWith(end, "authorization"));
    } else if (sentence && isProse(first, last)) {
      return first;
    }
    return mask(first, last);
  }

  private int mask(int from, int to) {
    if (text.startsWith(SafeText.MASK, from)
        && (from + 3 >= text.length() || !isWordChar(text.charAt(from + 3)))) {
      return from + 3; // masked before
    }
    edits.mask(from, to);
    return Math.max(from, to);
  }

  private int quotedValue(int quote, int slashes) {
    int last = endOfQuoted(quote, slashes);
    edits.mask(quote + 1, last);
    return Math.max(last, quote + 1);
  }

  private int optionValue(int from) {
    if (isQuote(text.charAt(from))) {
      return quotedValue(from, 0);
    }
    int last = endOfPlain(from, false);
    return isProse(from, last) || isPunctuation(from, last) ? from : mask(from, last);
  }

  /** Masks what stands between {@code <name …>} and the next closing tag. */
  private int element(int end) {
    int i = end;
    while (i < lastTag && text.charAt(i) != '>' && text.charAt(i) != '<') {
      i++;
    }
    int close = text.charAt(i) != '>' || text.charAt(i - 1) == '/' ? -1 : text.indexOf("</", i);
    if (close <= skipBlanks(i + 1)) {
      return end;
    }
    edits.mask(i + 1, close);
    return close;
  }

  private boolean isMark(int from, int to) {
    return to - from == 3 && text.startsWith(SafeText.MASK, from);
  }

  /** Shorter than any secret, and no letter or digit in it. */
  private boolean isPunctuation(int from, int to) {
    for (int i = from; i < to; i++) {
      if (isWordChar(text.charAt(i))) {
        return false;
      }
    }
    return to - from < 4;
  }

  /** A plain word that begins a sentence: one that is known to, or one before another plain word. */
  private boolean isProse(int from, int to) {
    if (!isPlainWord(from, to)) {
      return false;
    }
    int next = skipBlanks(to);
    int end = next;
    while (end < text.length() && end - next < 30 && isWordChar(text.charAt(end))) {
      end++;
    }
    return SafeText.isProse(text.substring(from, to)) || (next == to + 1 && isPlainWord(next, end));
  }

  private boolean isPlainWord(int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      boolean ends = i + 1 == to && i > from && ".,:;!?".indexOf(c) >= 0;
      if (!ends && !(c >= 'a' && c <= 'z') && !(i == from && isUpper(c))) {
        return false;
      }
    }
    return to > from && to - from < 30;
  }

  /** A digit, or capitals among small letters. */
  private boolean isRandom(int from, int to) {
    boolean small = false;
    boolean capital = false;
    boolean random = false;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      random |= (c >= '0' && c <= '9') || c == '=' || c == '+';
      small |= c >= 'a' && c <= 'z';
      capital |= i > from && isUpper(c);
    }
    return random || (small && capital);
  }

  /** Where the text in quotes ends; the quotes may be escaped, as in JSON inside JSON. */
  private int endOfQuoted(int quote, int slashes) {
    char q = text.charAt(quote);
    int first = quote + 1;
    while (first < text.length() && text.charAt(first) == q) {
      first++; // more than one quote
    }
    if (first > quote + 1 && (first == text.length() || !isWordChar(text.charAt(first)))) {
      return quote + 1;
    }
    int before = 0;
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean closes = c == q && (before < slashes || before % (2 * slashes + 2) == slashes);
      if (closes && (i + 1 == text.length() || !isWordChar(text.charAt(i + 1)))) {
        return i - Math.min(before, slashes);
      }
      before = c == '\\' ? before + 1 : 0;
    }
    return text.length();
  }

  private int endOfPlain(int from, boolean header) {
    int i = from;
    boolean open = false; // a quote in the value itself
    while (i < text.length()
        && !((header || !whole) && isBlank(text.charAt(i)))
        && ((header && open) || !endsAt(i, header))) {
      open ^= isQuote(text.charAt(i));
      i++;
    }
    return i;
  }

  private boolean endsAt(int i, boolean header) {
    char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
    return switch (text.charAt(i)) {
      case ';' -> !header;
      case '&' -> !header && isNext(i + 1, true);
      case ',' -> !header && (isBlank(next) || isQuote(next) || isNext(i + 1, false));
      case '"', '\'', '`', ')', ']', '}', '>' -> !isWordChar(next);
      case '\\' -> isQuote(next);
      case '<' -> next == '/';
      default -> false;
    };
  }

  /** Whether another name with its sign begins here. */
  private boolean isNext(int from, boolean parameter) {
    int end = endOfName(from);
    return end == text.length()
        ? end == from
        : end > from && (text.charAt(end) == '=' || text.charAt(end) == (parameter ? ';' : ':'));
  }

  private int endOfBracket(int from) {
    char open = text.charAt(from);
    char close = open == '(' ? ')' : (char) (open + 2);
    int depth = 0;
    for (int i = from; i < text.length(); i++) {
      depth += text.charAt(i) == open ? 1 : text.charAt(i) == close ? -1 : 0;
      if (depth == 0) {
        return i + 1;
      }
    }
    return text.length();
  }

  /** The end of a header's value: its words up to a plain one that nothing joins to the words before. */
  private int endOfHeader(int from, boolean scheme) {
    int end = endOfPlain(from, true);
    boolean joined = scheme;
    while (end < text.length()
        && isBlank(text.charAt(end))
        && text.charAt(end) != '\n'
        && text.charAt(end) != '\r') {
      int next = skipBlanks(end);
      int last = endOfPlain(next, true);
      joined |= end > from && ",;".indexOf(text.charAt(end - 1)) >= 0;
      if (last == next || (!joined && isPlainWord(next, last))) {
        break;
      }
      joined = false;
      end = last;
    }
    return end;
  }
}
