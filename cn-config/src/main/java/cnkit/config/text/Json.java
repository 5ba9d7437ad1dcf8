package cnkit.config.text;

/** Writes JSON by hand, so that no report and no dump loads a JSON library. */
@Pure
public final class Json {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private final StringBuilder out = new StringBuilder(256);
  private boolean first = true;

  public Json open(char bracket) {
    separate();
    out.append(bracket);
    first = true;
    return this;
  }

  public Json close(char bracket) {
    out.append(bracket);
    first = false;
    return this;
  }

  public Json name(String name) {
    separate();
    quote(name);
    out.append(':');
    first = true; // the value that follows needs no comma
    return this;
  }

  public Json text(String value) {
    separate();
    quote(value);
    return this;
  }

  /** A number, {@code true}, {@code false} or {@code null}, as it stands. */
  public Json raw(String literal) {
    separate();
    out.append(literal);
    return this;
  }

  public Json field(String name, String value) {
    return name(name).text(value);
  }

  private void separate() {
    if (!first) {
      out.append(',');
    }
    first = false;
  }

  private void quote(String value) {
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          // lone surrogates cannot be encoded, line separators break JavaScript; both are escaped
          if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029 || isLone(value, i)) {
            escape(c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private void escape(char c) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(HEX[(c >> shift) & 0xf]);
    }
  }

  private static boolean isLone(String value, int i) {
    char c = value.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == value.length() || !Character.isLowSurrogate(value.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(value.charAt(i - 1)));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
