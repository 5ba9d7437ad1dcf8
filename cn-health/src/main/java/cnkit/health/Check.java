package cnkit.health;

import static java.util.Objects.requireNonNull;

import cnkit.core.internal.CheckReturnValue;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One question about this instance, asked again and again in the background. Immutable: every method that changes
 * something returns a copy. Its impact is the factory's name, so it cannot be left out.
 *
 * <pre>{@code
 * Check.critical("orders-db", () -> Verdict.of(connection.isValid(1)))
 *     .every(Duration.ofSeconds(10))
 *     .timeout(Duration.ofMillis(800));
 * }</pre>
 *
 * Defaults: every 10 s, timeout 1 s (at most the period), both thresholds 1, too old after 3 periods, remote.
 */
@CheckReturnValue
public final class Check {
  static final Duration DEFAULT_PERIOD = Duration.ofSeconds(10);
  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

  /**
   * A body that answers on the thread that it is run on. It may throw anything, hang or return null: that is a
   * failed run, never a broken probe. At its timeout the thread is interrupted once.
   */
  @FunctionalInterface
  public interface Body {
    /**
     * Looks and says.
     *
     * @return what is the case; null counts as a failed run
     * @throws Exception anything: a failed run
     */
    Verdict run() throws Exception;
  }

  /** A body that answers later. Cancelled, where the stage allows it, at its timeout. */
  @FunctionalInterface
  public interface AsyncBody {
    /**
     * Starts to look.
     *
     * @return completes with what is the case; null, completion with null or exceptionally is a failed run
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
   * A check without which the instance must not get traffic.
   *
   * @param name 1 to 63 of {@code A-Z a-z 0-9 . _ -}, the first a letter or digit; unique also by case
   * @param body what to run
   * @return a check with the defaults
   */
  public static Check critical(String name, Body body) {
    return of(name, Impact.CRITICAL, requireNonNull(body, "body"), null);
  }

  /**
   * A check without which the instance works worse, but works.
   *
   * @param name as for {@link #critical}
   * @param body what to run
   * @return a check with the defaults
   */
  public static Check optional(String name, Body body) {
    return of(name, Impact.OPTIONAL, requireNonNull(body, "body"), null);
  }

  /**
   * {@link #critical} with a body that answers later.
   *
   * @param name as for {@link #critical}
   * @param body what to start
   * @return a check with the defaults
   */
  public static Check criticalAsync(String name, AsyncBody body) {
    return of(name, Impact.CRITICAL, null, requireNonNull(body, "body"));
  }

  /**
   * {@link #optional} with a body that answers later.
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
   * How often it runs. Each interval is shortened by up to a tenth at random, so that instances started together
   * drift apart.
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
   * How long a run may take. Past it the run counts as failed and its result is discarded.
   *
   * @param timeout 1 ms to the period; default 1 s, or the period if that is shorter
   * @return a copy
   * @throws IllegalArgumentException if out of range; longer than the period is refused at registration
   */
  public Check timeout(Duration timeout) {
    Draft draft = draft();
    draft.timeout = Names.between("timeout", timeout, Duration.ofMillis(1), Duration.ofDays(1));
    return new Check(draft);
  }

  /**
   * How many failed runs in a row turn a passing check down. The platform's own threshold comes on top of it.
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
   * How many passed runs in a row turn a down or unknown check up, also after the start.
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
   * After how many periods without a new result the last one is not believed any more: {@link HealthStatus#UNKNOWN}.
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
   * Says that it looks at this process only. Liveness accepts nothing else: a restart does not repair what is
   * remote.
   *
   * @return a copy
   */
  public Check local() {
    Draft draft = draft();
    draft.local = true;
    return new Check(draft);
  }

  /**
   * What it looks at, for people.
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
   * The name as given.
   *
   * @return unique in its registry, also by case
   */
  public String name() {
    return name;
  }

  /**
   * What its failure does.
   *
   * @return the factory's choice
   */
  public Impact impact() {
    return impact;
  }

  /**
   * Whether it looks at this process only.
   *
   * @return true after {@link #local()} and for heartbeats
   */
  public boolean isLocal() {
    return local;
  }

  /**
   * The time from one start to the next, before jitter.
   *
   * @return for a heartbeat its deadline
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
   * Failed runs in a row until it is down.
   *
   * @return at least 1
   */
  public int failureThreshold() {
    return rules.failureThreshold();
  }

  /**
   * Passed runs in a row until it is up.
   *
   * @return at least 1
   */
  public int successThreshold() {
    return rules.successThreshold();
  }

  /**
   * When a result is too old to be believed.
   *
   * @return its age at that moment; empty for a heartbeat, which has no results
   */
  public Optional<Duration> staleAfter() {
    return heartbeat != null ? Optional.empty() : Optional.of(Duration.ofNanos(rules.staleNanos()));
  }

  /**
   * What it looks at.
   *
   * @return empty when nothing was said
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
