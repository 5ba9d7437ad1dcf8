package cnkit.core.internal;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Masks what stands beside a secret name: {@code name=value}, {@code "name": "value"}, {@code <name>value</name>},
 * {@code --name value}, the credential behind {@code Bearer}; and JSON web tokens wherever they stand. The patterns
 * repeat single characters, never groups, and begin at the begin of a name or word: they need linear time and no stack.
 */
@Pure
final class NamedValues {
  /** Words that follow a colon in a sentence and are no secrets: "password: must not be blank". */
  private static final Set<String> PROSE = Set.of("""
      a absent accepted an and are at authentication authorization be blank can cannot changed closed could denied
      did does empty end expected expired failed for from given had has have if in incorrect invalid is it length
      malformed may mismatch missing must needs never no none not null of ok on only open or please read refused
      rejected required revoked set shall should such the this timeout to token tokens too unavailable undefined
      unexpected unknown unset unsupported use valid value was were when which will with wrong yes
      your""".split("\\s+"));

  /** A digit, or a capital behind a small letter. */
  private static final String RANDOM = "(?= [{C}]*? (?: [0-9=+] | [a-z][A-Z] ) )";

  private static final Pattern NAME = compile("""
      (?<![{N}]) (?:
        (?: (?= eyJ[{N}&&[^.]]*+[.] ) (?= [{N}]{20} )
          | (?<bearer> (?i: bearer ) ) [{B}]++
          | (?i: basic | negotiate ) [{B}]++ {RANDOM} (?= [{C}]{6} )
          | (?i: token | digest ) [{B}]++ {RANDOM} (?= [{C}]{16} )
        ) (?<credential> [{C}]++ )
      | (?! (?i: token ) : [{B}]++ ["'`]?+ (?! {RANDOM} [{C}]{6} ) ) # what parsers say: "unexpected token: END"
        (?<name> [{N}]++ ) (?<closed> ["'`\\\\\\]]*+ ) [{B}]*+ (?<sign> [=:] ) [=:>]*+ (?<gap> [{B}]*+ ) (?= [^{B}] )
      | (?<option> -[{N}]++ | [{N}]*+ (?<= (?i: password | passwd | passphrase ) ) (?= [{B}]["'`] ) )
        [{B}]++ (?= [^{B}|-] )
      )
      | < (?: [{N}]++ : )?+ (?<tag> [{N}]++ ) [^<>]*+ (?<! / ) > [{B}]*+""");

  private static final Pattern NOT_SECRET =
      compile("[*]{3} (?![{W}]) | (?: null|true|false|undefined ) (?![^{B},;&)\\]}\"'`<>\\\\])");
  /** The begin of a sentence: one plain word, or two. */
  private static final Pattern SENTENCE = compile("""
      ( [A-Za-z][a-z]{0,28}+ )
      (?: ( \\x20 [A-Za-z][a-z]{0,28}+ (?![{W}]) ) | [.,:;!?)\\]}>"'`]*+ (?![^{B}]) )""");

  private static final Pattern QUOTE = compile("\\\\*+ [\"'`]");
  private static final Pattern HEADER = compile("(?i: authorization | cookie ) \\z");
  /** A header goes on up to a plain word that nothing joins to the words before; the first word may be a scheme. */
  private static final Pattern HEADER_START = compile("[^{B}]++ (?: [\\x20\\t]++ [^{B}]++ )?+");

  private static final Pattern HEADER_END = compile(
      "(?<! [,;\\x20\\t] ) [\\x20\\t]++ (?= [A-Za-z][a-z]*+[.,:;!?]?+ (?![^{B}]) ) | [\\r\\n]");

  private static final Pattern END = compile("""
      [{B};] | & (?= [{N}]++ [=;] | \\z ) | , (?= [{B}"'`] | [{N}]++ [=:] | \\z )
      | ["'`)\\]}>] (?![{W}]) | \\\\ (?= ["'`] ) | </""");
  private static final Pattern END_IN_WHOLE = compile("; | & (?= [{N}]++ [=;] | \\z )");

  private final String text;
  private final Set<String> further;
  private final boolean whole;
  private final StringBuilder copy = new StringBuilder(0);
  private int copied;

  private NamedValues(String text, Set<String> further, boolean whole) {
    this.text = text;
    this.further = further;
    this.whole = whole;
  }

