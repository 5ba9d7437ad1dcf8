package cnkit.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the command line asks for.
 *
 * @param suites parts of suites' names; empty: all
 * @param quick only contenders that a goal names, only thread counts that are judged, shorter iterations
 * @param cpu whether CPU time is judged at every number of threads
 * @param rounds forks of every contender
 * @param java what runs the forks
 * @param out where the tables go, besides standard output
 * @param list whether only to list the suites
 */
record Options(
    List<String> suites,
    boolean quick,
    boolean cpu,
    int rounds,
    Path java,
    Optional<Path> out,
    boolean list) {

  static final String USAGE = """
      usage: run [--suite NAME,...] [--quick] [--cpu] [--rounds N] [--jvm 17|25|HOME] [--out FILE] [--list]

        --suite NAME,...   suites whose name contains one of these; default: all
        --quick            only what is judged: contenders that a goal names, threads up to the cores
        --cpu              CPU time also at several threads: for a busy machine, where wall time says nothing
        --rounds N         forks of every contender, 2 to 100; default 5, with --quick 3
        --jvm VERSION      what the forks run on: a version that is installed, or its home; default: this JVM
        --out FILE         the tables as Markdown, also on standard output
        --list             only names the suites
      """;

  Options {
    suites = List.copyOf(suites);
  }

  static Options parse(List<String> args) {
    List<String> suites = List.of();
    boolean quick = false;
    boolean cpu = false;
    boolean list = false;
    int rounds = 0;
    Path java = executable(Path.of(System.getProperty("java.home")));
    Optional<Path> out = Optional.empty();
    for (int i = 0; i < args.size(); i++) {
      switch (args.get(i)) {
        case "--quick" -> quick = true;
        case "--cpu" -> cpu = true;
        case "--list" -> list = true;
        case "--suite" -> suites = List.of(value(args, ++i).split(",", -1));
        case "--rounds" -> rounds = rounds(value(args, ++i));
        case "--jvm" -> java = jvm(value(args, ++i));
        case "--out" -> out = Optional.of(Path.of(value(args, ++i)));
        default -> throw new IllegalArgumentException("unknown option: " + args.get(i));
      }
    }
    return new Options(suites, quick, cpu, rounds == 0 ? quick ? 3 : 5 : rounds, java, out, list);
  }

  private static String value(List<String> args, int index) {
    if (index >= args.size()) {
      throw new IllegalArgumentException(args.get(index - 1) + ": expected a value after it");
    }
    return args.get(index);
  }

  private static int rounds(String text) {
    if (!text.matches("[1-9][0-9]?|100") || text.equals("1")) {
      throw new IllegalArgumentException("--rounds: expected 2..100, got \"" + text + "\"");
    }
    return Integer.parseInt(text);
  }

  private static Path jvm(String text) {
    return text.matches("[0-9]+") ? installed(text) : executable(Path.of(text));
  }

  private static Path installed(String version) {
    List<Path> homes = new ArrayList<>();
    homes.add(Path.of(System.getProperty("java.home")));
    Path jvms = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(jvms)) {
      try (Stream<Path> found = Files.list(jvms)) {
        found.sorted().forEach(homes::add);
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return homes.stream()
        .filter(home -> release(home).contains("JAVA_VERSION=\"" + version + "."))
        .map(Options::executable)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "--jvm " + version + ": none found in " + jvms + "; give the home of one"));
  }

  private static String release(Path home) {
    try {
      Path file = home.resolve("release");
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (java.io.IOException e) {
      return "";
    }
  }

  private static Path executable(Path home) {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    Path java =
        Files.isDirectory(home) ? home.resolve("bin").resolve(windows ? "java.exe" : "java") : home;
    if (!Files.isExecutable(java)) {
      throw new IllegalArgumentException("--jvm: " + java + " is not an executable");
    }
    return java;
  }

  boolean selects(Contest contest) {
    return suites.isEmpty() || suites.stream().anyMatch(contest.suite().name()::contains);
  }
}
