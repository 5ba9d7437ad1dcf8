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
 * The settings as a record, bound once, with the origin of every value. Immutable and safe for use by many threads.
 * Reading a setting is reading a field of a record.
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
   * Starts the configuration of a record.
   *
   * @param <T> the record
   * @param type the record's class; its components are the settings
   * @param lookup {@code MethodHandles.lookup()} of the caller; with it, neither the record nor its package has to be
   *     public or open
   * @return a builder without any source
   * @throws IllegalArgumentException if the class is no record
   */
  public static <T> ConfigBuilder<T> builder(Class<T> type, MethodHandles.Lookup lookup) {
    return new ConfigBuilder<>(type, lookup);
  }

  /**
   * Makes the checks of the annotation processor without a compiler: settings that map to the same name, defaults
   * that violate their own rules, components that cannot be settings, rules that refer to a setting that does not
   * exist. These problems have the code {@link Problem.Code#SCHEMA}, and {@code load} rejects them. Doubtful
   * declarations, such as a password of type String, have the code {@link Problem.Code#DOUBTFUL}. The prefix and the
   * application's converters are not known here; {@code load} checks them.
   *
   * @param type the record's class
   * @return the problems in the order of a report; immutable, empty if there are none
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
   * The warnings: for example, variables that look like misspelled settings, and former names that are still used.
   * They are returned and not logged, because logging is often not configured yet.
   *
   * @return problems in the order of a report; immutable, usually empty
   */
  public List<Problem> warnings() {
    return warnings;
  }

  /**
   * The arguments that are not flags, and all that follow {@code --}.
   *
   * @return the arguments in their order; immutable
   */
  public List<String> arguments() {
    return loaded.arguments();
  }

  /**
   * Explains where a setting's value came from, and which values it overrides.
   *
   * @param path the setting, such as {@code db.max-pool-size}
   * @return the value in effect and all values that it overrides
   * @throws IllegalArgumentException if no single setting has this path
   */
  public Explanation explain(String path) {
    return effective().explain(requireNonNull(path, "path"));
  }

  /**
   * All effective settings with their origins, one per line. Secrets and passwords inside URIs are masked.
   *
   * @return several lines of text
   */
  public String dump() {
    return effective().dump();
  }

  /**
   * All effective settings with origin, as one JSON object: {@code settings}, an array of {@code path},
   * {@code variable}, {@code value} (null when not set), {@code origin} and {@code secret}, and {@code warnings}.
   * Secrets and passwords inside URIs are masked.
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
   * A fingerprint to compare configurations without showing them. It is equal for all processes whose settings have
   * the same texts, whatever source they come from. Secrets are not part of it, because a weak secret could be
   * guessed from a fingerprint.
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
