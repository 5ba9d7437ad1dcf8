package cnkit.core.internal;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes text fit to be printed: masks what looks like a secret, escapes control characters, limits the length. The one
 * list of secret words of the kit. In doubt it masks more, but an ordinary sentence stays as it is. Every method is a
 * loop in linear time, returns the same instance when nothing changes, and is safe for use by many threads.
 *
 * <pre>{@code
 * SafeText.redact("connect to redis://:hunter2@cache failed"); // connect to redis://***@cache failed
 * SafeText.redact("password=\"a b\" was refused");             // password="***" was refused
 * }</pre>
 */
@Pure
public final class SafeText {
  /** What stands in the place of a secret. */
  public static final String MASK = "***";

  /** A name is secret if one of its words is one of these, or ends in one of {@link #ENDINGS}. */
  private static final Set<String> WORDS =
      words("authorization awsaccesskeyid bearer cookie jsessionid jwt otp"
          + " session sessionid sig signature");

  private static final String[] ENDINGS = {
    "password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "credential"
  };
  /** What makes a secret of a key; also what tells an access token from a token of a rate limiter. */
  private static final Set<String> KEYS =
      words("access account api auth client encryption master private refresh secret"
          + " session shared signing storage subscription");
  /** A name that ends in one of these describes a secret and does not hold it. */
  private static final Set<String> HARMLESS =
      words("age count enabled endpoint expires expiry length name policy required"
          + " size timeout ttl type uri url");
  /** Words that follow a colon in a sentence and are no secrets: "password: must not be blank". */
  private static final Set<String> PROSE =
      words("a absent accepted active an and are at authentication authorization be"
          + " blank can cannot changed closed could denied did does empty end expected expired failed for from given had has"
          + " have if in incorrect invalid is it length malformed may mismatch missing must needs never no none not null of"
          + " ok on only open or please read refused rejected required revoked set shall should such the this timeout to"
          + " too unavailable undefined unexpected unknown unset unsupported use valid value was were when which will with"
          + " wrong yes your");

  private static final Set<String> LITERALS = words("null true false undefined");

  private SafeText() {}

  private static Set<String> words(String text) {
    return Set.of(text.split(" "));
  }

  /** Whether a value under this name is to be masked: {@code dbPassword} yes, {@code tokenizer} no. */
  public static boolean isSecretName(String name) {
    return isSecretName(name, Set.of());
  }

  /** The same with further names: whole names in lower case. */
  public static boolean isSecretName(String name, Set<String> further) {
    String lower = name.toLowerCase(Locale.ROOT);
    boolean secret = further.contains(lower) || isSecretWord("", lower);
    String previous = "";
    for (int i = 0, start = 0; i <= name.length(); i++) {
      boolean inside = i < name.length() && isWordChar(name.charAt(i));
      if (!inside || startsHump(name, start, i)) {
        if (i > start) {
          String word = name.substring(start, i).toLowerCase(Locale.ROOT);
          secret |= isSecretWord(previous, word);
          previous = word;
        }
        start = inside ? i : i + 1;
      }
    }
    return secret && (!HARMLESS.contains(previous) || further.contains(lower));
  }

  private static boolean isSecretWord(String previous, String word) {
    boolean known = KEYS.contains(previous);
    if (WORDS.contains(word)
        || (known && (word.equals("key") || word.equals("keys") || word.equals("tokens")))) {
      return true;
    }
    if (word.equals("pass")) {
      return !previous.isEmpty();
    }
    if (word.endsWith("tokens")) { // else they are tokens of a limiter or a model
      return KEYS.contains(word.substring(0, word.length() - 6));
    }
    boolean plural = word.endsWith("s");
    String one = plural ? word.substring(0, word.length() - 1) : word;
    return endsInSecret(one)
        || (one.endsWith("key") && KEYS.contains(one.substring(0, one.length() - 3)))
        || (one.equals("id") && previous.equals("session"));
  }

  private static boolean endsInSecret(String word) {
    for (String ending : ENDINGS) {
      if (word.endsWith(ending)) {
        return true;
      }
    }
    return false;
  }

