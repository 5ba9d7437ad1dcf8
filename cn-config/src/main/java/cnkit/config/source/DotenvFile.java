package cnkit.config.source;

import cnkit.core.internal.Pure;
import org.jspecify.annotations.Nullable;

/*
 * Reads files of variables: KEY=value, 'literal', "with \n escapes", comments on lines of their own. Where the readers
 * of such files differ, as over blanks around a value and a comment behind it, the quotes that settle it are asked for.
 */
@Pure
public final class DotenvFile {
  private final String text;
  private final FlatFile file;
  private int at;
  private int line = 1;
  private int lineStart;

  private DotenvFile(String text, FlatFile file) {
    this.text = text;
    this.file = file;
  }

  public static void read(String text, FlatFile into) {
    var reader = new DotenvFile(text, into);
    while (reader.at < text.length()) {
      reader.line();
    }
  }

  private void line() {
    skipBlanks();
    if (isAtEnd() || text.charAt(at) == '#') {
      nextLine();
      return;
    }
    if (text.startsWith("export ", at)) {
      at += "export ".length();
      skipBlanks();
    }
    int keyColumn = column();
    int key = at;
    while (!isAtEnd() && text.charAt(at) != '=' && !isBlank(text.charAt(at))) {
      at++;
    }
    String name = text.substring(key, at);
    if (isAtEnd() || text.charAt(at) != '=' || name.isEmpty()) {
      malformed("expected NAME=value", "", keyColumn);
      nextLine();
      return;
    }
    at++;
    int keyLine = line;
    int valueColumn = column();
    String value = value();
    if (value != null) {
      file.add(name, value, keyLine, keyColumn, keyLine, valueColumn);
    }
    nextLine();
  }

  /** The value that begins here; null after a problem. */
  private @Nullable String value() {
    if (!isAtEnd() && (text.charAt(at) == '\'' || text.charAt(at) == '"')) {
      return quoted(text.charAt(at));
    }
    int start = at;
    while (!isAtEnd()) {
      at++;
    }
    String value = text.substring(start, at);
    if (value.isEmpty()) {
      return value;
    }
    if (isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1))) {
      malformed(
          "blanks around a value: some readers keep them, others drop them",
          "remove them, or quote the value",
          start - lineStart + 1);
      return null;
    }
    if (value.contains(" #") || value.contains("\t#")) {
      malformed(
          "a comment behind a value: some readers take it for a part of the value",
          "give the comment its own line, or quote the value",
          start - lineStart + 1);
      return null;
    }
    return value;
  }

  private @Nullable String quoted(char quote) {
    int openColumn = column();
    int openLine = line;
    at++;
    var value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at);
      if (quote == '"' && c == '\\' && at + 1 < text.length()) {
        at++;
        char escaped = text.charAt(at);
        switch (escaped) {
          case 'n' -> value.append('\n');
          case 'r' -> value.append('\r');
          case 't' -> value.append('\t');
          case '"', '\\', '$' -> value.append(escaped);
          default -> value.append('\\').append(escaped);
        }
        c = escaped;
      } else {
        value.append(c);
      }
      at++;
      if (c == '\n') {
        line++;
        lineStart = at;
      }
    }
    if (at == text.length()) {
      file.malformed("the quote is never closed", "", openLine, openColumn);
      return null;
    }
    at++;
    skipBlanks();
    if (!isAtEnd() && text.charAt(at) != '#') {
      malformed("more text behind the closing quote", "quote the whole value", column());
      while (!isAtEnd()) {
        at++;
      }
      return null;
    }
    return value.toString();
  }

  private void malformed(String what, String remedy, int column) {
    file.malformed(what, remedy, line, column);
  }

  private int column() {
    return at - lineStart + 1;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  /** Whether the line ends here: at a line feed, also one after a carriage return, or with the file. */
  private boolean isAtEnd() {
    return at >= text.length()
        || text.charAt(at) == '\n'
        || (text.charAt(at) == '\r' && (at + 1 == text.length() || text.charAt(at + 1) == '\n'));
  }

  private void nextLine() {
    while (at < text.length() && text.charAt(at) != '\n') {
      at++;
    }
    at++;
    line++;
    lineStart = at;
  }
}
