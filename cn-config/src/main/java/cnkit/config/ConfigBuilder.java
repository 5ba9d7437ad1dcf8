package cnkit.config;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Says where settings come from. The order of the calls means nothing: precedence is fixed, flags
 * over environment over mounts over files over {@link Default}.
 *
 * <pre>{@code
 * Config<Settings> config = Config.of(Settings.class, MethodHandles.lookup())
 *     .prefix("APP").args(args).environment()
 *     .loadOrExit();
 * }</pre>
 *
 * <p>Made by {@link Config#of}. Not for use by several threads at once. It may load several times.
 *
 * @param <T> the record that the settings become
 */
public final class ConfigBuilder<T> {
  /** The exit code for refused settings: {@code EX_CONFIG}. */
  private static final int REFUSED = 78;

  private final Class<T> type;
  private final MethodHandles.Lookup lookup;
  private final Map<String, Converter<?>> converters = new HashMap<>();
  private final List<Function<? super T, List<Problem>>> checks = new ArrayList<>();
  private @Nullable String prefix;
  private String[] args = {};
  private boolean hasArgs;
  private @Nullable Map<String, String> environment;
  private boolean processEnvironment;
  private boolean strictEnvironment;
  private boolean emptyEnvIsUnset;
  private boolean secretFlags;
  private @Nullable LocalDate today;
  private LongSupplier ticker = System::nanoTime;
  private @Nullable Schema schema;

  ConfigBuilder(Class<T> type, MethodHandles.Lookup lookup) {
    this.type = requireNonNull(type, "type");
    this.lookup = requireNonNull(lookup, "lookup");
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getName() + " is not a record");
    }
  }

  /**
   * Begins every environment variable: under {@code APP} the setting {@code db.url} is
   * {@code APP_DB_URL}, and a variable below {@code APP_} that is no setting is a problem.
   *
   * @param prefix capitals, digits and single underscores, a letter first, no underscore last
   * @return this builder
   * @throws IllegalArgumentException if the prefix is spelled otherwise
   */
  public ConfigBuilder<T> prefix(String prefix) {
    if (!Names.isPrefix(prefix)) {
      throw new IllegalArgumentException(
          "prefix: expected capitals, digits and single underscores such as APP or MY_APP, got "
              + Text.quoted(prefix));
    }
    this.prefix = prefix;
    this.schema = null;
    return this;
  }

  /**
   * Environment variables are named by their settings alone: {@code PORT}. A foreign variable is
   * never a problem, unless it lies below a record's name; one that looks like a misspelled setting
   * is a warning.
   *
   * @return this builder
   */
  public ConfigBuilder<T> noPrefix() {
    this.prefix = "";
    this.schema = null;
    return this;
  }

  /**
   * Reads flags: {@code --db.url=v}, {@code --db.url v}, {@code --debug}, {@code --no-debug}. What
   * is no flag, and all that follows {@code --}, is in {@link Config#arguments()}.
   *
   * @param args the arguments of {@code main}
   * @return this builder
   */
  public ConfigBuilder<T> args(String... args) {
    this.args = args.clone();
    this.hasArgs = true;
    return this;
  }

  /**
   * Reads the environment of this process. Needs {@link #prefix} or {@link #noPrefix}.
   *
   * @return this builder
   */
  public ConfigBuilder<T> environment() {
    this.environment = null;
    this.processEnvironment = true;
    return this;
  }

  /**
   * Reads these variables in place of the process's own, as for tests.
   *
   * @param variables names and values; copied
   * @return this builder
   */
  public ConfigBuilder<T> environment(Map<String, String> variables) {
    this.environment = Map.copyOf(variables);
    this.processEnvironment = false;
    return this;
  }

  /**
   * Makes a problem of what {@link #noPrefix} warns of: variables that look like misspelled settings.
   *
   * @return this builder
   */
  public ConfigBuilder<T> strictEnvironment() {
    this.strictEnvironment = true;
    return this;
  }

  /**
   * Treats an empty environment variable as if it were not there, for templates that write
   * {@code PORT=} when they have no value. Empty flags and files stay what they are.
   *
   * @return this builder
   */
  public ConfigBuilder<T> emptyEnvIsUnset() {
    this.emptyEnvIsUnset = true;
    return this;
  }

  /**
   * Lets flags set secrets, which is otherwise a problem, since every user of a machine can read
   * the arguments of its processes.
   *
   * @return this builder
   */
  public ConfigBuilder<T> allowSecretFlags() {
    this.secretFlags = true;
    return this;
  }

  /**
   * Converts a type of the application's own, also inside lists, maps, {@code Optional} and
   * {@code Secret}.
   *
   * @param <C> the type
   * @param type the type; one that is built in keeps its own converter
   * @param converter makes it from text
   * @return this builder
   */
  public <C> ConfigBuilder<T> converter(Class<C> type, Converter<C> converter) {
    converters.put(type.getName(), requireNonNull(converter, "converter"));
    this.schema = null;
    return this;
  }

  /**
   * Adds a check over the bound settings. It runs when everything else is right, and its problems
   * are reported like all others: what it throws becomes one too. This is the place to turn another
   * library's refusal of a combination into a report that names the variables.
   *
   * <pre>{@code
   * .check(s -> s.propagationDelay().compareTo(s.shutdownGrace()) < 0
   *     ? List.of()
   *     : List.of(Problem.of("must be shorter than shutdown-grace", "propagation-delay", "shutdown-grace")))
   * }</pre>
   *
   * @param check gives the problems, none when all is well
   * @return this builder
   */
  public ConfigBuilder<T> check(Function<? super T, List<Problem>> check) {
    checks.add(requireNonNull(check, "check"));
    return this;
  }

  /**
   * The day by which {@link Formerly#until()} is judged, in place of today in UTC.
   *
   * @param today the day
   * @return this builder
   */
  public ConfigBuilder<T> today(LocalDate today) {
    this.today = requireNonNull(today, "today");
    return this;
  }

  /**
   * The clock by which {@link Rotating} knows that a second has passed, in place of {@link
   * System#nanoTime}.
   *
   * @param ticker nanoseconds that only grow; may wrap
   * @return this builder
   */
  public ConfigBuilder<T> ticker(LongSupplier ticker) {
    this.ticker = requireNonNull(ticker, "ticker");
    return this;
  }

  /**
   * Reads all sources and binds the record.
   *
   * @return the configuration
   * @throws ConfigException with every problem of the settings or of their schema
   * @throws IllegalStateException if the environment is a source and no prefix was decided
   */
  public Config<T> load() {
    Schema compiled = schema();
    Layout layout = compiled.layout;
    var problems = new ArrayList<Problem>(0);
    var warnings = new ArrayList<Problem>(0);
    var formers = new ArrayList<Former>(0);
    var layers = new ArrayList<Layer>(4); // lowest first
    layers.add(compiled.defaults);
    Map<String, String> variables = processEnvironment ? System.getenv() : environment;
    if (variables != null) {
      var layer = new Layer(layout);
      var reading = new ProcessVariables(processEnvironment, problems);
      new EnvSource(
              layout,
              layer,
              reading,
              strictEnvironment,
              emptyEnvIsUnset,
              problems,
              warnings,
              formers)
          .fill(variables, merged(layout, layers));
      layers.add(layer);
    }
    List<String> arguments = List.of();
    if (hasArgs) {
      var layer = new Layer(layout);
      var flags = new FlagSource(layout, secretFlags, problems);
      flags.fill(layer, args, formers);
      arguments = List.copyOf(flags.arguments());
      layers.add(layer);
    }
    if (!formers.isEmpty()) {
      Formers.settle(
          formers,
          layers,
          today == null ? LocalDate.now(ZoneOffset.UTC) : today,
          problems,
          warnings);
    }
    Layer merged = merged(layout, layers);
    var values = new Values(compiled.types, problems, new Rotation(ticker));
    Object bound = new Binder(layout, merged, values, compiled.types, problems).root();
    if (bound == Types.FAILED || !problems.isEmpty()) {
      throw new ConfigException(Report.sorted(problems));
    }
    T settings = type.cast(bound);
    if (!checks.isEmpty()) {
      new Application(layout, merged).run(checks, settings, problems);
      if (!problems.isEmpty()) {
        throw new ConfigException(Report.sorted(problems));
      }
    }
    return new Config<>(settings, layout, layers, merged, arguments, warnings);
  }

  private static Layer merged(Layout layout, List<Layer> layers) {
    Layer merged = layers.get(0);
    for (int i = 1; i < layers.size(); i++) {
      merged = Layer.merge(layout, layers.get(i), merged);
    }
    return merged;
  }

  /**
   * Reads all sources and binds the record; when that fails, prints the report on standard error
   * and exits with code 78. With {@code --help} among the arguments it prints the reference on
   * standard output and exits with code 0.
   *
   * @return the configuration
   * @throws IllegalStateException if the environment is a source and no prefix was decided
   */
  public Config<T> loadOrExit() {
    if (hasArgs && FlagSource.asksForHelp(args)) {
      print(System.out, help());
      System.exit(0);
    }
    try {
      return load();
    } catch (ConfigException e) {
      print(System.err, e.getMessage());
      System.exit(REFUSED);
      throw e; // not reached; the compiler cannot know
    }
  }

  private static void print(PrintStream out, String text) {
    out.print(text);
    out.flush();
  }

  /**
   * The reference that {@code --help} prints: every setting with its flag, variable, type, default,
   * rules and description.
   *
   * @return several lines of text
   * @throws ConfigException if the schema is refused
   */
  public String help() {
    return Help.text(schema().layout, prefix != null);
  }

  private Schema schema() {
    boolean readsEnvironment = processEnvironment || environment != null;
    String decided = prefix;
    if (decided == null && readsEnvironment) {
      throw new IllegalStateException(
          "the environment is a source: decide between prefix(…) and noPrefix()");
    }
    Schema compiled = schema;
    if (compiled == null) {
      compiled = Schema.of(type, lookup, decided == null ? "" : decided, converters);
      schema = compiled;
    }
    compiled.layout.naming = readsEnvironment
        ? Origin.Channel.ENVIRONMENT
        : hasArgs ? Origin.Channel.FLAG : Origin.Channel.FILE;
    return compiled;
  }
}
