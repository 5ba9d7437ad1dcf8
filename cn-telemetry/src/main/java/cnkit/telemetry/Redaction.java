package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.Pure;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Takes secrets out of what is about to leave the process: credentials in URLs, values beside a name
 * such as {@code password}, bearer tokens and JWTs in free text. A second net: what is known to be a
 * secret should never get here. Names match by whole word, so {@code token} and {@code accessToken}
 * are secret and {@code tokenizer} is not. Immutable and safe for use by many threads.
 *
 * <pre>{@code
 * Redaction redaction = Redaction.standard();
 * redaction.url("https://bob:pw@api/x?page=2&token=abc"); // https://REDACTED@api/x?page=2&token=REDACTED
 * redaction.text("Authorization: Bearer abcdef123456");   // Authorization: REDACTED
 * }</pre>
 */
@Pure
public final class Redaction {
  /** What stands in the place of a secret. */
  public static final String REDACTED = "REDACTED";

  private static final Set<String> WORDS = Set.of(
      "password",
      "passwd",
      "passphrase",
      "pwd",
      "secret",
      "secrets",
      "token",
      "apikey",
      "authorization",
      "credential",
      "credentials",
      "cookie",
      "signature",
      "sig",
      "jwt",
      "otp",
      "awsaccesskeyid",
      "sessionid");
  private static final Set<String> PAIRS =
      Set.of("api key", "access key", "private key", "session id", "client key", "account key");
  private static final Set<String> SCHEMES =
      Set.of("bearer", "basic", "digest", "negotiate", "token");
  private static final Redaction STANDARD = new Redaction(Set.of());

  private final Set<String> further;

  private Redaction(Set<String> further) {
    this.further = Set.copyOf(further);
  }

  /**
   * Knows the usual names of secrets and the signature parameters that OpenTelemetry's conventions list.
   *
   * @return the standard redaction
   */
  public static Redaction standard() {
    return STANDARD;
  }

  /**
   * A copy that treats one more name as secret.
   *
   * @param name a whole name such as {@code x-internal-pass}; case does not matter
   * @return the copy
   */
  public Redaction withSecret(String name) {
    Set<String> names = new TreeSet<>(further);
    names.add(requireNonNull(name, "name").toLowerCase(Locale.ROOT));
    return new Redaction(names);
  }

  /**
   * Whether a value beside this name is to be hidden.
   *
   * @param name the name of a header, parameter, setting or key
   * @return true if one of its words says so
   */
  public boolean isSecret(String name) {
    if (further.contains(name.toLowerCase(Locale.ROOT))) {
      return true;
    }
    String previous = "";
    int start = 0;
    for (int i = 0; i <= name.length(); i++) {
      if (i == name.length() || !isWordChar(name.charAt(i)) || startsWord(name, start, i)) {
        if (i > start) {
          String word = name.substring(start, i).toLowerCase(Locale.ROOT);
          if (WORDS.contains(word) || PAIRS.contains(previous + ' ' + word)) {
            return true;
          }
          previous = word;
        }
        start = i < name.length() && isWordChar(name.charAt(i)) ? i : i + 1;
      }
    }
    return WORDS.contains(name.toLowerCase(Locale.ROOT));
  }

  /**
   * A URL without credentials and without the values of secret parameters.
   *
   * @param url an absolute URL, or a path with a query
   * @return the URL with {@value #REDACTED} in their places
   */
  public String url(String url) {
    int scheme = url.indexOf("://");
    int authority = scheme < 0 ? 0 : scheme + 3;
    int end = scheme < 0 ? 0 : endOfAuthority(url, authority);
    int at = url.lastIndexOf('@', end - 1);
    StringBuilder clean = new StringBuilder(url.length() + 16);
    if (at >= authority) {
      clean.append(url, 0, authority).append(REDACTED).append(url, at, end);
    } else {
      clean.append(url, 0, end);
    }
    int question = url.indexOf('?', end);
    if (question < 0) {
      return clean.append(url, end, url.length()).toString();
    }
    clean.append(url, end, question + 1);
    return clean.append(query(url.substring(question + 1))).toString();
  }

  /**
   * A query without the values of secret parameters.
   *
   * @param query {@code name=value} pairs joined by ampersands, without the question mark
   * @return the query with {@value #REDACTED} in their places
   */
  public String query(String query) {
    StringBuilder clean = new StringBuilder(query.length() + 16);
    int start = 0;
    while (start < query.length()) {
      int end = query.indexOf('&', start);
      end = end < 0 ? query.length() : end;
      int equals = query.indexOf('=', start);
      if (equals >= 0 && equals < end && isSecret(decoded(query.substring(start, equals)))) {
        clean.append(query, start, equals + 1).append(REDACTED);
      } else {
        clean.append(query, start, end);
      }
      if (end < query.length()) {
        clean.append('&');
      }
      start = end + 1;
    }
    return clean.toString();
  }

  /**
   * Free text, such as a message of an exception, without what looks like a secret.
   *
   * @param text any text
   * @return the text with {@value #REDACTED} in the places of secrets
   */
  public String text(String text) {
    StringBuilder clean = new StringBuilder(text.length() + 16);
    int i = 0;
    while (i < text.length()) {
      int end = endOfName(text, i);
      if (end == i) {
        clean.append(text.charAt(i++));
        continue;
      }
      i = copyName(text, i, end, clean);
    }
    return clean.toString();
  }