  /** In a URL every parameter that ends in {@code key} counts too. */
  private static boolean isSecretParameter(String name, Set<String> further) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith("key") || endsInSecret(lower) || isSecretName(name, further);
  }

  static boolean isSecret(String name, boolean parameter, Set<String> further) {
    String plain = decoded(name);
    return parameter ? isSecretParameter(plain, further) : isSecretName(plain, further);
  }

  static boolean isProse(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    int end = lower.length();
    while (end > 0 && !isWordChar(lower.charAt(end - 1))) {
      end--;
    }
    return PROSE.contains(lower.substring(0, end));
  }

  static boolean isLiteral(String value) {
    return LITERALS.contains(value);
  }

  /** Free text, such as the message of an exception: values beside secret names, credentials in URLs, bearer tokens. */
  public static String redact(String text) {
    return redact(text, Set.of());
  }

  /** The same with further names: whole names in lower case. */
  public static String redact(String text, Set<String> further) {
    return clean(text, further, false);
  }

  /** A URL, well-formed or not, without user information and without the values of secret parameters. */
  public static String url(String url) {
    return url(url, Set.of());
  }

  /** The same with further names: whole names in lower case. */
  public static String url(String url, Set<String> further) {
    String safe = authorities(url);
    int end = 0;
    while (end < safe.length() && safe.charAt(end) != '?' && safe.charAt(end) != '#') {
      end++;
    }
    return end == safe.length()
        ? clean(safe, further, true)
        : clean(
            safe.substring(0, end + 1) + query(safe.substring(end + 1), further), further, true);
  }

  /** The {@code name=value} pairs behind a question mark, without the values of secret parameters. */
  public static String query(String query) {
    return query(query, Set.of());
  }

  /** The same with further names: whole names in lower case. */
  public static String query(String query, Set<String> further) {
    var clean = new StringBuilder(query.length() + 8);
    for (int i = 0; i <= query.length(); i++) {
      int value = -1;
      boolean secret = false;
      int end = i;
      while (end < query.length() && (secret ? "&;" : "&;?#").indexOf(query.charAt(end)) < 0) {
        if (value < 0 && query.charAt(end) == '=') {
          value = end + 1;
          secret = isSecretParameter(decoded(query.substring(i, end)), further);
        }
        end++;
      }
      value = Math.max(value, i);
      clean.append(query, i, value);
      clean.append(
          secret && value < end ? MASK : clean(query.substring(value, end), further, true));
      if (end < query.length()) {
        clean.append(query.charAt(end));
      }
      i = end;
    }
    return clean.toString();
  }

  /** The value of a header. */
  public static String header(String name, String value) {
    return value.isEmpty() || !isSecretName(name) ? redact(value) : MASK;
  }

  /** A value under a name: masked as a whole if the name is secret, else without the passwords in it. */
  public static String value(String name, String value) {
    return value.isEmpty() || !isSecretName(name) ? clean(value, Set.of(), true) : MASK;
  }

  /** One line: control and format characters, line separators and lone surrogates as {@code \n} or {@code \}{@code u001b}. */
  public static String escape(String text) {
    StringBuilder escaped = null;
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      boolean safe = c >= ' ' && (c < 0x7f || isPrintable(c));
      if (!safe && escaped == null) {
        escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
      }
      if (escaped == null) {
        continue;
      }
      int simple = "\n\r\t".indexOf(c);
      if (safe) {
        escaped.appendCodePoint(c);
      } else if (simple >= 0) {
        escaped.append('\\').append("nrt".charAt(simple));
      } else {
        for (char unit : Character.toChars(c)) {
          escaped.append("\\u").append(Integer.toHexString(0x10000 + unit), 1, 5);
        }
      }
    }
    return escaped == null ? text : escaped.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }

  /** At most so many characters (code points); a text that is cut ends in {@code ...} and says how long it was. */
  public static String cap(String text, int max) {
    int length = text.length() <= max ? 0 : text.codePointCount(0, text.length());
    if (length <= max) {
      return text;
    }
    String note = "... (" + length + " characters)";
    note = note.length() * 2 <= max ? note : "...".substring(0, Math.min(3, max));
    return text.substring(0, text.offsetByCodePoints(0, max - note.length())) + note;
  }

  /** What a line of a log or a report may hold of a foreign object: its text redacted, escaped and capped. */
  public static String line(@Nullable Object object, int max) {
    return cap(escape(redact(Guarded.text(object))), max);
  }

  /** Masks until nothing changes, since what was masked may show another secret beside it. */
  private static String clean(String text, Set<String> further, boolean whole) {
    if (!hasTrigger(text)) {
      return text;
    }
    String before = text;
    String after = pass(text, further, whole);
    for (int round = 0; round < 8 && !after.equals(before); round++) {
      before = after;
      after = pass(before, further, whole);
    }
    return after.equals(text) ? text : after;
  }

  private static String pass(String text, Set<String> further, boolean whole) {
    String plain = plainPass(text, further, whole);
    return plain.indexOf('%') < 0 ? plain : encoded(plain, further);
  }

  private static String plainPass(String text, Set<String> further, boolean whole) {
    return UserInformation.masked(
        new NamedValues(authorities(text), further, whole).masked(), whole);
  }

  /** Whether there is any sign that could belong to a secret: most texts have none. */
  private static boolean hasTrigger(String text) {
    char before = ' ';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '='
          || c == ':'
          || c == '@'
          || c == '%'
          || c == '<'
          || c == '"'
          || c == '\''
          || (c == '-' && isBlank(before))
          || (c == 'y' && text.startsWith("eyJ", i - 1))
          || (isBlank(c) && "rcnet".indexOf(before | 0x20) >= 0 && isScheme(text, i))) {
        return true;
      }
      before = c;
    }
    return false;
  }

  private static boolean isScheme(String text, int end) {
    return endsWith(text, end, "bearer")
        || endsWith(text, end, "basic")
        || endsWith(text, end, "token")
        || endsWith(text, end, "negotiate")
        || endsWith(text, end, "digest");
  }

  private static boolean endsWith(String text, int end, String word) {
    return text.regionMatches(true, end - word.length(), word, 0, word.length());
  }

  /** The user information of well-formed URLs. */
  private static String authorities(String text) {
    var edits = new Edits(text);
    for (int scheme = text.indexOf("://"); scheme >= 0; scheme = text.indexOf("://", scheme + 3)) {
      int at = -1;
      for (int i = scheme + 3;
          i < text.length() && !isBlank(text.charAt(i)) && "/?#\"'<>".indexOf(text.charAt(i)) < 0;
          i++) {
        at = text.charAt(i) == '@' ? i : at;
      }
      edits.mask(scheme + 3, at);
    }
    return edits.result();
  }

  /** Masks what holds a secret once it is percent-decoded. */
  private static String encoded(String text, Set<String> further) {
    var edits = new Edits(text);
    for (int i = 0, start = 0; i <= text.length(); i++) {
      if (i == text.length()
          || isBlank(text.charAt(i))
          || "&;=?#\"'<>(),".indexOf(text.charAt(i)) >= 0) {
        String part = text.substring(start, i);
        String plain = decoded(part);
        if (!plain.equals(part) && !plainPass(plain, further, false).equals(plain)) {
          edits.mask(start, i);
        }
        start = i + 1;
      }
    }
    return edits.result();
  }

  /** Percent-decodes what is ASCII, also when it was encoded up to four times. */
  private static String decoded(String text) {
    String plain = text;
    for (int round = 0; round < 4 && plain.indexOf('%') >= 0; round++) {
      var next = new StringBuilder(plain.length());
      for (int i = 0; i < plain.length(); i++) {
        int high = plain.charAt(i) == '%' && i + 2 < plain.length()
            ? Character.digit(plain.charAt(i + 1), 16)
            : -1;
        int low = high < 0 || high > 7 ? -1 : Character.digit(plain.charAt(i + 2), 16);
        next.append(low < 0 ? plain.charAt(i) : (char) (high * 16 + low));
        i += low < 0 ? 0 : 2;
      }
      plain = next.toString();
    }
    return plain.equals(text) ? text : plain.replace('+', ' ');
  }

  static boolean isBlank(char c) {
    return c <= ' '
        || (c > '~'
            && (Character.isSpaceChar(c)
                || Character.isWhitespace(c)
                || Character.isISOControl(c)));
  }

  static boolean isWordChar(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || (c > '~' && Character.isLetterOrDigit(c));
  }

  /** A hump: {@code accessToken} is two words, {@code APIKey} is "API" and "Key". */
  private static boolean startsHump(String name, int start, int i) {
    return i > start
        && isUpper(name.charAt(i))
        && (!isUpper(name.charAt(i - 1))
            || (i + 1 < name.length() && name.charAt(i + 1) >= 'a' && name.charAt(i + 1) <= 'z'));
  }

  static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  /** A copy of a text in which places are masked, from left to right. */
  static final class Edits {
    private final String text;
    private final StringBuilder copy = new StringBuilder(0);
    private int copied;

    Edits(String text) {
      this.text = text;
    }

    void mask(int from, int to) {
      if (from < to) {
        copy.append(text, copied, from).append(MASK);
        copied = to;
      }
    }

    String result() {
      return copied == 0 ? text : copy.append(text, copied, text.length()).toString();
    }
  }
}
