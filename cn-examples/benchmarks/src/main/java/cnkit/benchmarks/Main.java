package cnkit.benchmarks;

import static cnkit.benchmarks.Judge.text;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the chosen suites and prints a judged table for each. A round is one fork of every contender, one after another,
 * so that what changes on the machine changes for all of them. Exits with 1 if a goal was missed, with 2 if the command
 * line was not understood.
 */
public final class Main {
  /** The same for ours, the limit and the peers. */
  private static final List<String> JVM_ARGS = List.of("-Xms512m", "-Xmx512m", "-XX:+UseG1GC");

  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final Options options;
  private final List<Contest> contests;
  private final Results results;
  private final int cores = Runtime.getRuntime().availableProcessors();

  private Main(Options options, List<Contest> contests) {
    this.options = options;
    this.contests = contests;
    this.results = new Results(options.cpu());
  }

  /**
   * Runs it.
   *
   * @param args see {@code --help}
   * @throws IOException if the tables cannot be written
   */
  public static void main(String[] args) throws IOException {
    // several runs on one machine are told apart by CPU time; and results go to the compiler's
    // blackhole in all forks
    System.setProperty("jmh.ignoreLock", "true");
    System.setProperty("jmh.blackhole.mode", "COMPILER");
    if (List.of(args).contains("--help")) {
      System.out.print(Options.USAGE);
      return;
    }
    Options options;
    try {
      options = Options.parse(List.of(args));
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.print(Options.USAGE);
      System.exit(2);
      return;
    }
    List<Contest> contests = Contest.all().stream().filter(options::selects).toList();
    if (options.list() || contests.isEmpty()) {
      Contest.all()
          .forEach(c ->
              System.out.println(text("%-40s %s", c.suite().name(), c.suite().title())));
      System.exit(options.list() ? 0 : 2);
    }
    System.exit(new Main(options, contests).run() ? 0 : 1);
  }

  /** Whether no goal was missed. */
  private boolean run() throws IOException {
    int rounds = options.rounds();
    for (int round = 1; round <= rounds; round++) {
      for (Contest contest : contests) {
        for (int threads : threads(contest)) {
          System.err.println(text(
              "round %d of %d: %s, %d thread(s)", round, rounds, contest.suite().name(), threads));
          for (String contender : contenders(contest)) {
            fork(contest, contender, threads);
          }
        }
      }
    }
    StringBuilder out = new StringBuilder(heading());
    Map<Verdict, Integer> words = new EnumMap<>(Verdict.class);
    for (Contest contest : contests) {
      List<Judge.Ruling> rulings = new ArrayList<>(new Judge(cores).rule(contest, results));
      contest.facts().forEach(fact -> rulings.add(rule(fact)));
      rulings.forEach(ruling -> words.merge(ruling.verdict(), 1, Integer::sum));
      out.append(Table.of(contest, results, rulings, threads(contest)));
    }
    out.append(words).append('\n');
    System.out.print(out);
    if (options.out().isPresent()) {
      Files.writeString(options.out().get(), out);
    }
    return !words.containsKey(Verdict.MISSED);
  }

  private String heading() {
    return text(
        "JMH, forks on `%s`, %s, %d cores, %d rounds%s\n\n",
        options.java(),
        String.join(" ", JVM_ARGS),
        cores,
        options.rounds(),
        (options.quick() ? ", quick" : "") + (options.cpu() ? ", CPU time only" : ""));
  }

  private List<Integer> threads(Contest contest) {
    return Arrays.stream(contest.suite().threads())
        .filter(t -> !options.quick() || (t <= cores && isNamed(contest, t)))
        .boxed()
        .toList();
  }

  private static boolean isNamed(Contest contest, int threads) {
    return contest.goals().stream()
        .anyMatch(goal -> goal.threads() == threads || Contest.toThreads(goal) == threads);
  }

  private Collection<String> contenders(Contest contest) {
    return options.quick() ? contest.judged() : contest.contenders();
  }

  private void fork(Contest contest, String contender, int threads) {
    boolean cold = contest.suite().cold();
    TimeValue time = TimeValue.milliseconds(options.quick() ? 200 : 300);
    ChainedOptionsBuilder jmh = new OptionsBuilder()
        .include("^" + Pattern.quote(contest.type().getName() + "." + contender) + "$")
        .forks(1)
        .warmupForks(0)
        .threads(threads)
        .jvm(options.java().toString())
        .jvmArgs(JVM_ARGS.toArray(String[]::new))
        .mode(cold ? Mode.SingleShotTime : Mode.AverageTime)
        .timeUnit(TimeUnit.NANOSECONDS)
        .warmupIterations(cold ? 0 : options.quick() ? 3 : 4)
        .warmupTime(time)
        .measurementIterations(cold ? 1 : 3)
        .measurementTime(time)
        .shouldFailOnError(true)
        .addProfiler(CpuProfiler.class)
        .verbosity(VerboseMode.SILENT);
    if (threads == 1) {
      jmh = jmh.addProfiler(GCProfiler.class);
    }
    try {
      new Runner(jmh.build()).run().forEach(run -> note(contest, contender, threads, run));
    } catch (RunnerException e) {
      System.err.println("FAILED: " + contest.suite().name() + " " + contender);
      e.printStackTrace();
    }
  }

  private void note(Contest contest, String contender, int threads, RunResult run) {
    List<IterationResult> iterations = run.getBenchmarkResults().stream()
        .flatMap(fork -> fork.getIterationResults().stream())
        .toList();
    note(
        contest,
        contender,
        threads,
        Results.Unit.WALL,
        iterations.stream()
            .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
            .toArray());
    note(contest, contender, threads, Results.Unit.CPU, secondary(iterations, CpuProfiler.LABEL));
    if (threads == 1) {
      note(contest, contender, threads, Results.Unit.BYTES, secondary(iterations, ALLOCATED));
    }
  }

  private void note(
      Contest contest, String contender, int threads, Results.Unit unit, double[] round) {
    results.add(new Results.Key(contest, contender, threads, unit), round);
  }

  private static double[] secondary(List<IterationResult> iterations, String label) {
    return iterations.stream()
        .mapToDouble(iteration -> secondary(iteration, label))
        .toArray();
  }

  private static double secondary(IterationResult iteration, String label) {
    for (String key : iteration.getSecondaryResults().keySet()) {
      if (key.endsWith(label)) {
        return iteration.getSecondaryResults().get(key).getScore();
      }
    }
    return Double.NaN;
  }

  static Judge.Ruling rule(Method fact) {
    Fact goal = fact.getAnnotation(Fact.class);
    if (goal == null) {
      throw new IllegalArgumentException(fact + ": expected an @Fact");
    }
    try {
      long count = (long) fact.invoke(null);
      return new Judge.Ruling(
          text("%s: at most %d", goal.value(), goal.atMost()),
          Long.toString(count),
          Verdict.of((double) count, (double) goal.atMost()));
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(fact + " failed", e);
    }
  }
}
