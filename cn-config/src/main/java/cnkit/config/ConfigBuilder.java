package cnkit.config;

import static java.util.Objects.requireNonNull;

import cnkit.config.format.FileFormat;
import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Says where settings come from. The order of the calls means nothing: precedence is fixed, flags
 * over environment over mounts over files over {@link Default}.
 *
 * <pre>{@code
 * Config<Settings> config = Config.builder(Settings.class, MethodHandles.lookup())
 *     .prefix("APP").args(args).environment()
 *     .loadOrExit();
 * }</pre>
 *
 * <p>Made by {@link Config#builder}. Not for use by several threads at once. It may load several times.
 *
 * @param <T> the record that the settings become
 */
public final class ConfigBuilder<T> {
  /** How often everything is read anew when a volume was swapped under the reader. */
  private static final int ATTEMPTS = 20;

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
  private final List<FileSource.Input> files = new ArrayList<>();
  private final List<Mount> mounts = new ArrayList<>();
  private final Map<String, FileFormat> formats = new HashMap<>();
  private boolean strictEnvironment;
  private boolean emptyEnvIsUnset;
  private boolean secretFlags;
  private @Nullable LocalDate today;
  /** Null for the system's. */
  private @Nullable LongSupplier ticker;

  /** Whether this only rehearses a start elsewhere: files and converters may be there, but not here. */
  private boolean offline;

  private @Nullable Schema schema;

  /** A mounted directory, or its files given as values. */
  private record Mount(String name, @Nullable Path directory, Map<String, byte[]> files) {}

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
   * Reads configuration files, later ones over earlier ones; may be called several times. The
   * extension tells the format: {@code .json}, {@code .properties}, {@code .env} and what {@link
   * #format} adds. A file of at most 1 MiB, in UTF-8; one that cannot be read is a problem.
   *
   * <p>In JSON records nest; in properties their names are dotted paths; a {@code .env} file holds
   * variables, named as the environment's are.
   *
   * @param files the files
   * @return this builder
   */
  public ConfigBuilder<T> files(Path... files) {
    for (Path file : files) {
      this.files.add(new FileSource.OnDisk(requireNonNull(file, "file")));
    }
    return this;
  }

  /**
   * Reads a configuration file that is given as a value, as for tests; in one order with {@link
   * #files}.
   *
   * @param name its name, by which reports call it and whose extension tells the format
   * @param content its text
   * @return this builder
   */
  public ConfigBuilder<T> file(String name, String content) {
    files.add(
        new FileSource.Given(requireNonNull(name, "name"), requireNonNull(content, "content")));
    return this;
  }

  /**
   * Reads files with these extensions in this format, also in place of a built-in one.
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
   * Reads mounted directories, such as Kubernetes Secrets and ConfigMaps, later ones over earlier
   * ones; may be called several times. Each file is one setting, {@code db.max-pool-size} or
   * {@code db/max-pool-size}: UTF-8 of at most 1 MiB, from which one line break at the end is
   * removed and nothing else; a {@code byte[]} gets the very bytes. Names that begin with two dots
   * are the kubelet's. What is read of one volume is one state of it.
   *
   * @param directories the directories
   * @return this builder
   */
  public ConfigBuilder<T> mounts(Path... directories) {
    for (Path directory : directories) {
      mounts.add(new Mount(directory.toString(), directory, Map.of()));
    }
    return this;
  }

  /**
   * Reads a mounted directory that is given as a value, as for tests; in one order with {@link
   * #mounts}.
   *
   * @param name its name, by which reports call it
   * @param files the contents by their paths below it; copied
   * @return this builder
   */
  public ConfigBuilder<T> mount(String name, Map<String, byte[]> files) {
    var copy = new TreeMap<String, byte[]>();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      copy.put(file.getKey(), file.getValue().clone());
    }
    mounts.add(new Mount(requireNonNull(name, "name"), null, copy));
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
    this.schema = null;
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
    return loading(null, null).orThrow().config();
  }

  /**
   * Reads until no volume was swapped meanwhile, and binds.
   *
   * @param running what settings keep that only a restart changes; null at the start
   * @param mountInfo tells of files that can never change; null when nobody follows them
   */
  Loading<T> loading(@Nullable Config<T> running, MountInfo.@Nullable Reader mountInfo) {
    Schema compiled = schema();
    for (int attempt = 1; ; attempt++) {
      var disk = new Disk();
      Sources sources = read(compiled.layout, compiled.defaults, disk);
      if (disk.isStable()) {
        if (mountInfo != null && !disk.outside().isEmpty()) {
          sources.warnings().addAll(MountInfo.unchanging(mountInfo.read(), disk.outside()));
        }
        return bound(compiled, sources, running, disk);
      }
      if (attempt == ATTEMPTS) {
        var unsteady = new Problem(
            Problem.Code.UNREADABLE,
            "",
            "changed each of the " + ATTEMPTS + " times that it was read",
            disk.swapped(),
            "");
        return new Loading.Unsteady<>(List.of(unsteady), disk);
      }
    }
  }

  /** What all sources say, lowest first. */
  private record Sources(
      List<Layer> layers,
      List<String> arguments,
      List<Former> formers,
      List<Problem> problems,
      List<Problem> warnings) {}

  private Sources read(Layout layout, Layer defaults, Disk disk) {
    var problems = new ArrayList<Problem>(0);
    var warnings = new ArrayList<Problem>(0);
    var formers = new ArrayList<Former>(0);
    var layers = new ArrayList<Layer>(4);
    layers.add(defaults);
    if (!files.isEmpty()) {
      var source = new FileSource(layout, disk, formats, problems, warnings, formers);
      for (FileSource.Input file : files) {
        layers.add(source.read(file, merged(layout, layers)));
      }
    }
    for (Mount mount : mounts) {
      var layer = new Layer(layout);
      var source = new MountSource(problems);
      Path directory = mount.directory();
      new TreeSource(layout, layer, problems, formers)
          .fill(
              directory == null
                  ? source.given(mount.name(), mount.files())
                  : source.read(disk, directory));
      layers.add(layer);
    }
    Map<String, String> variables = processEnvironment ? System.getenv() : environment;
    if (variables != null) {
      var layer = new Layer(layout);
      var reading = new Variables(processEnvironment, offline, disk, problems);
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
    return new Sources(layers, arguments, formers, problems, warnings);
  }

  private Loading<T> bound(
      Schema compiled, Sources sources, @Nullable Config<T> running, Disk disk) {
    Layout layout = compiled.layout;
    List<Layer> layers = sources.layers();
    List<Problem> problems = sources.problems();
    if (!sources.formers().isEmpty()) {
      Formers.settle(
          sources.formers(),
          layers,
          today == null ? LocalDate.now(ZoneOffset.UTC) : today,
          problems,
          sources.warnings());
    }
    Layer merged = merged(layout, layers);
    List<ReloadEvent.Change> waiting = List.of();
    if (running != null) {
      waiting = new ArrayList<>();
      merged = kept(layout, merged, layers, running, waiting);
    }
    if (offline) {
      merged = compiled.withoutCustom(merged);
    }
    var values = new Values(compiled.types, problems);
    Object bound = new Binder(layout, merged, values, compiled.types, problems).root();
    if (bound == Types.FAILED || !problems.isEmpty()) {
      return new Loading.Rejected<>(Report.sorted(problems), disk);
    }
    T settings = type.cast(bound);
    if (!checks.isEmpty()) {
      new Application(layout, merged).run(checks, settings, problems);
      if (!problems.isEmpty()) {
        return new Loading.Rejected<>(Report.sorted(problems), disk);
      }
    }
    var config =
        new Config<>(settings, layout, layers, merged, sources.arguments(), sources.warnings());
    return new Loading.Loaded<>(config, waiting, disk);
  }

  /** The settings with those of the start where only a restart changes them; the difference is waiting. */
  private static Layer kept(
      Layout layout,
      Layer now,
      List<Layer> layers,
      Config<?> running,
      List<ReloadEvent.Change> waiting) {
    Layer kept = now.copy();
    for (Slot slot : layout.slots) {
      if (slot.isRestartOnly()) {
        Node start = running.merged.nodes[slot.index];
        ReloadEvent.Change change = Effective.change(slot, start, now.nodes[slot.index]);
        if (change != null) {
          waiting.add(change);
        }
        kept.nodes[slot.index] = start;
        // the sources are the same ones in the same order, and explain is to tell of what is in
        // effect
        for (int i = 0; i < layers.size(); i++) {
          layers.get(i).nodes[slot.index] = running.layers.get(i).nodes[slot.index];
        }
      }
    }
    return kept;
  }

  /**
   * What {@link #load} would report where the settings are meant for. What can only be known there,
   * the files of {@code X_FILE} and values that need a converter of the application's, counts as right.
   *
   * @return the problems, none when all is well, and the warnings
   */
  Rehearsal rehearse() {
    offline = true;
    schema = null;
    try {
      Loading<T> loading = loading(null, null);
      return loading instanceof Loading.Rejected<T> rejected
          ? new Rehearsal(rejected.problems(), List.of())
          : new Rehearsal(List.of(), loading.orThrow().config().warnings());
    } catch (ConfigException e) {
      return new Rehearsal(e.problems(), List.of());
    }
  }

  /** What came of a rehearsal. */
  record Rehearsal(List<Problem> problems, List<Problem> warnings) {}

  /** A copy that the user of this builder cannot change. */
  private ConfigBuilder<T> copy() {
    var copy = new ConfigBuilder<>(type, lookup);
    copy.converters.putAll(converters);
    copy.checks.addAll(checks);
    copy.files.addAll(files);
    copy.mounts.addAll(mounts);
    copy.formats.putAll(formats);
    copy.prefix = prefix;
    copy.args = args;
    copy.hasArgs = hasArgs;
    copy.environment = environment;
    copy.processEnvironment = processEnvironment;
    copy.strictEnvironment = strictEnvironment;
    copy.emptyEnvIsUnset = emptyEnvIsUnset;
    copy.secretFlags = secretFlags;
    copy.today = today;
    copy.ticker = ticker;
    return copy;
  }

  /**
   * Reads all sources, binds the record, and follows mounts and files from then on, with a daemon
   * thread {@code cn-config-reload} that ends when the result is closed.
   *
   * @param every the time from one look to the next, at least one millisecond; ten seconds are
   *     plenty, since the kubelet takes up to a minute
   * @return the settings
   * @throws ConfigException with every problem of the settings at the start or of their schema
   * @throws IllegalArgumentException if the time is shorter
   */
  public Reloadable<T> reloadable(Duration every) {
    if (every.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("every: expected at least PT0.001S, got " + every);
    }
    return Reloadable.of(copy(), MountInfo::ofThisProcess, every);
  }

  /**
   * Reads all sources, binds the record, and follows mounts and files whenever {@link
   * Reloadable#poll()} is called; no thread is started.
   *
   * @return the settings
   * @throws ConfigException with every problem of the settings at the start or of their schema
   */
  public Reloadable<T> reloadable() {
    return reloadable(MountInfo::ofThisProcess);
  }

  Reloadable<T> reloadable(MountInfo.Reader mountInfo) {
    return Reloadable.of(copy(), mountInfo, null);
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

  /**
   * The same reference as files to keep beside the code: Markdown, variables, Kubernetes manifests.
   * The sources given so far do not matter; the prefix does.
   *
   * @return the reference
   * @throws ConfigException if the schema is refused
   */
  public Reference reference() {
    return new Reference(schema().layout, prefix != null);
  }

  private Schema schema() {
    boolean readsEnvironment = processEnvironment || environment != null;
    String decided = prefix;
    if (decided == null && !readsEnvironment) {
      for (FileSource.Input file : files) {
        readsEnvironment |= FileSource.isDotenv(file);
      }
    }
    if (decided == null && readsEnvironment) {
      throw new IllegalStateException(
          "the environment is a source: decide between prefix(…) and noPrefix()");
    }
    Schema compiled = schema;
    if (compiled == null) {
      compiled =
          Schema.of(type, lookup, decided == null ? "" : decided, converters, ticker, offline);
      schema = compiled;
    }
    compiled.layout.naming = readsEnvironment
        ? Origin.Channel.ENVIRONMENT
        : hasArgs ? Origin.Channel.FLAG : Origin.Channel.FILE;
    return compiled;
  }
}
