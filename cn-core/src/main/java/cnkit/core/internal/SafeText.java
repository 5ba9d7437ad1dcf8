package cnkit.core.internal;

import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes text fit to be printed: masks what looks like a secret, escapes control characters, limits the length. The one
 * list of secret words of the kit. In doubt it masks more, but an ordinary sentence stays as it is. Every method takes
 * linear time, returns the same instance when nothing changes, and is safe for use by many threads.
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

  /** A name is secret if one of its words is, or ends in a secret word. Tokens of a rate limiter are none. */
  private static final Pattern SECRET_NAME = NamedValues.compile("""
      \\b (?: authorization|awsaccesskeyid|bearer|cookie|j?sessionid|jwt|otp|session|sig|signature ) \\b
      | (?: password|passwd|pwd|passphrase|secret|apikey|credential ) s? \\b | token \\b | [{W}] \\x20 pass \\b
      | \\b (?: access|account|api|auth|client|encryption|master|private|refresh|secret|session|shared|signing|storage
        |subscription ) \\x20? (?: keys?|tokens ) \\b""");

  /** A name that ends in one of these describes a secret and does not hold it. */
  private static final Pattern HARMLESS_NAME = NamedValues.compile("""
      \\b (?: age|count|enabled|endpoint|expires|expiry|length|name|policy|required|size|timeout|ttl|type|uri
        |url ) \\z""");

  /** A hump: {@code accessToken} is two words, {@code APIKey} is "API" and "Key". */
  private static final Pattern BETWEEN_WORDS = NamedValues.compile(
      "[^{W}]++ | (?<= [{W}&&[^A-Z]] ) (?= [A-Z] ) | (?<= [A-Z] ) (?= [A-Z][a-z] )");

  private static final Pattern ENCODED = Pattern.compile("%([0-7][0-9a-fA-F])");
  private static final Pattern PART = NamedValues.compile("[^{B}&;=?\\#\"'<>(),]++");

  /** The user information of a well-formed URL. */
  private static final Pattern AUTHORITY = NamedValues.compile("(?<= :// ) [^{B}/?\\#\"'<>]* @");
  /** A password with a blank: no port follows the colon, and the words after it lead to an at sign. */
  private static final Pattern WITH_BLANK = NamedValues.compile(
      "(?<= :// ) [^{B}/:@\\[]*+ : (?: / | [0-9]*+ [{W}%] ) [\\s\\S]*? (?: @ | \\n | :// )");

  /** User information ends at the last at sign before a blank, in a whole value at the last one of all. */
  private static final Pattern WORD = NamedValues.compile("(?<! [^{B}] ) [^{B}]* @ (?! sha256: )");

  private static final Pattern WHOLE = NamedValues.compile("\\A [\\s\\S]* @ (?! sha256: )");
  /** The begin of {@code user@}, {@code user:password@} or {@code user/password@} in it. */
  private static final Pattern USER = NamedValues.compile("""
      (?<= :// ) [^/:@]*+ [:@]
      | (?: (?<= :// ) | (?<! [^{B}"'`(<\\[\\{,;=&?|:] ) (?! // | (?i: mailto | jdbc ) : ) )
        (?: [^{B}"'`(<\\[\\{,;=&?|:]*+ (?<! [{W}]["'`] ) : (?! [{B}] | // ) | [{W}_]++ / [^{B}/"'<>()@]++ @ )""");

  private SafeText() {}

  /** Whether a value under this name is to be masked: {@code dbPassword} yes, {@code tokenizer} no. */
  public static boolean isSecretName(String name) {
    return isSecretName(name, Set.of());
  }

  /** The same with further names: whole names in lower case. */
  public static boolean isSecretName(String name, Set<String> further) {
    return isSecretName(name, false, further);
  }

  /** In a URL every parameter that ends in {@code key} counts too. */
  static boolean isSecretName(String name, boolean parameter, Set<String> further) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (further.contains(lower) || (parameter && lower.endsWith("key"))) {
      return true;
    }
    String words = BETWEEN_WORDS.matcher(name).replaceAll(" ").toLowerCase(Locale.ROOT);
    return SECRET_NAME.matcher(lower + "\n" + words).find()
        && !HARMLESS_NAME.matcher(words).find();
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
    return clean(url, further, true);
  }

  /** The {@code name=value} pairs behind a question mark, without the values of secret parameters. */
  public static String query(String query, Set<String> further) {
    return clean("?" + query, further, true).substring(1);
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
    return plain.indexOf('%') < 0
        ? plain
        : replace(PART, plain, part -> {
          String decoded = decoded(part);
          boolean safe =
              decoded.equals(part) || plainPass(decoded, further, false).equals(decoded);
          return safe ? part : MASK;
        });
  }

  private static String plainPass(String text, Set<String> further, boolean whole) {
    boolean url = text.indexOf('@') >= 0;
    String known = url ? AUTHORITY.matcher(text).replaceAll(MASK + '@') : text;
    String named = NamedValues.masked(known, further, whole);
    if (!url) {
      return named;
    }
    String joined = replace(WITH_BLANK, named, found -> found.endsWith("@") ? MASK + '@' : found);
    return replace(whole ? WHOLE : WORD, joined, word -> {
      Matcher user = USER.matcher(word);
      return user.find() ? word.substring(0, user.start()) + MASK + '@' : word;
    });
  }

  /** Percent-decodes what is ASCII, also when it was encoded up to four times. */
  static String decoded(String text) {
    String plain = text;
    for (int round = 0; round < 4 && plain.indexOf('%') >= 0; round++) {
      plain =
          replace(ENCODED, plain, hex -> String.valueOf((char) Integer.parseInt(hex, 1, 3, 16)));
    }
    return plain.equals(text) ? text : plain.replace('+', ' ');
  }

  private static String replace(Pattern pattern, String text, UnaryOperator<String> by) {
    return pattern
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(by.apply(found.group())));
  }
}
