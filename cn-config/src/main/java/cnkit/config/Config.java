package cnkit.config;

import static java.util.Objects.requireNonNull;

import cnkit.config.schema.Finding;
import cnkit.config.schema.Lint;
import cnkit.config.schema.SchemaReader;
import cnkit.config.schema.Shape;
import cnkit.config.show.Effective;
import cnkit.config.source.Loading;
import cnkit.core.internal.JsonWriter;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;

/**
 * Settings as a record, bound once, with the origin of every value. Immutable and safe for use by
 * many threads; reading a setting is reading a record's field.
 *
 * <pre>{@code
 * record Settings(@Default("8080") @Range("0..65535") int port, Optional<URI> upstream) {}
 *
 * Config<Settings> config = Config.builder(Settings.class, MethodHandles.lookup())
 *     .prefix("APP").args(args).environment()
 *     .loadOrExit();
 * int port = config.value().port();
 * }</pre>
 *
 * @param <T> the record
 */
public final class Config<T> {
  private final T value;
  /** What it was made from. */
  final Loading.Loaded loaded;

  private final List<Problem> warnings;

  Config(T value, Loading.Loaded loaded) {
    this.value = value;
    this.loaded = loaded;
    List<Problem> found = loaded.warnings();
    this.warnings = found.isEmpty() ? List.of() : List.copyOf(Report.sorted(found));
  }

  /**
   * Begins the configuration of a record.
   *
   * @param <T> the record
   * @param type the record's class; its components are the settings
   * @param lookup {@code MethodHandles.lookup()} of the caller, so that neither the record nor its
   *     package has to be public or open
   * @return a builder without any source
   * @throws IllegalArgumentException if the class is no record
   */
  public static <T> ConfigBuilder<T> builder(Class<T> type, MethodHandles.Lookup lookup) {
    return new ConfigBuilder<>(type, lookup);
  }

  /**
   * What the annotation processor would say of a record, without a compiler: names that meet,
   * defaults outside their own rules, components that cannot be settings, rules that name nothing.
   * Those have the code {@link Problem.Code#SCHEMA}, and {@code load} refuses them. What only
   * deserves a second look, such as a password of type String, has {@link Problem.Code#DOUBTFUL}.
   * The prefix and the application's converters are not known here; {@code load} judges them.
   *
   * @param type the record's class
   * @return the problems in the order of a report; immutable, empty when all is well
   * @throws IllegalArgumentException if the class is no record
   */
  public static List<Problem> lint(Class<?> type) {
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getName() + " is not a record");
    }
    Shape.Group root = new SchemaReader(Set.of(), new HashMap<>()).group(type);
    Lint.Result result = Lint.schema(root, true);
    var problems = new ArrayList<Problem>();
    for (Finding finding : result.errors()) {
      problems.add(finding.problem());
    }
    for (Finding finding : result.warnings()) {
      problems.add(finding.problem());
    }
    return List.copyOf(Report.sorted(problems));
  }

  /**
   * The settings.
   *
   * @return the bound record, the same each time
   */
  public T value() {
    return value;
  }

  /**
   * What is not wrong but deserves attention: variables that look like misspelled settings, former
   * names still in use. They are returned rather than logged, since logging is rarely configured yet.
   *
   * @return problems in the order of a report; immutable, usually empty
   */
  public List<Problem> warnings() {
    return warnings;
  }

  /**
   * The arguments that are no flags, and all that follow {@code --}.
   *
   * @return the arguments in their order; immutable
   */
  public List<String> arguments() {
    return loaded.arguments();
  }

  /**
   * Where a setting's value came from, and what it hides.
   *
   * @param path the setting, such as {@code db.max-pool-size}
   * @return the winner and all that it shadows
   * @throws IllegalArgumentException if no single setting has this path
   */
  public Explanation explain(String path) {
    return effective().explain(requireNonNull(path, "path"));
  }

  /**
   * All effective settings with their origin, one a line. Secrets and passwords inside URIs are
   * redacted.
   *
   * @return several lines of text
   */
  public String dump() {
    return effective().dump();
  }

  /**
   * All effective settings with origin, as one JSON object: {@code settings}, an array of
   * {@code path}, {@code variable}, {@code value} (null when not set), {@code origin} and
   * {@code secret}, and {@code warnings}. Secrets and passwords inside URIs are redacted.
   *
   * @return JSON without line breaks
   */
  public String toJson() {
    var json = new JsonWriter();
    effective().writeTo(json.beginObject().name("settings"));
    json.name("warnings").beginArray();
    for (Problem warning : warnings) {
      warning.writeTo(json);
    }
    return json.endArray().endObject().toString();
  }

  /**
   * Tells configurations apart without telling what is in them: equal for all processes whose
   * settings have the same texts, wherever those stand. Secrets are no part of it, since a
   * fingerprint of a weak one could be guessed.
   *
   * @return sixteen hexadecimal digits
   */
  public String fingerprint() {
    return effective().fingerprint();
  }

  private Effective effective() {
    return new Effective(loaded.layout(), loaded.layers(), loaded.merged());
  }

  /** Names the record only; the values are in {@link #dump()}. */
  @Override
  public String toString() {
    return "Config[" + loaded.layout().root.describe() + "]";
  }
}
