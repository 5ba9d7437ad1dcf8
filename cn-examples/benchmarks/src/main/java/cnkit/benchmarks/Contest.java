package cnkit.benchmarks;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * One suite as read from its class.
 *
 * @param type the class
 * @param suite its annotation
 * @param goals its goals, in the order in which they stand
 * @param facts the methods that count
 * @param contenders its benchmarks, by name
 */
record Contest(
    Class<?> type, Suite suite, List<Goal> goals, List<Method> facts, List<String> contenders) {

  /** All suites on the class path, by name. */
  static List<Contest> all() {
    var quiet = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    Set<String> types = new TreeSet<>();
    BenchmarkList.defaultList()
        .getAll(quiet, List.of())
        .forEach(entry -> types.add(entry.getUserClassQName()));
    return types.stream()
        .map(Contest::of)
        .sorted(comparing((Contest c) -> c.suite.name()))
        .toList();
  }

  private static Contest of(String type) {
    try {
      return of(Class.forName(type));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException("META-INF/BenchmarkList names what is not there", e);
    }
  }

  static Contest of(Class<?> type) {
    Suite suite =
        requireNonNull(type.getAnnotation(Suite.class), () -> type + ": expected an @Suite");
    List<String> contenders = Arrays.stream(type.getMethods())
        .filter(method -> method.isAnnotationPresent(Benchmark.class))
        .map(Method::getName)
        .sorted(comparing(Contest::place).thenComparing(name -> name))
        .toList();
    List<Method> facts = Arrays.stream(type.getMethods())
        .filter(method -> method.isAnnotationPresent(Fact.class))
        .sorted(comparing(Method::getName))
        .toList();
    List<Goal> goals = List.of(type.getAnnotationsByType(Goal.class));
    for (Goal goal : goals) {
      check(suite, goal, contenders);
    }
    return new Contest(type, suite, goals, facts, contenders);
  }

  /** In tables, the call alone and the hand-written limit come first, then ours, then the peers. */
  private static int place(String contender) {
    int place = List.of("raw", "limit", "kit").indexOf(contender);
    return place >= 0
        ? place
        : contender.startsWith("limit") ? 1 : contender.startsWith("kit") ? 2 : 3;
  }

  private static void check(Suite suite, Goal goal, List<String> contenders) {
    List<String> problems = new ArrayList<>();
    if (!contenders.contains(goal.of())) {
      problems.add("of = \"" + goal.of() + "\" is not one of " + contenders);
    }
    boolean relative = !Double.isNaN(goal.ratio()) || !Double.isNaN(goal.over());
    if (relative && !contenders.contains(goal.to())) {
      problems.add("to = \"" + goal.to() + "\" is not one of " + contenders);
    }
    long given = Arrays.stream(new double[] {goal.ratio(), goal.over(), goal.nanos(), goal.bytes()})
        .filter(target -> !Double.isNaN(target))
        .count();
    if (given != 1) {
      problems.add("expected exactly one of ratio, over, nanos, bytes, got " + given);
    }
    for (int threads : new int[] {goal.threads(), toThreads(goal)}) {
      if (Arrays.stream(suite.threads()).noneMatch(t -> t == threads)) {
        problems.add("threads = " + threads + " is not one of the suite's "
            + Arrays.toString(suite.threads()));
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(suite.name() + ": a goal cannot be judged: " + problems);
    }
  }

  static int toThreads(Goal goal) {
    return goal.toThreads() == 0 ? goal.threads() : goal.toThreads();
  }

  /** The contenders that a goal names. */
  Set<String> judged() {
    Set<String> names = new LinkedHashSet<>();
    for (Goal goal : goals) {
      names.add(goal.of());
      if (!goal.to().isEmpty()) {
        names.add(goal.to());
      }
    }
    return names;
  }
}
