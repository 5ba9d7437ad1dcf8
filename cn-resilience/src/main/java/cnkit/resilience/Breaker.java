package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import cnkit.core.internal.AtomicState;
import cnkit.core.internal.Listeners;
import cnkit.core.internal.Once;
import cnkit.core.internal.SystemTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops calling a dependency that fails, and finds out by a few probes when it has recovered. Safe for many threads;
 * owns no thread; several pipelines may share one.
 *
 * <p>Closed: calls pass, and their results fill a window. At the failure rate it opens: calls are refused until the
 * open time is over. The first call after that is a probe of the half-open state; enough good probes close it, too many
 * bad ones open it again for longer. A result counts only in the epoch that admitted its call, so a straggler from
 * before never moves it.
 *
 * <pre>{@code
 * Breaker breaker = Breaker.of("inventory", BreakerSettings.countWindow(50).withFailureRate(0.5));
 * Pipeline pipeline = Pipeline.builder("inventory").breaker(breaker).build();
 *
 * // or by hand
 * Optional<Breaker.Permit> permit = breaker.tryAcquire();
 * permit.ifPresent(p -> p.complete(ping() ? Handling.SUCCESS : Handling.FAILURE));
 * }</pre>
 */
public final class Breaker {
  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);

  /** What a breaker does with an arriving call. */
  public enum State {
    /** Calls pass; the window is watched. */
    CLOSED,
    /** Calls are refused until the open time is over. */
    OPEN,
    /** A few calls pass as probes. */
    HALF_OPEN,
    /** Set by hand: calls are refused until {@link Breaker#reset()}. */
    FORCED_OPEN,
    /** Set by hand: calls pass and are recorded; it never opens. */
    FORCED_CLOSED,
    /** Set by hand: calls pass and are recorded; an event tells when it would have opened. */
    METRICS_ONLY,
    /** Set by hand: calls pass, nothing is recorded. */
    DISABLED
  }

  /**
   * How a breaker stands at one moment.
   *
   * @param name its name
   * @param state the effective state
   * @param epoch the number of the state; grows with each change
   * @param calls results in the window; 0 when not closed
   * @param failures failures among them
   * @param slow slow calls among them
   * @param opensInARow openings without a full window of health between them
   * @param retryAfter when a refused caller may try again; empty when calls pass or nobody can say
   */
  public record Snapshot(
      String name,
      State state,
      long epoch,
      int calls,
      int failures,
      int slow,
      int opensInARow,
      Optional<Duration> retryAfter) {}

  private final String name;
  private final Time time;
  private final DoubleSupplier random;
  private final Listeners<BreakerEvent> listeners;
  private final Once openTimeReported = new Once();
  /* Where a result changes nothing, nothing is written: in health this line of memory is only read, by all cores. */
  private final AtomicState<BreakerState> state;
  /*
   * The last state that was seen to be healthy, so that it is known again by its identity alone. States are immutable, so
   * no order is needed: who reads an older one goes the longer way.
   */
  private BreakerState.@Nullable Closed knownHealthy;
  private volatile boolean timed;

  private Breaker(
      String name,
      BreakerSettings settings,
      Time time,
      DoubleSupplier random,
      Executor eventExecutor) {
    this.name = Arguments.name(name);
    this.time = requireNonNull(time, "time");
    this.random = requireNonNull(random, "random");
    BreakerRules rules = rules(name, settings);
    BreakerState initial = BreakerState.initial(rules, time.nanoTime());
    this.listeners = new Listeners<>(
        "breaker " + name,
        eventExecutor,
        () -> current(initial),
        count -> new BreakerEvent.EventsDropped(name, count));
    this.state = new AtomicState<>(initial, this::committed);
    this.timed = rules.hasSlowRule();
  }

  private static BreakerRules rules(String name, BreakerSettings settings) {
    return new BreakerRules(name, settings, now -> newWindow(settings, now));
  }

  private static Window newWindow(BreakerSettings settings, long now) {
    return settings.window() instanceof BreakerSettings.Window.Time time
        ? new TimeWindow(time, settings.slowCalls().isPresent(), now, TimeWindow.stripesHere())
        : new RingWindow(((BreakerSettings.Window.Count) settings.window()).size());
  }

  /**
   * A breaker on the JVM's monotonic clock; its listeners run on the thread that caused the transition.
   *
   * @param name for events, messages and metrics
   * @param settings when it opens and closes
   * @return a closed breaker
   */
  public static Breaker of(String name, BreakerSettings settings) {
    return of(name, settings, SystemTime.SHARED);
  }

  /**
   * A breaker on the given clock.
   *
   * @param name for events, messages and metrics
   * @param settings when it opens and closes
   * @param time its clock; pipelines that use the breaker must be given the same one
   * @return a closed breaker
   */
  public static Breaker of(String name, BreakerSettings settings, Time time) {
    return of(name, settings, time, Stages.RANDOM, Runnable::run);
  }

  /**
   * A breaker with everything injected.
   *
   * @param name for events, messages and metrics
   * @param settings when it opens and closes
   * @param time its clock
   * @param random uniform in [0, 1), for the jitter of the open time
   * @param eventExecutor runs the listeners; otherwise that is the thread that caused the transition, which may be a
   *     request's
   * @return a closed breaker
   */
  public static Breaker of(
      String name,
      BreakerSettings settings,
      Time time,
      DoubleSupplier random,
      Executor eventExecutor) {
    return new Breaker(name, settings, time, random, eventExecutor);
  }

  /** {@return the name, as given} */
  public String name() {
    return name;
  }

  /** {@return the settings, as given or as changed} */
  public BreakerSettings settings() {
    return state.get().rules().settings;
  }

  /**
   * The effective state: an open breaker whose time is over answers {@link State#HALF_OPEN}, though the transition (and
   * its event) comes with the next call. Changes nothing.
   *
   * @return what an arriving call would find
   */
  public State state() {
    return state.get().effectiveAt(time.nanoTime());
  }

  /** {@return how it stands at one consistent moment; asking changes nothing} */
  public Snapshot snapshot() {
    long now = time.nanoTime();
    BreakerState s = state.get();
    Window.Tally tally = new Window.Tally(0, 0, 0);
    if (s instanceof BreakerState.Closed closed) {
      Window window = closed.period().window;
      tally = window == null
          ? new Window.Tally(
              CountWord.size(closed.outcomes()),
              CountWord.bad(closed.outcomes()),
              s.rules().hasSlowRule() ? CountWord.bad(closed.slows()) : 0)
          : window.tally(now);
    }
    long wait = s.retryAfterNanos(now);
    return new Snapshot(
        name,
        s.effectiveAt(now),
        s.epoch(),
        tally.calls(),
        tally.failures(),
        tally.slow(),
        s.opens(),
        wait > 0 ? Optional.of(Duration.ofNanos(wait)) : Optional.empty());
  }

  /**
   * Asks for one call. Whoever gets a permit must complete it; a probe's permit that is forgotten returns when its lease
   * runs out.
   *
   * @return the permit, or empty if the breaker refuses
   */
  public Optional<Permit> tryAcquire() {
    long permit = admit();
    boolean measured = timed;
    return permit >= 0
        ? Optional.of(new Permit(this, permit, measured, measured ? time.nanoTime() : 0))
        : Optional.empty();
  }

  /**
   * Listens to changes. The first event tells the current state.
   *
   * @param listener called in the order of events, never by two threads at once, with no lock held; what it throws is
   *     logged once a kind; at most 256 events wait for it
   * @return close it to stop
   */
  public Subscription subscribe(Consumer<? super BreakerEvent> listener) {
    return listeners.subscribe(requireNonNull(listener, "listener"));
  }

  /** Refuses every call until {@link #reset()}; no timer ends it. */
  public void forceOpen() {
    set(State.FORCED_OPEN);
  }

  /** Lets every call pass until {@link #reset()}; results are recorded but never open it. */
  public void forceClosed() {
    set(State.FORCED_CLOSED);
  }

  /** Lets every call pass until {@link #reset()}, and tells by an event each time it would have opened. */
  public void metricsOnly() {
    set(State.METRICS_ONLY);
  }

  /** Lets every call pass until {@link #reset()}, and records nothing. */
  public void disable() {
    set(State.DISABLED);
  }

  /** Closes it, with an empty window and the first open time; ends every state set by hand. */
  public void reset() {
    set(State.CLOSED);
  }

  private void set(State to) {
    long now = time.nanoTime();
    BreakerState unused = state.advance(before -> BreakerState.manual(before, to, now));
  }

  /**
   * Replaces the settings. Waits for nobody: calls in flight finish as they were admitted. If the window has the same
   * shape (the same {@link BreakerSettings.Window}, and a rule about slow calls before and after, or neither), nothing
   * that was learned is lost: the counts stay, an open breaker stays open for the rest of its time, probes keep their
   * permits; the new thresholds hold from the next result on. With another shape it begins anew, as after {@link
   * #reset()}, which is an event with {@link Evidence.Reshaped}. What was set by hand stays in either case.
   *
   * @param settings from now on
   */
  public void change(BreakerSettings settings) {
    BreakerRules next = rules(name, settings);
    long now = time.nanoTime();
    BreakerState unused =
        state.advance(before -> BreakerState.changed(before, next, now, this::openNanos));
    timed = next.hasSlowRule();
  }

  /** The permit of an admission; if negative, its complement is the time in nanoseconds to stay away (0: unknown). */
  long admit() {
    return state.get() instanceof BreakerState.Closed closed
        ? closed.period().epoch
        : admitUnlessOpen();
  }

  private long admitUnlessOpen() {
    long now = time.nanoTime();
    BreakerState present = state.get();
    if (present instanceof BreakerState.Disabled) {
      return present.epoch();
    }
    if (present instanceof BreakerState.ForcedOpen) {
      return ~0L;
    }
    if (present instanceof BreakerState.Open open) {
      long wait = open.retryAfterNanos(now);
      if (wait > 0) {
        return ~wait;
      }
    }
    return state.advance(
        before -> before.onAcquire(now, this::openNanos),
        (before, after) -> admission(before, after, now));
  }

  private static long admission(BreakerState before, BreakerState after, long now) {
    if (after instanceof BreakerState.Closed || after instanceof BreakerState.Disabled) {
      return after.epoch();
    }
    boolean granted =
        after instanceof BreakerState.HalfOpen && after.lastPermit() != before.lastPermit();
    return granted ? after.lastPermit() : ~after.retryAfterNanos(now);
  }

  /** Whether it matters how long a call takes. */
  boolean isTimed() {
    return timed;
  }

  /**
   * The present state, if it is known to be one that a success does not move: closed, with no rule about slow calls, and
   * with either a window of its own or one word full of good outcomes. Otherwise null, which says nothing.
   */
  BreakerState.@Nullable Closed healthy() {
    // compared as an object: to cast it to what it is would cost more than to compare it
    Object present = state.get();
    BreakerState.Closed known = knownHealthy;
    return present == known ? known : null;
  }

  /** Takes a success admitted by that state, unless the state was replaced since: then nothing was done. */
  boolean succeeded(BreakerState.Closed admitting) {
    Object present = state.get();
    if (present != admitting) {
      return false;
    }
    Window window = admitting.period().window;
    if (window != null) {
      window.recordGood(time);
    }
    return true;
  }

  Completion complete(long permit, Handling handling, long nanos) {
    return handling == Handling.SUCCESS && isHealthySuccess(permit, nanos)
        ? Completion.RECORDED
        : complete(permit, handling, nanos, time.nanoTime());
  }

  /** Whether that was all there is to do for it: in a window of good outcomes nothing, elsewhere to count it there. */
  private boolean isHealthySuccess(long permit, long nanos) {
    Object present = state.get();
    if (!(present instanceof BreakerState.Closed closed)) {
      return false;
    }
    BreakerState.Period period = closed.period();
    if (period.epoch != permit || nanos > period.slowNanos) {
      return false;
    }
    if (period.window == null
        && (closed.outcomes() != period.clean || closed.slows() != period.clean)) {
      return false;
    }
    if (period.slowNanos == Long.MAX_VALUE && present != knownHealthy) {
      knownHealthy = closed;
    }
    if (period.window != null) {
      period.window.recordGood(time);
    }
    return true;
  }

  private Completion complete(long permit, Handling handling, long nanos, long now) {
    BreakerState present = state.get();
    if (present instanceof BreakerState.Closed closed
        && closed.period().window != null
        && closed.knows(permit)) {
      record(closed.period().window, handling, isSlow(present, handling, nanos), now);
      return Completion.RECORDED;
    }
    // if the present state knows the permit, its epoch keeps results in one word until it ends
    return state.advance(
        before -> before.onResult(
            permit, handling, isSlow(before, handling, nanos), now, this::openNanos),
        (before, after) -> before.knows(permit) ? Completion.RECORDED : Completion.STALE);
  }

  private static boolean isSlow(BreakerState s, Handling handling, long nanos) {
    return nanos > s.rules().slowNanos
        && (handling == Handling.SUCCESS || handling == Handling.FAILURE);
  }

  /** For the windows that are not one word: written in place, and only a trip replaces the state. */
  private void record(Window window, Handling handling, boolean slow, long now) {
    if (handling == Handling.NEUTRAL || handling == Handling.NOT_SENT) {
      return;
    }
    boolean failed = handling == Handling.FAILURE;
    boolean healthyBefore = (failed || slow) && window.isFull(now);
    window.record(failed, slow, now);
    if (failed || slow) {
      BreakerState unused = state.advance(
          before -> before instanceof BreakerState.Closed closed && closed.period().window == window
              ? closed.trip(window.tally(now), healthyBefore, now, this::openNanos)
              : before); // somebody else's transition came first
    }
  }

  private void committed(BreakerState before, BreakerState after) {
    if (before.epoch() == after.epoch()) {
      return;
    }
    LOG.debug("Breaker {} goes from {} to {}", name, before.state(), after.state());
    BreakerEvent changed =
        new BreakerEvent.Changed(name, before.state(), after.state(), after.epoch(), after.cause());
    listeners.publish(before.epoch(), after.epoch(), () -> current(after), List.of(changed));
    listeners.deliver();
  }

  private BreakerEvent current(BreakerState s) {
    return new BreakerEvent.Current(name, s.state(), s.epoch());
  }

  /** User code, so it runs before the swap, and what it throws costs nothing but growth and jitter. */
  private long openNanos(BreakerRules rules, int opensBefore) {
    BreakerSettings.OpenTime time = rules.settings.openTime();
    try {
      long nanos = Math.min(time.cap().toNanos(), time.growth().nominalNanos(opensBefore));
      return nanos + (long) (nanos * time.jitter() * random.getAsDouble());
    } catch (Throwable t) {
      if (openTimeReported.first()) {
        LOG.warn(
            "The open time of breaker {} threw; {} holds instead, not logged again",
            name,
            time.base(),
            t);
      }
      return rules.baseOpenNanos;
    }
  }

  /** Why an arriving call was refused just now. */
  Evidence refusal() {
    BreakerState s = state.get();
    return s instanceof BreakerState.Open || s instanceof BreakerState.ForcedOpen
        ? s.cause().orElseThrow()
        : new Evidence.Probing(name, s.epoch(), s.rules().probes);
  }

  Time time() {
    return time;
  }

  @Override
  public String toString() {
    return "Breaker[" + name + ", " + state() + "]";
  }

  /** One admitted call; complete it exactly once. Safe for any thread. */
  public static final class Permit {
    private final Breaker breaker;
    private final Once used = new Once();
    private final long permit;
    private final boolean measured;
    private final long startNanos;

    Permit(Breaker breaker, long permit, boolean measured, long startNanos) {
      this.breaker = breaker;
      this.permit = permit;
      this.measured = measured;
      this.startNanos = startNanos;
    }

    /**
     * Reports how the call went. {@link Handling#NOT_SENT} gives the permit back as if it had never been asked for.
     *
     * @param handling what the call was worth
     * @return whether it counted
     */
    public Completion complete(Handling handling) {
      if (!used.first()) {
        return Completion.DUPLICATE;
      }
      long nanos = measured ? breaker.time.nanoTime() - startNanos : 0;
      return breaker.complete(permit, handling, nanos);
    }
  }
}
