package cnkit.health;

import cnkit.core.internal.Pure;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Takes out of a text for people what must not be read by people: what follows a word like password, credentials in
 * a URL, bearer tokens. Control characters become blanks, so that a text cannot forge a line; at most 200 characters.
 */
@Pure
final class Redaction {
  private static final int LONGEST = 200;
  private static final String HIDDEN = "***";
  private static final String[] WORDS = {
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "accesskey",
    "credential",
    "authorization",
    "bearer",
    "basic"
  };

  private Redaction() {}

  /** The type and message of a throwable; never its causes, whose texts nobody chose to show. */
  static String of(Throwable thrown, @Nullable String message) {
    String type = thrown.getClass().getSimpleName();
    return message == null || message.isEmpty() ? type : type + ": " + of(message);
  }

  static String of(String text) {
    String flat = withoutUserInfo(flat(text));
    String lower = flat.toLowerCase(Locale.ROOT);
    var clean = new StringBuilder(flat.length());
    int from = 0;
    while (from < flat.length()) {
      int valueStart = secretAt(lower, from);
      if (valueStart > 0) {
        clean.append(flat, from, valueStart).append(HIDDEN);
        from = valueEnd(flat, valueStart);
      } else {
        clean.append(flat.charAt(from++));
      }
    }
    return clean.length() <= LONGEST ? clean.toString() : clean.substring(0, LONGEST - 1) + "…";
  }

  private static String flat(String text) {
    var flat = new StringBuilder(Math.min(text.length(), 4 * LONGEST));
    for (int i = 0; i < text.length() && flat.length() < 4 * LONGEST; i++) {
      char c = text.charAt(i);
      flat.append(Character.isISOControl(c) ? ' ' : c);
    }
    return flat.toString();
  }

  /** If a word for a secret starts here and a separator follows, where its value starts; else 0. */
  private static int secretAt(String lower, int at) {
    for (String word : WORDS) {
      if (lower.startsWith(word, at)) {
        int i = at + word.length();
        while (i < lower.length()
            && (Character.isLetterOrDigit(lower.charAt(i)) || lower.charAt(i) == '_')) {
          i++; // passwords=, secretKey=
        }
        int separators = i;
        while (i < lower.length() && " =:\"'".indexOf(lower.charAt(i)) >= 0) {
          i++;
        }
        boolean spaceWillDo = word.equals("bearer") || word.equals("basic");
        boolean separated = i > separators && (spaceWillDo || hasSign(lower, separators, i));
        if (separated && i < lower.length()) {
          return lower.startsWith("bearer ", i) || lower.startsWith("basic ", i)
              ? lower.indexOf(' ', i) + 1
              : i;
        }
      }
    }
    return 0;
  }

  private static boolean hasSign(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text.charAt(i) == '=' || text.charAt(i) == ':') {
        return true;
      }
    }
    return false;
  }

  private static int valueEnd(String text, int from) {
    int i = from;
    while (i < text.length() && " &;,\"')".indexOf(text.charAt(i)) < 0) {
      i++;
    }
    return i;
  }

  /** {@code scheme://user:password@host} and {@code user/password@host} lose what stands before the at sign. */
  private static String withoutUserInfo(String text) {
    var clean = new StringBuilder(text);
    for (int at = clean.indexOf("@"); at >= 0; at = clean.indexOf("@", at + 1)) {
      int start = at;
      while (start > 0 && " \"'(,;=@".indexOf(clean.charAt(start - 1)) < 0) {
        start--;
      }
      int scheme = clean.lastIndexOf("//", at);
      if (scheme >= start) {
        start = scheme + 2;
      } else if (clean.substring(start, at).indexOf('/') < 0
          && clean.substring(start, at).indexOf(':') < 0) {
        continue; // an address like user@host
      }
      clean.replace(start, at, HIDDEN);
      at = start + HIDDEN.length();
    }
    return clean.toString();
  }
}
