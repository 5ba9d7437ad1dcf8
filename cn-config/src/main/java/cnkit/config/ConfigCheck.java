package cnkit.config;

import cnkit.config.source.Disk;
import cnkit.config.source.DotenvFile;
import cnkit.config.source.FlatFile;
import cnkit.config.source.Loading;
import cnkit.config.source.MountSource;
import cnkit.config.text.Text;
import cnkit.core.internal.JsonWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prints the report of a start-up without starting the application, so that a build pipeline finds what a pod would
 * reject:
 *
 * <pre>{@code
 * java -cp app.jar cnkit.config.ConfigCheck com.example.Settings --prefix APP --env-file rendered.env
 * }</pre>
 *
 * <p>Only the record's classes are loaded, and the environment variables of this process are not read. The
 * application's converters and checks are assumed to be valid, and so are files that {@code X_FILE} variables name
 * and that do not exist here. The exit code is 0 if start-up would succeed, 78 if it would fail, and 64 if this
 * command itself is wrong.
 */
public final class ConfigCheck {
  private static final int REFUSED = 78;
  private static final int USAGE = 64;

  private static final String HELP = """
      java -cp APP cnkit.config.ConfigCheck RECORD [options] [-- FLAGS]

        RECORD               the fully qualified name of the record of settings
        --env-file FILE      variables as NAME=value lines; may repeat, each name once
        --prefix PREFIX      as the application says .prefix(...)
        --no-prefix          as the application says .noPrefix(); the default
        --file FILE          a configuration file; may repeat, later ones override
        --mount DIRECTORY    a mounted directory; may repeat, later ones override
        --strict             as .strictEnvironment()
        --empty-is-unset     as .emptyEnvIsUnset()
        --json               the problems as a JSON array on standard output
        --reference          print what the application's --help prints
        --help               this text
        -- FLAGS             the flags that the application will be given
      """;

  private final PrintStream out;
  private final PrintStream err;

