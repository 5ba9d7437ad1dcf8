package cnkit.config.jackson;

import static java.util.Objects.requireNonNull;

import cnkit.config.format.FileFormat;
import cnkit.config.schema.Kind;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads every format for which Jackson has a streaming factory: YAML, TOML and others. Only the parser is used,
 * without data binding, so every value keeps its line, its column and the text that was written.
 *
 * <p>Content that the streaming parser would change without an error is rejected: aliases, a second document, binary
 * values. Jackson's messages are not passed on, because they quote the file.
 *
 * <pre>{@code
 * .format(JacksonFormat.of(new YAMLFactory()), "yaml", "yml").files(Path.of("app.yaml"))
 * }</pre>
 *
 * <p>Immutable; safe for use by many threads if the factory is, as Jackson's are.
 */
public final class JacksonFormat implements FileFormat {
  private final JsonFactory factory;

  private JacksonFormat(JsonFactory factory) {
    this.factory = factory;
  }

  /**
   * A format that reads with this factory's parsers.
   *
   * @param factory the factory, such as {@code new YAMLFactory()}
   * @return the format
   */
  public static JacksonFormat of(JsonFactory factory) {
    return new JacksonFormat(requireNonNull(factory, "factory"));
  }

  @Override
  public Events open(String text) {
    return new Pull(text);
  }

  private final class Pull implements Events {
    private final String text;
    private @Nullable JsonParser parser;
    private int depth;
    private boolean begun;

    /** How far the place of an alias was looked for, in characters and in what YAML counts. */
    private int index;

    private long codePoints;

    Pull(String text) {
      this.text = text;
    }

    @Override
    public Event next() {
      try {
        JsonParser open = parser;
        if (open == null) {
          open = factory.createParser(text);
          parser = open;
        }
        return event(open);
      } catch (JsonProcessingException e) {
        return malformed(reason(e), e.getLocation());
      } catch (IOException e) {
        return malformed("is not well formed " + factory.getFormatName(), null);
      }
    }

    private Event event(JsonParser open) throws IOException {
      JsonToken token = open.nextToken();
      JsonLocation place = open.currentTokenLocation();
      if (token == null) {
        open.close();
        return begun || !isJson() ? at(Kind.END, "", place) : malformed("is empty", place);
      }
      if (begun && depth == 0) {
        return malformed("goes on after its end", place);
      }
      if ((token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME) && isAlias(place)) {
        return malformed("has an alias; write the value itself", place);
      }
      begun = true;
      return switch (token) {
        case START_OBJECT -> opened(Kind.OBJECT, place);
        case START_ARRAY -> opened(Kind.LIST, place);
        case END_OBJECT, END_ARRAY -> {
          depth--;
          yield at(Kind.CLOSE, "", place);
        }
        case FIELD_NAME -> at(Kind.KEY, open.currentName(), place);
        case VALUE_NULL -> at(Kind.NULL, "", place);
        case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_TRUE, VALUE_FALSE ->
          at(Kind.VALUE, open.getText(), place);
        default -> malformed("has a value that is no text", place);
      };
    }

    private Event opened(Kind kind, JsonLocation place) {
      depth++;
      return at(kind, "", place);
    }

    private String reason(JsonProcessingException e) {
      if (e instanceof JsonEOFException) {
        return "ends too early";
      }
      String message = e.getOriginalMessage();
      int tail = message == null ? -1 : message.indexOf("): ");
      // the one message of Jackson's that tells what it expected and quotes but one character,
      // which is cut off
      return isJson() && message != null && tail > 0 && message.startsWith("Unexpected character (")
          ? "is not well formed JSON: " + message.substring(tail + 3)
          : "is not well formed " + factory.getFormatName();
    }

    /** YAML's {@code *name}, which Jackson gives as the text "name"; no unquoted text may begin with a star. */
    private boolean isAlias(JsonLocation place) {
      if (!"YAML".equals(factory.getFormatName()) || place.getCharOffset() < codePoints) {
        return false;
      }
      index = text.offsetByCodePoints(index, (int) (place.getCharOffset() - codePoints));
      codePoints = place.getCharOffset();
      return index < text.length() && text.charAt(index) == '*';
    }

    private boolean isJson() {
      return "JSON".equals(factory.getFormatName());
    }
  }

  private static Event malformed(String what, @Nullable JsonLocation place) {
    return at(Kind.MALFORMED, what, place);
  }

  private static Event at(Kind kind, String text, @Nullable JsonLocation place) {
    return place == null
        ? new Event(kind, text, 0, 0)
        : new Event(kind, text, Math.max(0, place.getLineNr()), Math.max(0, place.getColumnNr()));
  }
}
