package cnkit.health;

import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.internal.AtomicState;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The probe registry of one instance. After {@link #start()} the checks run in the background. A probe is answered
 * from the last published snapshot, so it never waits for a check.
 *
 * <pre>{@code
 * Health health = Health.builder()
 *     .check(Check.critical("orders-db", () -> Verdict.of(connection.isValid(1))))
 *     .check(Check.optional("recommendations", () -> { client.ping(); return Verdict.up(); }))
 *     .liveness(Heartbeat.named("consumer", Duration.ofSeconds(5)))
 *     .build();
 * health.start();
 * // in the HTTP server
 * Optional<ProbeReply> reply = health.answer(method, path, query, accept); // empty: not a probe, yours to serve
 * // in the life of the service
 * health.open();   // started: ready when the checks are
 * health.drain();  // leaving: not ready, never again
 * health.close();
 * }</pre>
 *
 * Safe for use by many threads. Only {@code start()} starts threads: one timer, one watchdog and one thread for each
 * run under way (virtual threads where the JVM has them). All are daemon threads, and {@link #close()} ends them.
 * Their names begin with {@code cn-health-}; the timer's is {@code cn-time}. A body that ignores its interrupt keeps
 * its thread until it returns.
 */
public final class Health implements AutoCloseable {
  private enum Life {
    BUILT,
    STARTED,
    CLOSED
  }

  private static final Logger LOG = LoggerFactory.getLogger(Health.class);

  private volatile boolean fileProbeFails;
  private final Board board;
  private final Router router;
  private final Runner runner;
  private final Watchdog watchdog;
  private final Set<String> remoteForLiveness;
  private final Set<String> groups;
  private final List<ExecutorService> owned = new ArrayList<>();
  private final @Nullable Time ownTime;
  private final AtomicState<Life> life = new AtomicState<>(Life.BUILT);

  private Health(Builder builder, HealthState initial) {
    this.ownTime = builder.time == null ? Time.system() : null;
    Time time = builder.time == null ? requireNonNull(ownTime) : builder.time;
    Executor given = builder.executor;
    if (given == null && !(time instanceof SystemTime)) {
      given = task -> time.execute("health-check", task);
    }
    Executor executor = given != null ? given : own(Threads.forRuns());
    Executor rescue = given != null ? given : own(Threads.platform());
    this.board = new Board(time, builder.events != null ? builder.events : executor, initial);
    this.router = new Router(board, builder.paths, builder.groups, builder.renderers);
    this.runner =
        new Runner(board, time, executor, rescue, builder.random, builder.maxConcurrentRuns);
    this.watchdog = new Watchdog(board, time);
    this.remoteForLiveness = Set.copyOf(builder.remoteForLiveness);
    this.groups = Set.copyOf(builder.groups.keySet());
    for (CheckEntry entry : initial.entries()) {
      if (entry.check().heartbeat() == null) {
        runner.add(entry.check());
      }
    }
  }

  private <E extends ExecutorService> E own(E executor) {
    owned.add(executor);
    return executor;
  }

  /**
   * Creates a builder.
   *
   * @return a builder with the default settings
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts to run the checks. The first runs begin within half a second. A second call does nothing.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  public void start() {
    Life before = life.advance(is -> is == Life.BUILT ? Life.STARTED : is, (was, is) -> was);
    if (before == Life.BUILT) {
      runner.start();
      watchdog.start();
    } else if (before == Life.CLOSED) {
      throw new IllegalStateException("this health registry is closed");
    }
  }

  /**
   * Stops the checks, interrupts the runs under way and ends every thread that was started. Probes are still answered
   * from the last snapshot, whose results become outdated.
   */
  @Override
  public void close() {
    if (life.advance(is -> Life.CLOSED, (was, is) -> was) == Life.CLOSED) {
      return;
    }
    watchdog.close();
    runner.close();
    for (ExecutorService executor : owned) {
      executor.shutdownNow();
    }
    if (ownTime != null) {
      ownTime.close();
    }
  }

  /**
   * Declares that the instance has started. Checks that do not pass are run again at once, because their results may
   * be from before the start was complete. A second call, or one while draining, does not change the gate.
   */
  public void open() {
    board.commit(HealthState::open);
    refreshWhereNotPassing();
  }

  /**
   * Makes readiness fail for good, whatever checks or callers do afterwards; it fails when this method returns.
   * Liveness passes from now on, so that loops that stop as planned do not count as stalled.
   */
  public void drain() {
    board.commit(HealthState::drain);
  }

  /**
   * Takes the instance out of rotation: it is not ready until {@link #backInRotation()}. A second call replaces the
   * reason.
   *
   * @param reason for people; appears in the report, but not in bodies without details
   */
  public void outOfRotation(String reason) {
    Optional<String> given = Optional.of(Causes.reason(reason));
    board.commit(state -> state.outOfRotation(given));
  }

  /** Puts the instance back into rotation. Does nothing if it was not taken out. */
  public void backInRotation() {
    board.commit(state -> state.outOfRotation(Optional.empty()));
  }

  /**
   * Answers a request if it is for a probe: {@code /livez}, {@code /readyz} or {@code /startupz}, one of these with
   * {@code ?verbose} or {@code ?exclude=name}, or with the name of a check or group below it. A request without a
   * query gets a prepared answer; this takes one volatile load and one clock read and allocates nothing, for any
   * number of checks. Never waits for a check, a lock or a pool.
   *
   * @param method of the request, in capitals
   * @param path of the request, raw, without the query
   * @param query raw, without the question mark; null or empty if there is none
   * @param accept the {@code Accept} header; null or empty if there is none. {@code application/json} selects
   *     MicroProfile JSON; a media type that no renderer has gets text
   * @return what to send; empty if the request is not for a probe
   */
  public Optional<ProbeReply> answer(
      String method, String path, @Nullable String query, @Nullable String accept) {
    return router.answer(method, path, query, accept);
  }

  /**
   * As {@link #answer(String, String, String, String)}, for a caller that may see details. These are reasons (with
   * secrets masked) and ages. They are shown if {@code ?verbose} or a single check is asked for.
   *
   * @param method of the request, in capitals
   * @param path of the request, raw, without the query
   * @param query raw, without the question mark; null or empty if there is none
   * @param accept the {@code Accept} header; null or empty if there is none
   * @param detailsAllowed whether this caller may see details; called only if details are asked for; an exception
   *     means no
   * @return what to send; empty if the request is not for a probe
   */
  public Optional<ProbeReply> answer(
      String method,
      String path,
      @Nullable String query,
      @Nullable String accept,
      BooleanSupplier detailsAllowed) {
    return router.answer(
        method, path, query, accept, requireNonNull(detailsAllowed, "detailsAllowed"));
  }

  /**
   * Whether a probe passes now, as {@link #answer} would report.
   *
   * @param probe the probe
   * @return true for status 200
   */
  public boolean passes(Probe probe) {
    return plain(probe).status() == 200;
  }

  /**
   * The answer for gRPC's health service; see {@link ServingStatus}.
   *
   * @param service empty for readiness; {@code livez}, {@code readyz}, {@code startupz}, or the name of a check or
   *     group
   * @return the status to send
   */
  public ServingStatus servingStatus(String service) {
    return router.servingStatus(service);
  }

  /** For the benchmarks. */
  CheckEntry[] entries() {
    return board.snapshot().state().entries();
  }

  /** The plain answer of one probe, for what is not a request. */
  ProbeReply plain(Probe probe) {
    return router.plain(probe, false).orElseThrow();
  }

  /** Logs the first of consecutive failures to write the file probe. */
  void fileProbeWritten(boolean written, String problem) {
    boolean first = !written && !fileProbeFails;
    fileProbeFails = !written;
    if (first) {
      LOG.warn("the file probe cannot be written, and the old files grow old: {}", problem);
    }
  }

  /**
   * Everything that is known now.
   *
   * @return an immutable report
   */
  public HealthReport report() {
    return board.report();
  }

  /**
   * Waits until a probe passes; for tests and scripts.
   *
   * @param probe which
   * @param timeout how long at most, in real time
   * @return whether it passes
   * @throws InterruptedException if interrupted while waiting
   */
  public boolean await(Probe probe, Duration timeout) throws InterruptedException {
    return board.await(seen -> passes(probe), timeout.toNanos());
  }

  /**
   * Subscribes a listener to changes. The first event is {@link HealthEvent.Current}. After it the listener receives
   * every event once, in the order of publication, on the builder's event executor, and never two at a time. A
   * listener may throw, block and call this object. If it is too slow, only its own oldest events are dropped.
   *
   * @param listener receives the events
   * @return closing it ends the subscription
   */
  public Subscription subscribe(Consumer<? super HealthEvent> listener) {
    return board.subscribe(requireNonNull(listener, "listener"));
  }

  /**
   * Attaches a meter, which receives the time of every run.
   *
   * @param meter called for every run from now on
   * @return closing it detaches the meter
   */
  public Subscription meter(CheckMeter meter) {
    return runner.meter(requireNonNull(meter, "meter"));
  }

  /**
   * Registers a check for readiness at run time. The check is unknown until its first run, which begins at once.
   * Until then a critical check fails readiness.
   *
   * @param check to add
   * @throws HealthException if its name is taken or its settings contradict each other
   */
  public void register(Check check) {
    register(check, Set.of(Probe.READY));
  }

  /**
   * As {@link #register(Check)}, for other probes.
   *
   * @param check to add
   * @param probes the probes it belongs to, at least one
   * @throws HealthException if its name is taken, its settings contradict each other, or it is remote and for
   *     liveness
   */
  public void register(Check check, Set<Probe> probes) {
    // a registration of its own: what was observed for an earlier one of the same check is not
    // about this one
    Check registered = check.copy();
    board.commit(state -> add(state, registered, probes, groups, remoteForLiveness));
    if (registered.heartbeat() == null) {
      runner.add(registered);
      if (!board.snapshot().state().has(registered)) {
        runner.remove(registered); // it was removed before the runner had it
      }
    }
  }

  /**
   * Registers a heartbeat for liveness at run time, for example that of a consumer which starts and stops; see
   * {@link #remove}. It is watched from its first beat on.
   *
   * @param heartbeat to watch
   * @throws HealthException if its name is taken
   */
  public void register(Heartbeat heartbeat) {
    register(Check.of(heartbeat, heartbeat.deadline()), Set.of(Probe.LIVE));
  }

  /**
   * The path at which a probe is answered.
   *
   * @param probe the probe
   * @return the path, such as {@code /readyz}
   */
  public String path(Probe probe) {
    return router.path(probe);
  }

  /**
   * Removes a check or heartbeat at run time. The probes change at once. A run under way is interrupted and has no
   * effect, not even on meters.
   *
   * @param name in any case
   * @return whether a check or heartbeat of this name was registered
   */
  public boolean remove(String name) {
    var removed = new AtomicReference<@Nullable Check>();
    board.commit(state -> {
      for (CheckEntry entry : state.entries()) {
        if (entry.check().name().equalsIgnoreCase(name)) {
          removed.set(entry.check());
          return state.remove(entry.check());
        }
      }
      return state;
    });
    Check check = removed.get();
    if (check != null) {
      runner.remove(check);
    }
    return check != null;
  }

  /**
   * Runs a check now, outside its period. If a run is under way, another one follows it.
   *
   * @param name of the check, in any case
   * @return whether a check of this name is registered
   */
  public boolean refresh(String name) {
    for (CheckEntry entry : board.snapshot().state().entries()) {
      if (entry.check().name().equalsIgnoreCase(name)) {
        runner.refresh(List.of(entry.check()));
        return true;
      }
    }
    return false;
  }

  private void refreshWhereNotPassing() {
    var failing = new ArrayList<Check>();
    for (CheckEntry entry : board.snapshot().state().entries()) {
      if (!entry.state().status().passes()) {
        failing.add(entry.check());
      }
    }
    runner.refresh(failing);
  }

  private static HealthState add(
      HealthState state,
      Check check,
      Set<Probe> probes,
      Set<String> groups,
      Set<String> remoteForLiveness) {
    List<String> problems = Registration.problems(state, check, probes, groups, remoteForLiveness);
    if (!problems.isEmpty()) {
      throw new HealthException(problems);
    }
    boolean remote = probes.contains(Probe.LIVE) && !check.isLocal();
    return state.add(check, Set.copyOf(probes), remote);
  }

  /**
   * Collects the settings of a registry. The order of the calls does not matter, except that reports list checks in
   * the order of registration. For use by one thread.
   */
  public static final class Builder {
    private final Map<Check, EnumSet<Probe>> checks = new LinkedHashMap<>();
    private final Map<String, Set<String>> groups = new HashMap<>();
    private final Set<String> remoteForLiveness = new HashSet<>();
    private final EnumMap<Probe, String> paths = new EnumMap<>(Probe.class);
    private final List<Renderer> renderers =
        new ArrayList<>(List.of(Renderer.text(), Renderer.microProfileJson()));
    private final List<String> problems = new ArrayList<>();
    private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();
    private @Nullable Time time;
    private @Nullable Executor executor;
    private @Nullable Executor events;
    private int maxConcurrentRuns = 1_000;

    private Builder() {}

    /**
     * A check for readiness.
     *
     * @param check to run
     * @return this
     */
    public Builder check(Check check) {
      return on(Probe.READY, check);
    }

    /**
     * Adds a check that must pass once before the instance has started. Readiness waits for it too.
     *
     * @param check to run
     * @return this
     */
    public Builder startup(Check check) {
      return on(Probe.STARTUP, check);
    }

    /**
     * Adds a check for liveness. It must be local and should fail only for faults that a restart repairs.
     *
     * @param check to run
     * @return this
     */
    public Builder liveness(Check check) {
      return on(Probe.LIVE, check);
    }

    /**
     * A heartbeat for liveness.
     *
     * @param heartbeat to watch
     * @return this
     */
    public Builder liveness(Heartbeat heartbeat) {
      return on(Probe.LIVE, Check.of(heartbeat, heartbeat.deadline()));
    }

    private Builder on(Probe probe, Check check) {
      checks.computeIfAbsent(check, c -> EnumSet.noneOf(Probe.class)).add(probe);
      return this;
    }

    /**
     * Allows a remote check in liveness. An outage of the remote service then restarts every instance at once.
     * Reports mark such a check.
     *
     * @param name of the check
     * @return this
     */
    public Builder remoteForLiveness(String name) {
      remoteForLiveness.add(name.toLowerCase(Locale.ROOT));
      return this;
    }

    /**
     * Gives several checks a common name, for {@code /readyz/name} and {@code ?exclude=name}. Members may be
     * registered later.
     *
     * @param name as for {@link Check#critical}; no check may have it
     * @param checks names of checks, at least one
     * @return this
     */
    public Builder group(String name, String... checks) {
      var members = new HashSet<String>();
      for (String check : checks) {
        members.add(check.toLowerCase(Locale.ROOT));
      }
      if (members.isEmpty()) {
        problems.add("group " + name + ": no members; name at least one check");
      }
      if (!Names.isValid(name)) {
        problems.add("group \"" + name + "\": expected " + Names.EXPECTED);
      }
      if (groups.put(name.toLowerCase(Locale.ROOT), Set.copyOf(members)) != null) {
        problems.add("group " + name + ": given twice; one of them needs another name");
      }
      return this;
    }

    /**
     * Sets another path for a probe.
     *
     * @param probe the probe
     * @param path with its leading slash, such as {@code /health/ready}; default {@code /livez}, {@code /readyz},
     *     {@code /startupz}
     * @return this
     */
    public Builder path(Probe probe, String path) {
      if (!path.startsWith("/") || path.endsWith("/") || path.indexOf('?') >= 0) {
        problems.add(probe + ": path \"" + path
            + "\": expected a slash, then a path without a slash at its end");
      }
      paths.put(probe, path);
      return this;
    }

    /**
     * Adds a format, for requests whose {@code Accept} header names its content type.
     *
     * @param renderer called on the thread of the request
     * @return this
     */
    public Builder renderer(Renderer renderer) {
      renderers.add(requireNonNull(renderer, "renderer"));
      return this;
    }

    /**
     * Sets the clock, the timer and the threads of the registry. Pass one {@link Time} to all objects that work
     * together. The registry does not close it.
     *
     * @param time default a {@link Time#system()} of its own, which {@link Health#close()} closes
     * @return this
     */
    public Builder time(Time time) {
      this.time = requireNonNull(time, "time");
      return this;
    }

    /**
     * Sets the source of the random shortening of intervals; for tests.
     *
     * @param random values in [0, 1); default {@code ThreadLocalRandom}
     * @return this
     */
    public Builder random(DoubleSupplier random) {
      this.random = requireNonNull(random, "random");
      return this;
    }

    /**
     * Runs the bodies of checks on the caller's executor. {@code close()} does not shut it down.
     *
     * @param executor may be bounded and may reject tasks, but must not run them on the calling thread, which is the
     *     timer's. Default: one thread for each run. This is a virtual thread where the JVM has them, and one from
     *     {@link Time#execute} if {@link #time} is not the time of this machine
     * @return this
     */
    public Builder executor(Executor executor) {
      this.executor = requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Sets the executor on which listeners are called.
     *
     * @param events default the executor of the bodies
     * @return this
     */
    public Builder events(Executor events) {
      this.events = requireNonNull(events, "events");
      return this;
    }

    /**
     * Sets how many runs may be under way at once, hung runs included. Further runs are rejected and count as failed.
     *
     * @param runs 1 to 10,000; default 1,000
     * @return this
     */
    public Builder maxConcurrentRuns(int runs) {
      if (runs < 1 || runs > 10_000) {
        problems.add("maxConcurrentRuns: expected 1 to 10000, got " + runs);
      }
      this.maxConcurrentRuns = runs;
      return this;
    }

    /**
     * Builds the registry. Nothing runs before {@link Health#start()}.
     *
     * @return a registry that is not ready until {@link Health#open()}
     * @throws HealthException with all problems
     */
    public Health build() {
      var found = new ArrayList<>(problems);
      findSharedPaths(found);
      HealthState state = HealthState.EMPTY;
      for (Map.Entry<Check, EnumSet<Probe>> entry : checks.entrySet()) {
        try {
          state = add(state, entry.getKey(), entry.getValue(), groups.keySet(), remoteForLiveness);
        } catch (HealthException refused) {
          found.addAll(refused.problems());
        }
      }
      if (!found.isEmpty()) {
        throw new HealthException(found);
      }
      return new Health(this, state);
    }

    private void findSharedPaths(List<String> found) {
      Map<String, Probe> taken = new HashMap<>();
      for (Probe probe : Probe.values()) {
        String path = Router.path(paths, probe);
        Probe other = taken.putIfAbsent(path, probe);
        if (other != null) {
          found.add(
              path + ": is the path of both " + other + " and " + probe + "; give one another");
        }
      }
    }
  }
}
