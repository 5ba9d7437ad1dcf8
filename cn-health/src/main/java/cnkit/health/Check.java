package cnkit.health;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.CheckReturnValue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A check of one aspect of this instance, which runs again and again in the background. Immutable: every method that
 * changes a setting returns a copy. The factory method's name states the impact, so it cannot be forgotten.
 *
 * <pre>{@code
 * Check.critical("orders-db", () -> Verdict.of(connection.isValid(1)))
 *     .every(Duration.ofSeconds(10))
 *     .timeout(Duration.ofMillis(800));
 * }</pre>
 *
 * Defaults: it runs every 10 s with a timeout of 1 s (at most the period), both thresholds are 1, a result is too old
 * after 3 periods, and the check is remote.
 */
@CheckReturnValue
public final class Check {
  static final Duration DEFAULT_PERIOD = Duration.ofSeconds(10);
  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

  /**
   * The code of a check that returns its result on the thread on which it runs. It may throw anything, hang or return
   * null: each of these is a failed run and does not affect the answers to probes. At its timeout the thread is
   * interrupted once.
   */
  @FunctionalInterface
  public interface Body {
    /**
     * Performs the check.
     *
     * @return the result; null counts as a failed run
     * @throws Exception anything: a failed run
     */
    Verdict run() throws Exception;
  }

  /** The code of a check that returns its result later. At its timeout the stage is cancelled, if it can be. */
  @FunctionalInterface
  public interface AsyncBody {
    /**
     * Starts the check.
     *
     * @return completes with the result; null, completion with null and exceptional completion are failed runs
     * @throws Exception anything: a failed run
     */
    CompletionStage<Verdict> start() throws Exception;
  }

  /** What the copies are made from; never leaves this class. */
  private static final class Draft {
    final String name;
    final Impact impact;
    final String site;

    @Nullable
    Body body;

    @Nullable
    AsyncBody asyncBody;

    @Nullable
    Heartbeat heartbeat;

    Duration period = DEFAULT_PERIOD;

    @Nullable
    Duration timeout;

    int failureThreshold = 1;
    int successThreshold = 1;
    int stalePeriods = 3;
    boolean local;
    String description = "";

    Draft(String name, Impact impact, String site) {
      this.name = name;
      this.impact = impact;
      this.site = site;
    }
  }

  private final String name;
  private final Impact impact;
  private final String site;
  private final @Nullable Body body;
  private final @Nullable AsyncBody asyncBody;
  private final @Nullable Heartbeat heartbeat;
  private final Duration period;
  private final @Nullable Duration timeout;
  private final boolean local;
  private final String description;
  private final CheckRules rules;
  private final long timeoutNanos;

  private Check(Draft draft) {
    this.name = draft.name;
    this.impact = draft.impact;
    this.site = draft.site;
    this.body = draft.body;
    this.asyncBody = draft.asyncBody;
    this.heartbeat = draft.heartbeat;
    this.period = draft.period;
    this.timeout = draft.timeout;
    this.local = draft.local;
    this.description = draft.description;
    this.rules = heartbeat != null
        ? CheckRules.NEVER_STALE
        : new CheckRules(
            draft.failureThreshold, draft.successThreshold, draft.stalePeriods, period.toNanos());
    this.timeoutNanos = timeout().toNanos();
  }

  /**
   * Creates a check that must pass for the instance to get traffic.
   *
   * @param name 1 to 63 of {@code A-Z a-z 0-9 . _ -}, the first a letter or digit; unique without regard to case
   * @param body what to run
   * @return a check with the defaults
   */
  public static Check critical(String name, Body body) {
    return of(name, Impact.CRITICAL, requireNonNull(body, "body"), null);
  }

  /**
   * Creates a check that the instance can do without: while it fails, the instance is degraded but still gets
   * traffic.
   *
   * @param name as for {@link #critical}
   * @param body what to run
   * @return a check with the defaults
   */
  public static Check optional(String name, Body body) {
    return of(name, Impact.OPTIONAL, requireNonNull(body, "body"), null);
  }

  /**
   * As {@link #critical}, with a body that returns its result later.
   *
   * @param name as for {@link #critical}
   * @param body what to start
   * @return a check with the defaults
   */
  public static Check criticalAsync(String name, AsyncBody body) {
    return of(name, Impact.CRITICAL, null, requireNonNull(body, "body"));
  }

  /**
   * As {@link #optional}, with a body that returns its result later.
   *
   * @param name as for {@link #critical}
   * @param body what to start
   * @return a check with the defaults
   */
  public static Check optionalAsync(String name, AsyncBody body) {
    return of(name, Impact.OPTIONAL, null, requireNonNull(body, "body"));
  }

  static Check of(Heartbeat heartbeat, Duration deadline) {
    Draft draft = new Draft(Names.check(heartbeat.name()), Impact.CRITICAL, Names.callSite());
    draft.heartbeat = heartbeat;
    draft.local = true;
    draft.period = deadline;
    return new Check(draft);
  }

  private static Check of(
      String name, Impact impact, @Nullable Body body, @Nullable AsyncBody asyncBody) {
    Draft draft = new Draft(Names.check(name), impact, Names.callSite());
    draft.body = body;
    draft.asyncBody = asyncBody;
    return new Check(draft);
  }

  /** The same to everybody but the registry, which knows registrations by identity. */
  Check copy() {
    return new Check(draft());
  }

