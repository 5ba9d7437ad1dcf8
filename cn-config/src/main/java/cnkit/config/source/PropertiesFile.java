package cnkit.config.source;

import cnkit.core.internal.Pure;
import org.jspecify.annotations.Nullable;

/*
 * Reads the syntax of java.util.Properties, which itself forgets lines and lets a later duplicate win. A text is read
 * as one would read it there, checked against it by a property test.
 */
@Pure
public final class PropertiesFile {
  private final String text;
  private final FlatFile file;
  private int at;
  private int line = 1;
  private int lineStart;

  /** One logical line without its continuations, and where each of its characters stands. */
  private final StringBuilder logical = new StringBuilder();

  private int[] lines = new int[64];
  private int[] columns = new int[64];

  private PropertiesFile(String text, FlatFile file) {
    this.text = text;
    this.file = file;
  }

  static void read(String text, FlatFile into) {
    var reader = new PropertiesFile(text, into);
    while (reader.at < text.length()) {
      reader.logicalLine();
      if (!reader.logical.isEmpty()) {
        reader.entry();
      }
    }
  }

  private void logicalLine() {
    logical.setLength(0);
    skipBlanks();
    char first = at < text.length() ? text.charAt(at) : '\n';
    boolean comment = first == '#' || first == '!';
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n' || c == '\r') {
        boolean goesOn = !comment && continued();
        lineBreak();
        if (!goesOn) {
          return;
        }
        logical.setLength(logical.length() - 1);
        skipBlanks();
      } else {
        if (!comment) {
          append(c);
        }
        at++;
      }
    }
    if (!comment && continued()) {
      logical.setLength(logical.length() - 1);
    }
  }

  private boolean continued() {
    int slashes = 0;
    while (slashes < logical.length() && logical.charAt(logical.length() - 1 - slashes) == '\\') {
      slashes++;
    }
    return slashes % 2 == 1;
  }

  private void append(char c) {
    int length = logical.length();
    if (length == lines.length) {
      lines = java.util.Arrays.copyOf(lines, 2 * length);
      columns = java.util.Arrays.copyOf(columns, 2 * length);
    }
    lines[length] = line;
    columns[length] = at - lineStart + 1;
    logical.append(c);
  }

  private void skipBlanks() {
    while (at < text.length() && isBlank(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\f';
  }

  private void lineBreak() {
    if (text.charAt(at) == '\r' && at + 1 < text.length() && text.charAt(at + 1) == '\n') {
      at++;
    }
    at++;
    line++;
    lineStart = at;
  }

  private void entry() {
    int end = 0;
    while (end < logical.length() && !isSeparator(logical.charAt(end))) {
      end += logical.charAt(end) == '\\' ? 2 : 1;
    }
    end = Math.min(end, logical.length());
    int value = end;
    boolean separated = false;
    while (value < logical.length()) {
      char c = logical.charAt(value);
      if (!isBlank(c)) {
        if (separated || (c != '=' && c != ':')) {
          break;
        }
        separated = true;
      }
      value++;
    }
    String key = unescaped(0, end);
    String content = unescaped(value, logical.length());
    if (key != null && content != null) {
      int place = Math.min(value, logical.length() - 1);
      file.add(key, content, lines[0], columns[0], lines[place], columns[place]);
    }
  }

  private static boolean isSeparator(char c) {
    return c == '=' || c == ':' || isBlank(c);
  }

  /** The meaning of a part of the line; null when an escape has none. */
  private @Nullable String unescaped(int from, int to) {
    var plain = new StringBuilder(to - from);
    int i = from;
    while (i < to) {
      char c = logical.charAt(i++);
      if (c != '\\' || i == to) {
        plain.append(c);
        continue;
      }
      char escaped = logical.charAt(i++);
      switch (escaped) {
        case 't' -> plain.append('\t');
        case 'n' -> plain.append('\n');
        case 'r' -> plain.append('\r');
        case 'f' -> plain.append('\f');
        case 'u' -> {
          int unit = i + 4 <= to ? hex(i) : -1;
          if (unit < 0) {
            file.malformed(
                "expected four hexadecimal digits after \\u",
                "write \\\\ for a backslash",
                lines[i - 2],
                columns[i - 2]);
            return null;
          }
          plain.append((char) unit);
          i += 4;
        }
        default -> plain.append(escaped);
      }
    }
    return plain.toString();
  }

  private int hex(int from) {
    int unit = 0;
    for (int i = from; i < from + 4; i++) {
      char c = logical.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return -1;
      }
      unit = unit * 16 + digit;
    }
    return unit;
  }
}
