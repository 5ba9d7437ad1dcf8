package cnkit.config;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.JsonWriter;
import java.util.List;

/**
 * One thing that is wrong, or worth a warning, in the settings or in their schema: what, where it
 * came from, what to type. It never holds a secret's value. Immutable.
 *
 * <pre>{@code
 * Problem.of("must be shorter than shutdown-grace", "propagation-delay", "shutdown-grace");
 * }</pre>
 *
 * @param code the stable name of the kind
 * @param path the setting, such as {@code db.max-pool-size}; empty when it is none of ours
 * @param message what is wrong and what was expected; may have several lines
 * @param origins the places that the value, or the conflicting values, came from; empty when there is none
 * @param remedy what to type; empty when there is nothing to propose
 */
public record Problem(Code code, String path, String message, List<Origin> origins, String remedy) {

  /** The kinds of problems. The names are stable: tools may compare them. */
  public enum Code {
    /** A required setting is set nowhere. */
    MISSING,
    /** Set to the empty text where a value is needed. */
    EMPTY,
    /** A JSON null where a value is needed. */
    NULL,
    /** The text does not convert to the setting's type, or a file has another structure there. */
    TYPE,
    /** Outside the bounds of {@link Range}. */
    RANGE,
    /** Outside the bounds of {@link Size}. */
    SIZE,
    /** Does not match {@link Matches}. */
    PATTERN,
    /** No setting has this name. */
    UNKNOWN,
    /** One of our names in another spelling. */
    SPELLING,
    /** A known name in the wrong place, or a setting that belongs to a choice that is not selected. */
    MISPLACED,
    /** The same setting twice in one source, or in two forms that exclude each other. */
    DUPLICATE,
    /** A flag without its value, with one too many, or that no setting has. */
    FLAG,
    /** A secret on the command line, which every user of the machine can read. */
    SECRET_FLAG,
    /** A Kubernetes service link where a setting was expected. */
    SERVICE_LINK,
    /** A file or directory that cannot be read. */
    UNREADABLE,
    /** Bytes that are not UTF-8, or text that the JVM's locale destroyed. */
    ENCODING,
    /** A file that is not well formed. */
    SYNTAX,
    /** A file that cannot change while the process runs, though it is watched; only a warning. */
    UNCHANGING,
    /** A former name, refused or used next to the new one. */
    RENAMED,
    /** A declared rule over several settings is broken. */
    RULE,
    /** The record's constructor, or a check of the application, refused the values. */
    REJECTED,
    /** The record itself cannot be a schema. */
    SCHEMA,
    /** The record is a schema, but something about it deserves a second look; {@link Config#lint} says so. */
    DOUBTFUL
  }

  /** Copies the list and checks that nothing is null. */
  public Problem {
    requireNonNull(code, "code");
    requireNonNull(path, "path");
    requireNonNull(message, "message");
    requireNonNull(remedy, "remedy");
    origins = List.copyOf(origins);
  }

  /**
   * A problem that the application found itself, to be returned from {@link ConfigBuilder#check}:
   * the report prints it like any other and adds where each of the settings came from, or the
   * variable that sets it.
   *
   * @param message what is wrong; may have several lines; must not hold a secret
   * @param paths the settings concerned, the most important first; may be empty
   * @return the problem
   */
  public static Problem of(String message, String... paths) {
    return new Problem(Code.REJECTED, String.join(", ", paths), message, List.of(), "");
  }

  /**
   * The problem as one JSON object: {@code code}, {@code path}, {@code message}, {@code origins},
   * {@code remedy}.
   *
   * @return JSON without line breaks
   */
  public String toJson() {
    var json = new JsonWriter();
    writeTo(json);
    return json.toString();
  }

  void writeTo(JsonWriter json) {
    json.beginObject().field("code", code.name()).field("path", path).field("message", message);
    json.name("origins").beginArray();
    for (Origin origin : origins) {
      json.value(origin.toString());
    }
    json.endArray().field("remedy", remedy).endObject();
  }

  /** The problem as a line of text, as the report prints it without its alignment. */
  @Override
  public String toString() {
    return Report.line(this);
  }
}