  private Draft draft() {
    Draft draft = new Draft(name, impact, site);
    draft.body = body;
    draft.asyncBody = asyncBody;
    draft.heartbeat = heartbeat;
    draft.period = period;
    draft.timeout = timeout;
    draft.failureThreshold = rules.failureThreshold();
    draft.successThreshold = rules.successThreshold();
    draft.stalePeriods = rules.stalePeriods();
    draft.local = local;
    draft.description = description;
    return draft;
  }

  /**
   * Sets how often the check runs. Each interval is shortened at random by up to 10 %, so that instances that started
   * together do not run their checks at the same moments.
   *
   * @param period 10 ms to 1 day; default 10 s
   * @return a copy
   * @throws IllegalArgumentException if out of range
   */
  public Check every(Duration period) {
    Draft draft = draft();
    draft.period = Names.between("every", period, Duration.ofMillis(10), Duration.ofDays(1));
    return new Check(draft);
  }

  /**
   * Sets how long a run may take. After that the run counts as failed and its result is discarded.
   *
   * @param timeout 1 ms to the period; default 1 s, or the period if that is shorter
   * @return a copy
   * @throws IllegalArgumentException if out of range; a timeout that is longer than the period is rejected at
   *     registration
   */
  public Check timeout(Duration timeout) {
    Draft draft = draft();
    draft.timeout = Names.between("timeout", timeout, Duration.ofMillis(1), Duration.ofDays(1));
    return new Check(draft);
  }

  /**
   * Sets how many consecutive failed runs turn a passing check down. The platform's own threshold is added to it.
   *
   * @param runs 1 to 1000; default 1
   * @return a copy
   * @throws IllegalArgumentException if out of range
   */
  public Check failureThreshold(int runs) {
    Draft draft = draft();
    draft.failureThreshold = Names.between("failureThreshold", runs, 1, 1000);
    return new Check(draft);
  }

  /**
   * Sets how many consecutive passed runs turn a down or unknown check up. This also applies after the start.
   *
   * @param runs 1 to 1000; default 1
   * @return a copy
   * @throws IllegalArgumentException if out of range
   */
  public Check successThreshold(int runs) {
    Draft draft = draft();
    draft.successThreshold = Names.between("successThreshold", runs, 1, 1000);
    return new Check(draft);
  }

  /**
   * Sets after how many periods without a new result the check becomes {@link HealthStatus#UNKNOWN}.
   *
   * @param periods 2 to 1000; default 3
   * @return a copy
   * @throws IllegalArgumentException if out of range
   */
  public Check stalePeriods(int periods) {
    Draft draft = draft();
    draft.stalePeriods = Names.between("stalePeriods", periods, 2, 1000);
    return new Check(draft);
  }

  /**
   * Declares that the check looks at this process only. Liveness accepts only local checks, because a restart does
   * not repair what is remote.
   *
   * @return a copy
   */
  public Check local() {
    Draft draft = draft();
    draft.local = true;
    return new Check(draft);
  }

  /**
   * Describes what the check looks at, for people.
   *
   * @param description one line
   * @return a copy
   */
  public Check describedAs(String description) {
    Draft draft = draft();
    draft.description = requireNonNull(description, "description");
    return new Check(draft);
  }

  /**
   * The check's name.
   *
   * @return the name as given; unique in its registry without regard to case
   */
  public String name() {
    return name;
  }

  /**
   * What a failure of the check does to its probes.
   *
   * @return the impact that the factory method states
   */
  public Impact impact() {
    return impact;
  }

  /**
   * Whether the check looks at this process only.
   *
   * @return true after {@link #local()} and for heartbeats
   */
  public boolean isLocal() {
    return local;
  }

  /**
   * The time from one start to the next, before the random shortening.
   *
   * @return the period; for a heartbeat its deadline
   */
  public Duration period() {
    return period;
  }

  /**
   * How long a run may take.
   *
   * @return what was given, else 1 s or the period if that is shorter
   */
  public Duration timeout() {
    if (timeout != null) {
      return timeout;
    }
    return period.compareTo(DEFAULT_TIMEOUT) < 0 ? period : DEFAULT_TIMEOUT;
  }

  /**
   * How many consecutive failed runs turn the check down.
   *
   * @return at least 1
   */
  public int failureThreshold() {
    return rules.failureThreshold();
  }

  /**
   * How many consecutive passed runs turn the check up.
   *
   * @return at least 1
   */
  public int successThreshold() {
    return rules.successThreshold();
  }

  /**
   * The age at which a result is too old, so that the check becomes unknown.
   *
   * @return the age; empty for a heartbeat, which has no results
   */
  public Optional<Duration> staleAfter() {
    return heartbeat != null ? Optional.empty() : Optional.of(Duration.ofNanos(rules.staleNanos()));
  }

  /**
   * What the check looks at, for people.
   *
   * @return the description; empty if none was given
   */
  public String description() {
    return description;
  }

  long timeoutNanos() {
    return timeoutNanos;
  }

  CheckRules rules() {
    return rules;
  }

  @Nullable
  Body body() {
    return body;
  }

  @Nullable
  AsyncBody asyncBody() {
    return asyncBody;
  }

  @Nullable
  Heartbeat heartbeat() {
    return heartbeat;
  }

  /** Where it was written, for the message about a name used twice. */
  String site() {
    return site;
  }

  @Override
  public String toString() {
    return name + " (" + impact + ", every " + period + ", from " + site + ")";
  }
}