  /** Copies the name at {@code [start, end)} and redacts the secret that it brings; answers where to go on. */
  private int copyName(String text, int start, int end, StringBuilder clean) {
    String name = text.substring(start, end);
    if (isJwt(name)) {
      clean.append(REDACTED);
      return end;
    }
    clean.append(name);
    if (text.startsWith("://", end)) {
      int at = text.lastIndexOf('@', endOfAuthority(text, end + 3) - 1);
      clean.append("://");
      if (at < end + 3) {
        return end + 3;
      }
      clean.append(REDACTED).append('@');
      return at + 1;
    }
    if (SCHEMES.contains(name.toLowerCase(Locale.ROOT))
        && end < text.length()
        && text.charAt(end) == ' ') {
      int credential = endOfCredential(text, end + 1);
      if (looksRandom(text, end + 1, credential)) {
        clean.append(' ').append(REDACTED);
        return credential;
      }
    }
    if (!isSecret(name)) {
      return end;
    }
    int value = startOfValue(text, end);
    if (value < 0) {
      return end;
    }
    clean.append(text, end, value).append(REDACTED);
    return endOfValue(text, value);
  }

  /** Where the value after {@code = } or {@code : } begins, past an opening quote; -1 if there is none. */
  private static int startOfValue(String text, int from) {
    int i = from;
    while (i < text.length()
        && (text.charAt(i) == '"' || text.charAt(i) == '\'' || text.charAt(i) == ' ')) {
      i++;
    }
    if (i >= text.length() || (text.charAt(i) != '=' && text.charAt(i) != ':')) {
      return -1;
    }
    i++;
    while (i < text.length() && text.charAt(i) == ' ') {
      i++;
    }
    if (i < text.length() && (text.charAt(i) == '"' || text.charAt(i) == '\'')) {
      i++;
    }
    return i < text.length() ? i : -1;
  }

  private static int endOfValue(String text, int start) {
    char quote = text.charAt(start - 1);
    if (quote == '"' || quote == '\'') {
      int i = start;
      while (i < text.length() && text.charAt(i) != quote) {
        i += text.charAt(i) == '\\' ? 2 : 1;
      }
      return Math.min(i, text.length());
    }
    int end = endOfPlainValue(text, start);
    boolean scheme = SCHEMES.contains(text.substring(start, end).toLowerCase(Locale.ROOT));
    return scheme && end < text.length() && text.charAt(end) == ' '
        ? endOfPlainValue(text, end + 1)
        : end;
  }

  private static int endOfPlainValue(String text, int start) {
    int i = start;
    while (i < text.length() && " \t\r\n,;&)]}\"'<>".indexOf(text.charAt(i)) < 0) {
      i++;
    }
    return i;
  }

  private static int endOfName(String text, int start) {
    int i = start;
    while (i < text.length()
        && (isWordChar(text.charAt(i)) || "_-.".indexOf(text.charAt(i)) >= 0)) {
      i++;
    }
    return i;
  }

  private static int endOfCredential(String text, int start) {
    int i = start;
    while (i < text.length()
        && (isWordChar(text.charAt(i)) || "_-.~+/=".indexOf(text.charAt(i)) >= 0)) {
      i++;
    }
    return i;
  }

  private static int endOfAuthority(String text, int start) {
    int i = start;
    while (i < text.length() && "/?# \t\r\n\"'<>".indexOf(text.charAt(i)) < 0) {
      i++;
    }
    return i;
  }

  /** Tells {@code Basic dXNlcjpwdw==} from "Basic authentication": six characters or more, not all lower case. */
  private static boolean looksRandom(String text, int start, int end) {
    for (int i = start; end - start >= 6 && i < end; i++) {
      if (text.charAt(i) < 'a' || text.charAt(i) > 'z') {
        return true;
      }
    }
    return false;
  }

  private static boolean isJwt(String name) {
    return name.startsWith("eyJ")
        && name.length() >= 20
        && name.indexOf('.') != name.lastIndexOf('.');
  }

  private static boolean isWordChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  /** A hump: {@code accessToken} is two words, {@code APIKey} is "API" and "Key". */
  private static boolean startsWord(String name, int start, int i) {
    if (i <= start || !isUpper(name.charAt(i))) {
      return false;
    }
    return !isUpper(name.charAt(i - 1)) || (i + 1 < name.length() && isLower(name.charAt(i + 1)));
  }

  private static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }

  private static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  /** Percent-decodes what is ASCII, so that {@code pass%77ord} does not slip through. */
  private static String decoded(String name) {
    if (name.indexOf('%') < 0) {
      return name;
    }
    StringBuilder plain = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      int high = i + 2 < name.length() && name.charAt(i) == '%'
          ? Character.digit(name.charAt(i + 1), 16)
          : -1;
      int low = high < 0 ? -1 : Character.digit(name.charAt(i + 2), 16);
      if (low >= 0 && high < 8) {
        plain.append((char) (high * 16 + low));
        i += 2;
      } else {
        plain.append(name.charAt(i));
      }
    }
    return plain.toString();
  }
}
