package cnkit.examples.footprint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Measures whole processes, interleaved: the twin on the JDK alone, the kit's four modules, the orders service; each
 * plain and with an archive of its classes. Prints one Markdown table a JVM and what became of the goals.
 */
public final class Footprint {
  private static final int CONNECTIONS = 16;
  private static final int WARM_UP_SECONDS = 12;
  private static final List<String> OPTIONS =
      List.of("-XX:+UseSerialGC", "-Xmx64m", "-XX:TrimNativeHeapInterval=5000", "-XX:-UsePerfData");

  /** One program under one start-up, and what was measured of it. */
  private record Contender(
      String name,
      List<String> program,
      Path jar,
      boolean archived,
      List<Double> ready,
      List<Double> resident,
      List<Double> loaded,
      List<Double> throughput) {
    Contender(String name, List<String> program, Path jar, boolean archived) {
      this(
          name,
          program,
          jar,
          archived,
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>(),
          new ArrayList<>());
    }

    String title() {
      return name + (archived ? " + archive" : "");
    }
  }

  private final Path jvm;
  private final int feature;
  private final int runs;
  private final int rounds;
  private final Path archives;

  private Footprint(Path home, int runs, int rounds) throws IOException {
    this.jvm = home.resolve("bin/java");
    String release = Files.readString(home.resolve("release"));
    int version = release.indexOf("JAVA_VERSION=\"") + 14;
    this.feature = Integer.parseInt(release.substring(version, version + 2));
    this.runs = runs;
    this.rounds = rounds;
    this.archives = Files.createTempDirectory("footprint");
  }

  /**
   * {@code [--runs 15] [--rounds 3] [JDK_HOME …]}; without a home, the JVM that runs this.
   *
   * @param args as above
   * @throws Exception if a contender does not start or answer
   */
  public static void main(String[] args) throws Exception {
    int runs = 15;
    int rounds = 3;
    List<Path> homes = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--runs" -> runs = Integer.parseInt(args[++i]);
        case "--rounds" -> rounds = Integer.parseInt(args[++i]);
        default -> homes.add(Path.of(args[i]));
      }
    }
    if (homes.isEmpty()) {
      homes.add(Path.of(System.getProperty("java.home")));
    }
    Path here = Path.of(
            Footprint.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .toAbsolutePath();
    for (Path home : homes) {
      new Footprint(home, runs, rounds).measure(here);
    }
  }

  private void measure(Path jar) throws IOException, InterruptedException {
    Path orders = jar.resolveSibling("../../service/target/orders.jar").normalize();
    List<Contender> contenders = new ArrayList<>();
    for (boolean archived : new boolean[] {false, true}) {
      contenders.add(new Contender(
          "twin", List.of("-cp", jar.toString(), Twin.class.getName()), jar, archived));
      contenders.add(
          new Contender("kit", List.of("-cp", jar.toString(), Kit.class.getName()), jar, archived));
      contenders.add(new Contender("orders", List.of("-jar", orders.toString()), orders, archived));
    }
    for (Contender contender : contenders) {
      if (contender.archived()) {
        train(contender);
      }
    }
    for (int run = 0; run < runs; run++) {
      for (Contender contender : contenders) {
        try (Life life = Life.begin(command(contender))) {
          contender.ready.add(life.readyMillis());
          contender.resident.add(life.residentMegabytes());
        }
      }
    }
    for (int round = 0; round < rounds; round++) {
      for (Contender contender : contenders) {
        try (Life life = Life.begin(command(contender))) {
          life.load(CONNECTIONS, WARM_UP_SECONDS);
          contender.throughput.add(life.load(CONNECTIONS, 4));
          contender.loaded.add(life.residentMegabytes());
        }
      }
    }
    print(contenders);
  }

  private List<String> command(Contender contender) {
    List<String> command = new ArrayList<>(List.of(jvm.toString()));
    command.addAll(OPTIONS);
    if (contender.archived()) {
      command.add(
          (feature >= 25 ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + archive(contender));
    }
    command.addAll(contender.program());
    return command;
  }

  private Path archive(Contender contender) {
    return archives.resolve(contender.name() + ".archive");
  }

  private void train(Contender contender) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(jvm.toString()));
    command.addAll(OPTIONS);
    command.add(
        (feature >= 25 ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive(contender));
    command.addAll(contender.program());
    try (Life life = Life.begin(command)) {
      life.load(2, 0.5);
    }
    if (!Files.exists(archive(contender))) {
      throw new IOException("no archive of " + contender.name());
    }
  }

  private void print(List<Contender> contenders) throws IOException {
    System.out.printf(
        Locale.ROOT,
        "%n%s, JDK %d, %d processors, %s; medians of %d starts and %d rounds of load%n%n",
        LocalDate.now(ZoneOffset.UTC),
        feature,
        Runtime.getRuntime().availableProcessors(),
        String.join(" ", OPTIONS),
        runs,
        rounds);
    System.out.println(
        "| | start to ready, ms (min–max) | resident then, MB | after load, MB | requests/s | of the twin's | jars, MB |");
    System.out.println("|---|---:|---:|---:|---:|---:|---:|");
    for (int i = 0; i < contenders.size(); i++) {
      Contender contender = contenders.get(i);
      Contender twin = contenders.get(i / 3 * 3);
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f (%.0f–%.0f) | %.1f | %.1f | %.0f | %.2f | %.1f |%n",
          contender.title(),
          median(contender.ready),
          Collections.min(contender.ready),
          Collections.max(contender.ready),
          median(contender.resident),
          median(contender.loaded),
          median(contender.throughput),
          ratio(contender, twin),
          jars(contender) / 1e6);
    }
    System.out.println();
    Contender twin = contenders.get(0);
    Contender kit = contenders.get(1);
    Contender archived = contenders.get(5);
    goal("the four modules add to start-to-ready, ms", median(kit.ready) - median(twin.ready), 40);
    goal("the four modules add before load, MB", median(kit.resident) - median(twin.resident), 8);
    goal("the four modules add after load, MB", median(kit.loaded) - median(twin.loaded), 8);
    goal("orders with archive, start to ready, ms", median(archived.ready), 500);
    goal("orders with archive, resident after load, MB", median(archived.loaded), 130);
    goal("the four modules lose of the twin's throughput, %", 100 * (1 - ratio(kit, twin)), 5);
    goal("orders loses of the twin's throughput, %", 100 * (1 - ratio(contenders.get(2), twin)), 5);
  }

  private static void goal(String what, double value, double limit) {
    System.out.printf(
        Locale.ROOT,
        "- %s: %.1f, goal at most %.0f: **%s**%n",
        what,
        value,
        limit,
        value <= limit ? "met" : "missed");
  }

  /** The median of the rounds' ratios: a round is one load of each, one after another. */
  private static double ratio(Contender contender, Contender twin) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < contender.throughput.size(); round++) {
      ratios.add(contender.throughput.get(round) / twin.throughput.get(round));
    }
    return median(ratios);
  }

  private static long jars(Contender contender) throws IOException {
    if (contender.name().equals("twin")) {
      return 0;
    }
    long bytes = Files.size(contender.jar());
    try (Stream<Path> libraries = Files.list(contender.jar().resolveSibling("lib"))) {
      for (Path library : libraries.toList()) {
        bytes += Files.size(library);
      }
    }
    return bytes;
  }

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