  /** A pattern in which {B} stands for blanks, {W} for letters and digits, {N} for names, {C} for credentials. */
  static Pattern compile(String pattern) {
    return Pattern.compile(
        pattern
            .replace("{RANDOM}", RANDOM)
            .replace("{C}", "{N}~+/=")
            .replace("{N}", "\\-{W}_.%$")
            .replace("{W}", "a-zA-Z0-9\\p{javaLetterOrDigit}")
            .replace(
                "{B}",
                "\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"),
        Pattern.COMMENTS);
  }

  static String masked(String text, Set<String> further, boolean whole) {
    return new NamedValues(text, further, whole).masked();
  }

  private String masked() {
    int lastTag = text.lastIndexOf("</");
    Matcher found = NAME.matcher(text);
    for (int i = 0; found.find(i); ) {
      int credential = found.start("credential");
      if (credential >= 0) {
        boolean sentence = found.start("bearer") >= 0 && isSentence(credential, false);
        i = sentence ? credential : mask(credential, found.end("credential"));
      } else if (found.start("tag") < 0) {
        i = value(found);
      } else if (found.end() < lastTag && isSecret(found, "tag")) {
        i = mask(found.end(), text.indexOf("</", found.end()));
      } else {
        i = found.end("tag");
      }
    }
    return copied == 0 ? text : copy.append(text, copied, text.length()).toString();
  }

  private int mask(int from, int to) {
    if (from < to) {
      copy.append(text, copied, from).append(SafeText.MASK);
      copied = to;
    }
    return Math.max(from, to);
  }

  private boolean isParameter(int start) {
    return start == 0 ? whole : "?&;#".indexOf(text.charAt(start - 1)) >= 0;
  }

  private boolean isSecret(Matcher found, String group) {
    String name = SafeText.decoded(found.group(group));
    return SafeText.isSecretName(name, isParameter(found.start(group)), further);
  }

  /** Masks the value behind a name; answers where to go on. */
  private int value(Matcher found) {
    String group = found.start("name") < 0 ? "option" : "name";
    boolean colon = found.start("sign") >= 0 && text.charAt(found.start("sign")) == ':';
    boolean host =
        colon && text.startsWith("//", found.start() - 2); // the user or the host of a URL
    int first = found.end();
    if (host || !isSecret(found, group)) {
      return first;
    }
    if (whole && !colon && isParameter(found.start())) {
      return mask(first, end(END_IN_WHOLE, first));
    }
    if (isAt(NOT_SECRET, first)) {
      return first + 3;
    }
    if (isAt(QUOTE, first)) {
      return quoted(first);
    }
    String name = found.group(group);
    boolean header = HEADER.matcher(name).find();
    boolean sentence = colon
        ? !found.group("gap").isEmpty() && found.group("closed").isEmpty()
        : group.equals("option");
    if (sentence && isSentence(first, header)) {
      return first;
    }
    if ("[{(".indexOf(text.charAt(first)) >= 0) {
      return mask(first, endOfBracket(first));
    }
    if (!header) {
      return mask(first, end(whole ? END_IN_WHOLE : END, first));
    }
    Matcher start = HEADER_START.matcher(text).region(first, text.length());
    boolean scheme = !name.endsWith("e") && !name.endsWith("E") && start.lookingAt();
    return mask(first, end(HEADER_END, scheme ? start.end() : first));
  }

  private boolean isAt(Pattern pattern, int from) {
    return pattern.matcher(text).region(from, text.length()).lookingAt();
  }

  /** A sentence begins with a word of the list or with two plain words; a header may consist of two words. */
  private boolean isSentence(int from, boolean header) {
    Matcher begin = SENTENCE.matcher(text).region(from, text.length());
    return begin.lookingAt()
        && ((begin.start(2) >= 0 && !header)
            || PROSE.contains(begin.group(1).toLowerCase(Locale.ROOT)));
  }

  private int end(Pattern pattern, int from) {
    Matcher end = pattern.matcher(text);
    return end.find(from) ? end.start() : text.length();
  }

  /** The quotes may be escaped, as in JSON inside JSON: then as many backslashes stand before the closing one. */
  private int quoted(int from) {
    int quote = from;
    while (text.charAt(quote) == '\\') {
      quote++;
    }
    int before = 0;
    for (int i = quote + 1; i < text.length(); i++) {
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      if (text.charAt(i) == text.charAt(quote)
          && before <= quote - from
          && next != text.charAt(quote)
          && !Character.isLetterOrDigit(next)) {
        return mask(quote + 1, i - before);
      }
      before = text.charAt(i) == '\\' ? before + 1 : 0;
    }
    return mask(quote + 1, text.length());
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
}
