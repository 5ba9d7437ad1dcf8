package cnkit.config;

import static java.util.Objects.requireNonNull;

import cnkit.config.format.FileFormat;
import cnkit.config.schema.Node;
import cnkit.config.schema.Rotations;
import cnkit.config.schema.Schema;
import cnkit.config.schema.Slot;
import cnkit.config.schema.Types;
import cnkit.config.show.Help;
import cnkit.config.source.FileSource;
import cnkit.config.source.FlagSource;
import cnkit.config.source.Loader;
import cnkit.config.source.Loading;
import cnkit.config.source.MountInfo;
import cnkit.config.source.Recipe;
import cnkit.config.text.Names;
import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import cnkit.core.internal.SystemTime;
import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Names the sources of the settings and loads them. The order of the calls does not matter. The precedence is fixed,
 * from highest to lowest: flags, environment variables, mounts, files, {@link Default}.
 *
 * <pre>{@code
 * Config<Settings> config = Config.builder(Settings.class, MethodHandles.lookup())
 *     .prefix("APP").args(args).environment()
 *     .loadOrExit();
 * }</pre>
 *
 * <p>Created by {@link Config#builder}. Not safe for use by several threads at once. It may load several times.
 *
 * @param <T> the record that the settings become
 */
public final class ConfigBuilder<T> {
  /** The exit code for refused settings: {@code EX_CONFIG}. */
  private static final int REFUSED = 78;

  private final Class<T> type;
  private final MethodHandles.Lookup lookup;
  private final Map<String, Converter<?>> converters = new HashMap<>();
  private final List<Function<Object, List<Problem>>> checks = new ArrayList<>();
  private @Nullable String prefix;
  private @Nullable List<String> args;
  private @Nullable Map<String, String> environment;
  private boolean processEnvironment;
  private final List<FileSource.Input> files = new ArrayList<>();
  private final List<Recipe.Mount> mounts = new ArrayList<>();
  private final Map<String, FileFormat> formats = new HashMap<>();
  private boolean strictEnvironment;
  private boolean emptyEnvIsUnset;
  private boolean secretFlags;
  private @Nullable LocalDate today;
  private Time time = SystemTime.SHARED;

  private @Nullable Schema schema;

  ConfigBuilder(Class<T> type, MethodHandles.Lookup lookup) {
    this.type = requireNonNull(type, "type");
    this.lookup = requireNonNull(lookup, "lookup");
    if (!type.isRecord()) {
      throw new IllegalArgumentException(type.getName() + " is not a record");
    }
  }

  /**
   * Sets the prefix of every environment variable. With {@code APP} the setting {@code db.url} is read from
   * {@code APP_DB_URL}. A variable that starts with {@code APP_} and is not a setting is a problem.
   *
   * @param prefix capital letters, digits and single underscores; starts with a letter, does not end with an
   *     underscore
   * @return this builder
   * @throws IllegalArgumentException if the prefix has another form
   */
  public ConfigBuilder<T> prefix(String prefix) {
    Arguments.check(
        Names.isPrefix(prefix),
        "prefix",
        "capitals, digits and single underscores such as APP or MY_APP",
        "\"" + prefix + "\"");
    this.prefix = prefix;
    this.schema = null;
    return this;
  }

  /**
   * Environment variables have no prefix: the setting {@code port} is read from {@code PORT}. A variable that is not
   * a setting is a problem only if its name starts with the name of a nested record. A variable that looks like a
   * misspelled setting gives a warning.
   *
   * @return this builder
   */
  public ConfigBuilder<T> noPrefix() {
    this.prefix = "";
    this.schema = null;
    return this;
  }

  /**
   * Reads flags: {@code --db.url=v}, {@code --db.url v}, {@code --debug}, {@code --no-debug}. All arguments that are
   * not flags, and all that follow {@code --}, are in {@link Config#arguments()}.
   *
   * @param args the arguments of {@code main}
   * @return this builder
   */
  public ConfigBuilder<T> args(String... args) {
    this.args = List.of(args);
    this.schema = null;
    return this;
  }

  /**
   * Reads the environment variables of this process. Requires {@link #prefix} or {@link #noPrefix}.
   *
   * @return this builder
   */
  public ConfigBuilder<T> environment() {
    this.environment = null;
    this.schema = null;
    this.processEnvironment = true;
    return this;
  }

  /**
   * Reads these variables instead of those of this process, for example in tests.
   *
   * @param variables names and values; copied
   * @return this builder
   */
  public ConfigBuilder<T> environment(Map<String, String> variables) {
    this.environment = Map.copyOf(variables);
    this.schema = null;
    this.processEnvironment = false;
    return this;
  }

  /**
   * Reads configuration files. Later files override earlier ones; this method may be called several times. The
   * extension decides the format: {@code .json}, {@code .properties}, {@code .env} and the formats added with
   * {@link #format}. A file has at most 1 MiB and is UTF-8. A file that cannot be read is a problem.
   *
   * <p>In JSON, records are nested objects. In properties files, names are paths with dots. A {@code .env} file
   * contains variables with the names of environment variables.
   *
   * @param files the files
   * @return this builder
   */
  public ConfigBuilder<T> files(Path... files) {
    for (Path file : files) {
      this.files.add(new FileSource.OnDisk(requireNonNull(file, "file")));
    }
    this.schema = null;
    return this;
  }

  /**
   * Reads a configuration file that is given as a value, for example in tests. Its precedence among the
   * {@link #files} follows the order of the calls.
   *
   * @param name the name used in reports; its extension decides the format
   * @param content its text
   * @return this builder
   */
  public ConfigBuilder<T> file(String name, String content) {
    files.add(
        new FileSource.Given(requireNonNull(name, "name"), requireNonNull(content, "content")));
    this.schema = null;
    return this;
  }

  /**
   * Reads files with these extensions in this format. It replaces a built-in format for the same extension.
   *
   * @param format the format, such as {@code JacksonFormat.of(new YAMLFactory())}
   * @param extensions the extensions without a dot, such as {@code "yaml", "yml"}
   * @return this builder
   */
  public ConfigBuilder<T> format(FileFormat format, String... extensions) {
    requireNonNull(format, "format");
    for (String extension : extensions) {
      formats.put(Names.lower(extension), format);
    }
    return this;
  }

  /**
   * Reads mounted directories, such as Kubernetes Secrets and ConfigMaps. Later directories override earlier ones;
   * this method may be called several times. Each file is one setting, named {@code db.max-pool-size} or
   * {@code db/max-pool-size}. Its content is UTF-8 of at most 1 MiB; one line break at the end is removed, nothing
   * else. A {@code byte[]} setting gets the exact bytes. Names that start with two dots belong to the kubelet and are
   * ignored. All values that are read from one volume belong to the same version of it.
   *
   * @param directories the directories
   * @return this builder
   */
  public ConfigBuilder<T> mounts(Path... directories) {
    for (Path directory : directories) {
      mounts.add(new Recipe.Mount(directory.toString(), directory, Map.of()));
    }
    return this;
  }

  /**
   * Reads a mounted directory that is given as a value, for example in tests. Its precedence among the
   * {@link #mounts} follows the order of the calls.
   *
   * @param name the name used in reports
   * @param files the content of each file, by its path below the directory; copied
   * @return this builder
   */
  public ConfigBuilder<T> mount(String name, Map<String, byte[]> files) {
    var copy = new TreeMap<String, byte[]>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      copy.put(file.getKey(), file.getValue().clone());
    }
    mounts.add(new Recipe.Mount(requireNonNull(name, "name"), null, copy));
    return this;
  }

  /**
   * Turns the warnings of {@link #noPrefix} into problems: variables that look like misspelled settings are rejected.
   *
   * @return this builder
   */
  public ConfigBuilder<T> strictEnvironment() {
    this.strictEnvironment = true;
    return this;
  }

  /**
   * Treats an empty environment variable as not set, for templates that write {@code PORT=} if they have no value.
   * Empty flags and files are not affected.
   *
   * @return this builder
   */
  public ConfigBuilder<T> emptyEnvIsUnset() {
    this.emptyEnvIsUnset = true;
    return this;
  }

  /**
   * Allows flags to set secrets. By default this is a problem, because every user of a machine can read the arguments
   * of its processes.
   *
   * @return this builder
   */
  public ConfigBuilder<T> allowSecretFlags() {
    this.secretFlags = true;
    return this;
  }

  /**
   * Registers a converter for a type of the application. It is also used inside lists, maps, {@code Optional} and
   * {@code Secret}.
   *
   * @param <C> the type
   * @param type the type; a built-in type keeps its own converter
   * @param converter creates a value from text
   * @return this builder
   */
  public <C> ConfigBuilder<T> converter(Class<C> type, Converter<C> converter) {
    converters.put(type.getName(), requireNonNull(converter, "converter"));
    this.schema = null;
    return this;
  }

  /**
   * Adds a check of the bound settings. It runs if there is no other problem. Its problems are reported like all
   * others, and an exception that it throws becomes a problem too. Use a check for combinations that another library
   * rejects, so that the report names the variables.
   *
   * <pre>{@code
   * .check(s -> s.propagationDelay().compareTo(s.shutdownGrace()) < 0
   *     ? List.of()
   *     : List.of(Problem.of("must be shorter than shutdown-grace", "propagation-delay", "shutdown-grace")))
   * }</pre>
   *
   * @param check returns the problems; an empty list if there are none
   * @return this builder
   */
  @SuppressWarnings("unchecked") // it is given nothing but the bound record
  public ConfigBuilder<T> check(Function<? super T, List<Problem>> check) {
    checks.add((Function<Object, List<Problem>>) (Function<?, ?>) requireNonNull(check, "check"));
    return this;
  }

  /**
   * Sets the day with which {@link Formerly#until()} is compared. The default is today in UTC.
   *
   * @param today the day
   * @return this builder
   */
  public ConfigBuilder<T> today(LocalDate today) {
    this.today = requireNonNull(today, "today");
    return this;
  }

  /**
   * Sets the time that {@link Rotating} and {@link Reloadable} use to decide when to read their files. The default is
   * the system's time; use {@code cnkit.core.testing.VirtualTime} in tests. The caller closes it.
   *
   * @param time the time
   * @return this builder
   */
  public ConfigBuilder<T> time(Time time) {
    this.time = requireNonNull(time, "time");
    this.schema = null;
    return this;
  }

  /**
   * Reads all sources and binds the record.
   *
   * @return the configuration
   * @throws ConfigException with all problems of the settings or of their schema
   * @throws IllegalStateException if the environment is a source and no prefix was decided
   */
  public Config<T> load() {
    return config(new Loader(recipe(false), schema()).load(null, null));
  }

  /** The configuration; the one exception lists every problem. */
  private Config<T> config(Loading loading) {
    Loading.Loaded loaded = loaded(loading);
    return new Config<>(type.cast(loaded.value()), loaded);
  }

  static Loading.Loaded loaded(Loading loading) {
    if (loading instanceof Loading.Loaded loaded) {
      return loaded;
    }
    throw new ConfigException(
        loading instanceof Loading.Rejected rejected
            ? rejected.problems()
            : ((Loading.Unsteady) loading).problems());
  }

  /**
   * What {@link #load} would report where the settings are meant for. What can only be known there,
   * the files of {@code X_FILE} and values that need a converter of the application's, counts as right.
   */
  Loading rehearse() {
    return new Loader(recipe(true), Schema.offline(application(), decidedPrefix(), naming()))
        .load(null, null);
  }

  /** What the sources are at this moment: later calls do not change it. */
  private Recipe recipe(boolean offline) {
    return new Recipe(
        args,
        processEnvironment ? System.getenv() : environment,
        processEnvironment,
        List.copyOf(files),
        List.copyOf(mounts),
        Map.copyOf(formats),
        strictEnvironment,
        emptyEnvIsUnset,
        secretFlags,
        List.copyOf(checks),
        today,
        offline);
  }

  /**
   * Reads all sources, binds the record, and from then on checks mounts and files for changes. This is done by a
   * daemon thread {@code cn-config-reload}, which ends when the result is closed.
   *
   * @param every the period of the checks, at least one millisecond; ten seconds are short enough, because the
   *     kubelet takes up to a minute
   * @return the settings
   * @throws ConfigException with every problem of the settings at the start or of their schema
   * @throws IllegalArgumentException if the period is shorter
   */
  public Reloadable<T> reloadable(Duration every) {
    Arguments.check(
        every.compareTo(Duration.ofMillis(1)) >= 0, "every", "at least PT0.001S", every);
    return reloadable(MountInfo::ofThisProcess, every);
  }

  /**
   * Reads all sources and binds the record. Mounts and files are checked for changes whenever
   * {@link Reloadable#poll()} is called; no thread is started.
   *
   * @return the settings
   * @throws ConfigException with every problem of the settings at the start or of their schema
   */
  public Reloadable<T> reloadable() {
    return reloadable(MountInfo::ofThisProcess);
  }

  Reloadable<T> reloadable(MountInfo.Reader mountInfo) {
    return reloadable(mountInfo, null);
  }

  private Reloadable<T> reloadable(MountInfo.Reader mountInfo, @Nullable Duration every) {
    return Reloadable.of(type, new Loader(recipe(false), schema()), mountInfo, time, every);
  }

  /**
   * Reads all sources and binds the record. If that fails, it prints the report on standard error and exits with code
   * 78. If {@code --help} is among the arguments, it prints the reference on standard output and exits with code 0.
   *
   * @return the configuration
   * @throws IllegalStateException if the environment is a source and no prefix was decided
   */
  public Config<T> loadOrExit() {
    if (args != null && FlagSource.asksForHelp(args)) {
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
   * @throws ConfigException if the schema is rejected
   */
  public String help() {
    return Help.text(sound().layout(), prefix != null);
  }

  /**
   * The same reference as files to keep with the code: Markdown, variables, Kubernetes manifests. It depends on the
   * record and the prefix, not on the sources.
   *
   * @return the reference
   * @throws ConfigException if the schema is rejected
   */
  public Reference reference() {
    return new Reference(sound().layout(), prefix != null);
  }

  private Schema sound() {
    Schema compiled = schema();
    if (!compiled.problems().isEmpty()) {
      throw new ConfigException(compiled.problems());
    }
    return compiled;
  }

  /** The schema under the prefix, made once until something changes that it depends on. */
  private Schema schema() {
    Schema known = schema;
    if (known == null) {
      known = Schema.of(application(), decidedPrefix(), naming());
      schema = known;
    }
    return known;
  }

  private Schema.Application application() {
    Time lookedAt = time;
    // no lambda, whose first one costs a start some 20 ms; and Rotation is loaded only when it is
    // asked for
    Rotations rotations = new Rotations() {
      @Override
      public Object following(Slot slot, Node.Bytes first, Object value, Types types) {
        return Rotation.of(slot, first, value, types, lookedAt);
      }
    };
    return new Schema.Application(type, lookup, Map.copyOf(converters), rotations);
  }

  private String decidedPrefix() {
    if (prefix == null && readsVariables()) {
      throw new IllegalStateException(
          "the environment is a source: decide between prefix(…) and noPrefix()");
    }
    return prefix == null ? "" : prefix;
  }

  private boolean readsVariables() {
    boolean reads = readsEnvironment();
    for (FileSource.Input file : files) {
      reads |= FileSource.isDotenv(file);
    }
    return reads;
  }

  private boolean readsEnvironment() {
    return processEnvironment || environment != null;
  }

  /** The channel in whose spelling a remedy names a setting. */
  private Origin.Channel naming() {
    if (readsEnvironment()) {
      return Origin.Channel.ENVIRONMENT;
    }
    return args == null ? Origin.Channel.FILE : Origin.Channel.FLAG;
  }
}
