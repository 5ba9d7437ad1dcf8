package cnkit.lifecycle;

import cnkit.core.internal.Pure;
import cnkit.lifecycle.LifecycleException.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The division of the grace among the phases of the shutdown. The plan is data: it can be checked before anything
 * starts, printed, and compared with the settings of the platform. Immutable.
 *
 * <pre>{@code
 * ShutdownPlan plan = ShutdownPlan.of(Duration.ofSeconds(25), Duration.ofSeconds(5));
 * plan.drainBudget();    // PT16S: what propagation, close and flush leave
 * plan.problems(); // empty: it fits
 * }</pre>
 *
 * @param grace the process's own budget from the first signal to its exit, 1 ms to 1 day; default 25 s. The
 *     platform's margin is not part of it
 * @param propagation how long requests are still served after the announcement while load balancers learn, zero or
 *     more; default 5 s
 * @param closeBudget the budget that stop-intake, close and infrastructure share; default the smaller of 2 s and
 *     {@code grace / 12}
 * @param flushBudget the protected budget of telemetry and logs, which no other phase can use; default as
 *     {@code closeBudget}
 * @param phases the phases that the user added; their budgets are taken from the drain
 */
@Pure
public record ShutdownPlan(
    Duration grace,
    Duration propagation,
    Duration closeBudget,
    Duration flushBudget,
    List<Phase> phases) {
  /** The default grace: 25 s, which with the platform's margin fits into the 30 s of Kubernetes. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(25);

  /** The default propagation delay: 5 s. */
  public static final Duration DEFAULT_PROPAGATION = Duration.ofSeconds(5);

  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration LONGEST_BUDGET = Duration.ofSeconds(2);
  private static final Duration LONGEST_NANOS = Duration.ofNanos(Long.MAX_VALUE);
  private static final Duration MARGIN = Duration.ofSeconds(2);

  /** Copies the list. The values are not checked here, but by {@link #problems()}. */
  public ShutdownPlan {
    phases = List.copyOf(phases);
  }

  /**
   * A plan with the default budgets.
   *
   * @param grace the process's own budget
   * @param propagation how long to go on serving after the announcement
   * @return the plan, which may have {@link #problems()}
   */
  public static ShutdownPlan of(Duration grace, Duration propagation) {
    Duration budget = defaultBudget(grace);
    return new ShutdownPlan(grace, propagation, budget, budget, List.of());
  }

  /**
   * The default budget of close and of flush: the smaller of 2 s and a twelfth of the grace.
   *
   * @param grace the process's own budget
   * @return the budget
   */
  public static Duration defaultBudget(Duration grace) {
    // not dividedBy, which reckons in BigDecimal: its set-up alone costs a start some milliseconds
    Duration twelfth = Duration.ofNanos(nanos(grace) / 12);
    return twelfth.compareTo(LONGEST_BUDGET) < 0 ? twelfth : LONGEST_BUDGET;
  }

  /**
   * Replaces the budget that stop intake, close and infrastructure share.
   *
   * @param budget above zero
   * @return a copy
   */
  public ShutdownPlan withCloseBudget(Duration budget) {
    return new ShutdownPlan(grace, propagation, budget, flushBudget, phases);
  }

  /**
   * Replaces the protected budget of telemetry and logs.
   *
   * @param budget above zero
   * @return a copy
   */
  public ShutdownPlan withFlushBudget(Duration budget) {
    return new ShutdownPlan(grace, propagation, closeBudget, budget, phases);
  }

  /**
   * Adds a phase of the user.
   *
   * @param phase the phase
   * @return a copy
   */
  public ShutdownPlan withPhase(Phase phase) {
    var all = new ArrayList<>(phases);
    all.add(phase);
    return new ShutdownPlan(grace, propagation, closeBudget, flushBudget, all);
  }

  /**
   * The time that is left for work in flight.
   *
   * @return the rest of the grace; zero or negative if the plan does not fit
   */
  public Duration drainBudget() {
    Duration rest = grace.minus(propagation).minus(closeBudget).minus(flushBudget);
    for (Phase phase : phases) {
      rest = rest.minus(phase.budget());
    }
    return rest;
  }

  /**
   * The matching setting of the platform: the smallest whole number of seconds that holds the pre-stop pause, the
   * grace and a margin of 2 s.
   *
   * @param preStop how long the platform's own pre-stop pause lasts; zero if there is none
   * @return a value for {@code terminationGracePeriodSeconds}
   */
  public long terminationGracePeriodSeconds(Duration preStop) {
    Duration whole = preStop.plus(grace).plus(MARGIN);
    return whole.getSeconds() + (whole.getNano() > 0 ? 1 : 0);
  }

  /**
   * All problems of the plan at once. With any of these a lifecycle is not built.
   *
   * @return the problems, each with the settings concerned ({@code grace}, {@code propagation}, {@code closeBudget},
   *     {@code flushBudget} or a phase's name); empty if the plan fits
   */
  public List<Problem> problems() {
    var problems = new ArrayList<Problem>();
    if (grace.compareTo(Duration.ofMillis(1)) < 0 || grace.compareTo(LONGEST) > 0) {
      problems.add(problem("grace", "expected PT0.001S.." + LONGEST + ", got " + grace));
    }
    if (propagation.isNegative()) {
      problems.add(problem("propagation", "expected >= PT0S, got " + propagation));
    }
    if (closeBudget.isNegative() || closeBudget.isZero()) {
      problems.add(problem("closeBudget", "expected > PT0S, got " + closeBudget));
    }
    if (flushBudget.isNegative() || flushBudget.isZero()) {
      problems.add(problem("flushBudget", "expected > PT0S, got " + flushBudget));
    }
    if (problems.isEmpty() && drainBudget().compareTo(Duration.ZERO) <= 0) {
      problems.add(overspent());
    }
    return problems;
  }

  /** Whether every setting is in its range by itself, except for a grace that is too long. */
  boolean isOnlyTight() {
    return positive(grace)
        && !propagation.isNegative()
        && positive(closeBudget)
        && positive(flushBudget);
  }

  private Problem overspent() {
    var settings = new ArrayList<String>();
    settings.add("grace");
    settings.add("propagation");
    for (Phase phase : phases) {
      settings.add(phase.name());
    }
    Duration needed = grace.minus(drainBudget());
    return new Problem(
        settings,
        "nothing is left to drain requests: propagation " + text(propagation) + " + close "
            + text(closeBudget) + " + flush " + text(flushBudget) + own() + " = " + text(needed)
            + " of a grace of " + text(grace) + "; raise grace or lower propagation");
  }

  private String own() {
    var text = new StringBuilder();
    for (Phase phase : phases) {
      text.append(" + ").append(phase.name()).append(' ').append(text(phase.budget()));
    }
    return text.toString();
  }

  private static Problem problem(String setting, String message) {
    return new Problem(List.of(setting), setting + ": " + message);
  }

  /**
   * The plan as a table of text, one phase a line.
   *
   * @return several lines, without a line end after the last
   */
  public String table() {
    var lines = new StringBuilder("shutdown budget");
    row(lines, "grace", grace, "");
    row(lines, "- propagation", propagation, "keeps serving while load balancers learn");
    row(lines, "- close", closeBudget, "shared by stop-intake, close and infrastructure");
    row(lines, "- flush", flushBudget, "protected");
    for (Phase phase : phases) {
      row(lines, "- " + phase.name(), phase.budget(), "");
    }
    row(
        lines,
        "= drain",
        drainBudget(),
        drainBudget().compareTo(Duration.ZERO) > 0 ? "" : "must be above zero");
    return lines.toString();
  }

  private static void row(StringBuilder lines, String name, Duration duration, String note) {
    String value = text(duration);
    lines.append('\n').append("  ").append(name);
    lines.append(" ".repeat(Math.max(1, 24 - name.length() - value.length()))).append(value);
    if (!note.isEmpty()) {
      lines.append("  ").append(note);
    }
  }

  static boolean positive(Duration duration) {
    return !duration.isNegative() && !duration.isZero();
  }

  /** Saturates instead of throwing: a table must be printable for any plan. */
  static long nanos(Duration duration) {
    if (duration.compareTo(LONGEST_NANOS) > 0) {
      return Long.MAX_VALUE;
    }
    return duration.compareTo(LONGEST_NANOS.negated()) < 0 ? -Long.MAX_VALUE : duration.toNanos();
  }

  /** Seconds as people write them: {@code 2.5s}, {@code 83.333ms}. */
  static String text(Duration duration) {
    boolean small = duration.abs().compareTo(Duration.ofSeconds(1)) < 0;
    long unit = small ? 1_000_000L : 1_000_000_000L;
    long nanos = nanos(duration);
    long thousandths = Math.abs(nanos) / (unit / 1000);
    var text = new StringBuilder(nanos < 0 ? "-" : "").append(thousandths / 1000);
    if (thousandths % 1000 != 0) {
      String fraction = Long.toString(1000 + thousandths % 1000).substring(1);
      int end = fraction.length();
      while (fraction.charAt(end - 1) == '0') {
        end--;
      }
      text.append('.').append(fraction, 0, end);
    }
    return text.append(small && nanos != 0 ? "ms" : "s").toString();
  }
}
