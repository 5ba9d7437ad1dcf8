package cnkit.config;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.JsonWriter;
import java.util.List;

/**
 * One problem or warning about the settings or their schema: what is wrong, where it came from, and how to fix it. It
 * never contains the value of a secret. Immutable.
 *
 * <pre>{@code
 * Problem.of("must be shorter than shutdown-grace", "propagation-delay", "shutdown-grace");
 * }</pre>
 *
 * @param code the kind of the problem; its name is stable
 * @param path the setting, such as {@code db.max-pool-size}; empty if the problem concerns no setting
 * @param message what is wrong and what was expected; may have several lines
 * @param origins the places that the value, or the conflicting values, came from; empty when there is none
 * @param remedy what to type or to do; empty if there is no proposal
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
    /** The name of a setting in another spelling. */
    SPELLING,
    /** A known name in the wrong place, or a setting that belongs to a choice that is not selected. */
    MISPLACED,
    /** The same setting twice in one source, or in two forms that exclude each other. */
    DUPLICATE,
    /** A flag without its value, with a value that it does not take, or with an unknown name. */
    FLAG,
    /** A secret on the command line, which every user of the machine can read. */
    SECRET_FLAG,
    /** A Kubernetes service link where a setting was expected. */
    SERVICE_LINK,
    /** A file or directory that cannot be read. */
    UNREADABLE,
    /** Bytes that are not UTF-8, or text that was damaged by the JVM's locale. */
    ENCODING,
    /** A file that is not well formed. */
    SYNTAX,
    /** A file that is watched, but cannot change while the process runs; only a warning. */
    UNCHANGING,
    /** A former name that is no longer accepted, is used together with the new name, or is still in use (a warning). */
    RENAMED,
    /** A declared rule for several settings is violated. */
    RULE,
    /** The record's constructor, or a check of the application, rejected the values. */
    REJECTED,
    /** The record cannot be used as a schema. */
    SCHEMA,
    /** The record can be used as a schema, but a declaration is doubtful; reported by {@link Config#lint}. */
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
   * A problem that the application found, to be returned from a check ({@link ConfigBuilder#check}). The report
   * prints it like any other problem. For each setting it adds where the value came from, or the variable that sets
   * it.
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