  ConfigCheck(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Runs the check and exits.
   *
   * @param args the record and options; {@code --help} lists them
   */
  public static void main(String[] args) {
    int code = new ConfigCheck(System.out, System.err).run(args);
    System.out.flush();
    System.err.flush();
    System.exit(code);
  }

  /** A command that makes no sense. */
  private static final class Misuse extends Exception {
    private static final long serialVersionUID = 1L;

    Misuse(String message) {
      super(message);
    }
  }

  /** Answers with the exit code. */
  int run(String... args) {
    try {
      return check(args);
    } catch (Misuse e) {
      err.println(e.getMessage() + "\n\n" + HELP);
      return USAGE;
    }
  }

  private int check(String[] args) throws Misuse {
    String record = "";
    String prefix = "";
    boolean json = false;
    boolean strict = false;
    boolean emptyIsUnset = false;
    boolean reference = false;
    var files = new ArrayList<Path>();
    var mounts = new ArrayList<Path>();
    var syntax = new ArrayList<Problem>();
    Map<String, String> variables = new LinkedHashMap<>();
    String[] flags = {};
    for (int i = 0; i < args.length; i++) {
      String value = i + 1 < args.length ? args[i + 1] : "";
      switch (args[i]) {
        case "--help" -> {
          out.print(HELP);
          return 0;
        }
        case "--json" -> json = true;
        case "--strict" -> strict = true;
        case "--empty-is-unset" -> emptyIsUnset = true;
        case "--reference" -> reference = true;
        case "--no-prefix" -> prefix = "";
        case "--prefix", "--env-file", "--file", "--mount" -> {
          if (i + 1 == args.length) {
            throw new Misuse(args[i] + " needs a value");
          }
          switch (args[i++]) {
            case "--prefix" -> prefix = value;
            case "--env-file" -> read(value, variables, syntax);
            case "--file" -> files.add(path(value));
            default -> mounts.add(path(value));
          }
        }
        case "--" -> {
          flags = List.of(args).subList(i + 1, args.length).toArray(new String[0]);
          i = args.length;
        }
        default -> {
          if (args[i].startsWith("-") || !record.isEmpty()) {
            throw new Misuse("no such option: " + args[i]);
          }
          record = args[i];
        }
      }
    }
    ConfigBuilder<?> builder = builder(record, prefix);
    if (reference) {
      return reference(builder);
    }
    builder
        .environment(variables)
        .files(files.toArray(new Path[0]))
        .mounts(mounts.toArray(new Path[0]))
        .args(flags);
    if (strict) {
      builder.strictEnvironment();
    }
    if (emptyIsUnset) {
      builder.emptyEnvIsUnset();
    }
    return report(builder.rehearse(), syntax, json);
  }

  private int reference(ConfigBuilder<?> builder) {
    try {
      out.print(builder.help());
      return 0;
    } catch (ConfigException e) {
      err.print(e.getMessage());
      return REFUSED;
    }
  }

  private int report(Loading loading, List<Problem> syntax, boolean json) {
    var problems = new ArrayList<>(syntax);
    List<Problem> warnings = List.of();
    if (loading instanceof Loading.Loaded loaded) {
      warnings = Report.sorted(loaded.warnings());
    } else {
      problems.addAll(
          loading instanceof Loading.Rejected rejected
              ? rejected.problems()
              : ((Loading.Unsteady) loading).problems());
    }
    List<Problem> sorted = Report.sorted(problems);
    if (json) {
      var text = new JsonWriter();
      text.beginArray();
      for (Problem problem : sorted) {
        problem.writeTo(text);
      }
      out.println(text.endArray());
    } else if (!sorted.isEmpty()) {
      err.print(Report.render(sorted));
    } else {
      out.println("configuration is sound");
    }
    for (Problem warning : warnings) {
      err.println("warning: " + warning);
    }
    return sorted.isEmpty() ? 0 : REFUSED;
  }

  private static ConfigBuilder<?> builder(String record, String prefix) throws Misuse {
    if (record.isEmpty()) {
      throw new Misuse("which record?");
    }
    Class<?> type = type(record);
    if (!type.isRecord()) {
      throw new Misuse(record + " is not a record");
    }
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      lookup = MethodHandles.privateLookupIn(type, lookup);
    } catch (IllegalAccessException e) {
      // its module keeps it from us: what is public there is still within reach
    }
    try {
      ConfigBuilder<?> builder = Config.builder(type, lookup);
      return prefix.isEmpty() ? builder.noPrefix() : builder.prefix(prefix);
    } catch (IllegalArgumentException e) {
      throw new Misuse(String.valueOf(e.getMessage()));
    }
  }

  /** A record inside another type may be named with dots, as in its source. */
  private static Class<?> type(String name) throws Misuse {
    for (String binary = name; ; ) {
      try {
        return Class.forName(binary, false, ConfigCheck.class.getClassLoader());
      } catch (ClassNotFoundException e) {
        int dot = binary.lastIndexOf('.');
        if (dot < 0) {
          throw new Misuse("no class " + name + " on the class path");
        }
        binary = binary.substring(0, dot) + "$" + binary.substring(dot + 1);
      } catch (LinkageError e) {
        throw new Misuse(name + " cannot be loaded: " + e);
      }
    }
  }

  private static Path path(String text) throws Misuse {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new Misuse("not a path: " + Text.shown(text));
    }
  }

  private static void read(String file, Map<String, String> variables, List<Problem> problems)
      throws Misuse {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(path(file));
    } catch (IOException e) {
      throw new Misuse(file + ": " + Disk.reason(e));
    }
    String text = MountSource.text(bytes);
    if (text == null) {
      throw new Misuse(file + ": expected UTF-8 text, found other bytes");
    }
    var entries = new FlatFile(file, problems);
    DotenvFile.read(text, entries);
    for (FlatFile.Entry entry : entries.entries) {
      if (variables.putIfAbsent(entry.key(), entry.value()) != null) {
        throw new Misuse(entry.key() + " is in two of the files");
      }
    }
  }
}
