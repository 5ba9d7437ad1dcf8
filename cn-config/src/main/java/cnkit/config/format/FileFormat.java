package cnkit.config.format;

import static java.util.Objects.requireNonNull;

/**
 * Reads one kind of configuration file. A format reports the content of a file as events, in the order of the file.
 * It does not convert values: a number is the text that was written.
 *
 * <p>JSON, properties and dotenv are built in; {@code cnkit.config.jackson.JacksonFormat} is a format for everything
 * that Jackson has a factory for. A format is used by one thread at a time. An exception that it throws becomes a
 * problem of the file.
 *
 * <pre>{@code
 * Config.builder(Settings.class, MethodHandles.lookup())
 *     .format(JacksonFormat.of(new YAMLFactory()), "yaml", "yml")
 *     .files(Path.of("app.yaml"))
 *     .load();
 * }</pre>
 */
@FunctionalInterface
public interface FileFormat {

  /**
   * Starts to read a file.
   *
   * @param text the whole file, decoded from UTF-8, without a byte order mark; at most 1 MiB
   * @return the events of the file, one by one
   */
  Events open(String text);

  /** The events of one file. */
  @FunctionalInterface
  interface Events {
    /**
     * The next event. It is not called again after {@link Kind#END} or {@link Kind#MALFORMED}.
     *
     * @return what comes next in the file
     */
    Event next();
  }

  /** The kinds of events. */
  enum Kind {
    /** An object begins. */
    OBJECT,
    /** A list begins. */
    LIST,
    /** The innermost object or list ends. */
    CLOSE,
    /** A key of an object; its value follows. */
    KEY,
    /** A text, number or boolean as it was written. */
    VALUE,
    /** An explicit null. */
    NULL,
    /** The file is over. */
    END,
    /**
     * The file is not well formed; the text completes "the file …" and must not quote the file, which may contain
     * secrets.
     */
    MALFORMED
  }

  /**
   * One event.
   *
   * @param kind what it is
   * @param text the key, the value, or what is wrong; empty for the other kinds
   * @param line where it begins, counted from 1; 0 when unknown
   * @param column where it begins, counted from 1; 0 when unknown
   */
  record Event(Kind kind, String text, int line, int column) {
    public Event {
      requireNonNull(kind, "kind");
      requireNonNull(text, "text");
    }
  }
}
