package cnkit.core.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON text, so that no report loads a JSON library. Commas are its own business; whether brackets match is the
 * caller's. Control characters, line separators and lone surrogates are escaped: the text is valid in UTF-8 and in a script.
 */
public final class JsonWriter {
  private final StringBuilder out;
  private boolean first = true;

  /** Starts with nothing written. */
  public JsonWriter() {
    this(new StringBuilder(256));
  }

  /** Writes to the end of the given text. */
  public JsonWriter(StringBuilder out) {
    this.out = out;
  }

  /** The JSON text of maps, iterables, texts, numbers, booleans and null; anything else by its {@code toString}. */
  public static String of(@Nullable Object value) {
    return new JsonWriter().any(value).toString();
  }

  /** Begins an object. */
  public JsonWriter beginObject() {
    return open('{');
  }

  /** Ends an object. */
  public JsonWriter endObject() {
    return close('}');
  }

  /** Begins an array. */
  public JsonWriter beginArray() {
    return open('[');
  }

  /** Ends an array. */
  public JsonWriter endArray() {
    return close(']');
  }

  /** The name of the value that follows. */
  public JsonWriter name(String name) {
    separate();
    quote(out, name);
    out.append(':');
    first = true; // the value that follows needs no comma
    return this;
  }

  /** A text. */
  public JsonWriter value(String text) {
    separate();
    quote(out, text);
    return this;
  }

  /** A whole number. */
  public JsonWriter value(long number) {
    separate();
    out.append(number);
    return this;
  }

  /** A number; null where JSON has none, as for infinity. */
  public JsonWriter value(double number) {
    return Double.isFinite(number) ? raw(Double.toString(number)) : raw("null");
  }

  /** True or false. */
  public JsonWriter value(boolean truth) {
    return raw(Boolean.toString(truth));
  }

  /** JSON text as it stands. */
  public JsonWriter raw(String json) {
    separate();
    out.append(json);
    return this;
  }

  /** A name and a text. */
  public JsonWriter field(String name, String text) {
    return name(name).value(text);
  }

  /** A name and a whole number. */
  public JsonWriter field(String name, long number) {
    return name(name).value(number);
  }

  /** A name and a truth value. */
  public JsonWriter field(String name, boolean truth) {
    return name(name).value(truth);
  }

  /** A value of the kinds that {@link #of} takes. */
  public JsonWriter any(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      beginObject();
      map.forEach((name, member) -> name(Guarded.text(name)).any(member));
      return endObject();
    }
    if (value instanceof Iterable<?> list) {
      beginArray();
      list.forEach(this::any);
      return endArray();
    }
    if (value instanceof Double || value instanceof Float) {
      return value(((Number) value).doubleValue());
    }
    return value == null || value instanceof Number || value instanceof Boolean
        ? raw(String.valueOf(value))
        : value(Guarded.text(value));
  }

  private JsonWriter open(char bracket) {
    separate();
    out.append(bracket);
    first = true;
    return this;
  }

  private JsonWriter close(char bracket) {
    out.append(bracket);
    first = false;
    return this;
  }

  private void separate() {
    if (!first) {
      out.append(',');
    }
    first = false;
  }

  /** Appends the text in quotes. */
  public static void quote(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ' || c == 0x7f || c == 0x2028 || c == 0x2029 || isLone(text, i)) {
            out.append("\\u").append(Integer.toHexString(0x10000 + c), 1, 5);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static boolean isLone(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
    }
    return Character.isLowSurrogate(c)
        && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
