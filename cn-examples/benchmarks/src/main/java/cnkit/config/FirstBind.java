package cnkit.config;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the first bind costs a start: each contender in a fresh JVM, timed from {@code main} to the bound record, round
 * by round, one after another, as medians. JMH cannot measure this, since its own classes are there before.
 *
 * <pre>{@code
 * java -cp ... cnkit.config.FirstBind [--rounds 15] [--jvm /path/to/java]
 * }</pre>
 */
public final class FirstBind {
  private static final Map<String, String> CONTENDERS = new LinkedHashMap<>();

  static {
    CONTENDERS.put("hand-written", "cnkit.config.HandWritten");
    CONTENDERS.put("kit, schema resource", "cnkit.config.Kit");
    CONTENDERS.put("kit, reflection", "cnkit.config.Kit");
    CONTENDERS.put("SmallRye Config", "cnkit.config.SmallRye");
    CONTENDERS.put("Spring Boot Binder", "cnkit.config.Spring");
    CONTENDERS.put("Gestalt", "cnkit.config.GestaltPeer");
  }

  private FirstBind() {}

  /** The child: one bind, then what it took. */
  public static final class Child {
    private Child() {}

    /** Binds what it is told and prints nanoseconds, classes loaded, and how many of them are Jackson's. */
    public static void main(String[] args) throws Exception {
      long start = System.nanoTime();
      Supplier<?> contender = Class.forName(args[0])
          .asSubclass(Supplier.class)
          .getDeclaredConstructor()
          .newInstance();
      Object bound = contender.get();
      long took = System.nanoTime() - start;
      int classes = ManagementFactory.getClassLoadingMXBean().getLoadedClassCount();
      System.out.println("took " + took + " " + classes + " " + bound.hashCode());
    }
  }

  private record Run(long nanos, int classes, boolean jackson) {}

  /**
   * Runs all contenders and prints a table.
   *
   * @param args options
   * @throws Exception if a child fails
   */
  public static void main(String[] args) throws Exception {
    int rounds = 15;
    String jvm = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String only = "";
    for (int i = 0; i + 1 < args.length; i += 2) {
      switch (args[i]) {
        case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
        case "--jvm" -> jvm = args[i + 1];
        case "--only" -> only = args[i + 1];
        default -> throw new IllegalArgumentException("no such option: " + args[i]);
      }
    }
    Path blind = withoutSchema();
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    for (int round = -1; round < rounds; round++) { // the first one warms the file cache
      for (Map.Entry<String, String> contender : CONTENDERS.entrySet()) {
        if (contender.getKey().contains(only)) {
          Run run = child(jvm, contender.getKey(), contender.getValue(), blind, round < 0);
          if (round >= 0) {
            runs.computeIfAbsent(contender.getKey(), k -> new ArrayList<>()).add(run);
          } else if (run.jackson()) {
            System.out.println(contender.getKey() + " loads Jackson");
          }
        }
      }
    }
    print(runs, System.out);
  }

  /** The settings' classes without their schema, so that the kit must reflect. */
  private static Path withoutSchema() throws Exception {
    Path classes =
        Path.of(Thirty.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Path directory = Files.createTempDirectory("cn-first-bind");
    for (Class<?> type : List.of(Thirty.class, Thirty.Settings.class, Thirty.Level.class)) {
      String file = type.getName().replace('.', '/') + ".class";
      Path copy = directory.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(classes.resolve(file), copy);
      copy.toFile().deleteOnExit();
    }
    return directory;
  }

  /** What the kit is, before all the peers: nobody else has those on the class path. */
  private static String classPath() {
    var first = new ArrayList<String>();
    var rest = new ArrayList<String>();
    for (String entry :
        System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
      (first.isEmpty() || entry.contains("cn-config") ? first : rest).add(entry);
    }
    first.addAll(rest);
    return String.join(java.io.File.pathSeparator, first);
  }

  private static Run child(String jvm, String name, String contender, Path blind, boolean verbose)
      throws Exception {
    String classPath = classPath();
    var command = new ArrayList<String>();
    command.add(jvm);
    if (verbose) {
      command.add("-verbose:class");
    }
    command.add("-cp");
    command.add(
        name.contains("reflection") ? blind + java.io.File.pathSeparator + classPath : classPath);
    command.add(Child.class.getName());
    command.add(contender);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            name.equals("SmallRye Config") || name.equals("hand-written")
                ? Thirty.iso()
                : Thirty.variables());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(name + " failed: "
          + out.lines().filter(line -> !line.contains("[class,load]")).toList());
    }
    String result = out.lines()
        .filter(line -> line.startsWith("took "))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(out));
    String[] last = result.substring("took ".length()).split(" ", -1);
    return new Run(
        Long.parseLong(last[0]),
        Integer.parseInt(last[1]),
        out.contains("com.fasterxml.jackson.core"));
  }

  private static void print(Map<String, List<Run>> runs, PrintStream out) {
    out.println(
        "| first bind of 30 settings | median ms | least ms | to hand-written | classes loaded |");
    out.println("|---|---|---|---|---|");
    double hand = 0;
    for (Map.Entry<String, List<Run>> contender : runs.entrySet()) {
      var nanos = new ArrayList<Long>();
      for (Run run : contender.getValue()) {
        nanos.add(run.nanos());
      }
      Collections.sort(nanos);
      double median = nanos.get(nanos.size() / 2) / 1e6;
      hand = hand == 0 ? median : hand;
      out.println(String.format(
          Locale.ROOT,
          "| %s | %.1f | %.1f | %.1f | %d |",
          contender.getKey(),
          median,
          nanos.get(0) / 1e6,
          median / hand,
          contender.getValue().get(0).classes()));
    }
  }
}
