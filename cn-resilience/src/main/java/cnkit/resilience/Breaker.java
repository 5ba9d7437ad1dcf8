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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A circuit breaker: it stops calls to a dependency that fails, and detects the recovery with a few probes. Safe for
 * use by many threads; owns no thread; several pipelines may share one.
 *
 * <p>Closed: calls pass, and their results fill a window. If the failure rate is reached, the breaker opens, and
 * calls are rejected until the open time is over. The first call after that makes the breaker half-open and is a
 * probe. Enough successful probes close the breaker; too many failed probes open it again, for a longer time. A
 * result counts only in the epoch that admitted its call, so a late result of an earlier state has no effect.
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
    /** Calls pass; their results are recorded in the window. */
    CLOSED,
    /** Calls are rejected until the open time is over. */
    OPEN,
    /** A few calls pass as probes. */
    HALF_OPEN,
    /** Set by hand: calls are rejected until {@link Breaker#reset()}. */
    FORCED_OPEN,
    /** Set by hand: calls pass and are recorded; it never opens. */
    FORCED_CLOSED,
    /** Set by hand: calls pass and are recorded; an event is sent when the breaker would have opened. */
    METRICS_ONLY,
    /** Set by hand: calls pass, nothing is recorded. */
    DISABLED
  }

  /**
   * The state of a breaker at one moment.
   *
   * @param name its name
   * @param state the effective state
   * @param epoch the number of the state; grows with each change
   * @param calls results in the window; 0 if the breaker is not closed
   * @param failures failures among them
   * @param slow slow calls among them
   * @param opensInARow how often it opened without a full healthy window in between
   * @param retryAfter when a rejected caller may try again; empty if calls pass or the time is not known
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
  private final Cell cell;
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
    this.cell = new Cell(initial, this::committed, time);
    this.timed = rules.hasSlowRule();
  }

  /** What a pipeline asks about each call, in one object, so that the state is one load away. */
  static final class Cell extends AtomicState<BreakerState> {
    private final Time time;
    /*
     * The last state that was seen to be healthy, so that it is known again by its identity alone. States are
     * immutable, so no order is needed: who reads an older one goes the longer way. Where a result changes nothing,
     * nothing is written: in health this line of memory is only read, by all cores.
     */
    private BreakerState.@Nullable Closed knownHealthy;

    Cell(
        BreakerState initial,
        BiConsumer<? super BreakerState, ? super BreakerState> committed,
        Time time) {
      super(initial, committed);
      this.time = time;
    }

    /**
     * The present state, if it is known to be one that a success does not move: closed, with no rule about slow calls, and
     * with either a window of its own or one word full of good outcomes. Otherwise null, which says nothing.
     */
    BreakerState.@Nullable Closed healthy() {
      // compared as an object: to cast it to what it is would cost more than to compare it
      Object present = get();
      BreakerState.Closed known = knownHealthy;
      return present == known ? known : null;
    }

    /** Takes a success admitted by that state, unless the state was replaced since: then nothing was done. */
    boolean succeeded(BreakerState.Closed admitting) {
      Object present = get();
      if (present != admitting) {
        return false;
      }
      Window window = admitting.period().window;
      if (window != null) {
        window.recordGood(time);
      }
      return true;
    }
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
    return of(name, settings, time, Jitter.RANDOM, Runnable::run);
  }

  /**
   * A breaker with its own source of random numbers and its own executor for events.
   *
   * @param name for events, messages and metrics
   * @param settings when it opens and closes
   * @param time its clock
   * @param random uniform in [0, 1), for the jitter of the open time
   * @param eventExecutor runs the listeners; without it, they run on the thread that caused the transition, which may
   *     be the thread of a request
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
    return cell.get().rules().settings;
  }

  /**
   * The effective state. For an open breaker whose open time is over this is {@link State#HALF_OPEN}, although the
   * transition and its event come with the next call. Changes nothing.
   *
   * @return what an arriving call would find
   */
  public State state() {
    return cell.get().effectiveAt(time.nanoTime());
  }

  /** {@return how it stands at one consistent moment; asking changes nothing} */
  public Snapshot snapshot() {
    long now = time.nanoTime();
    BreakerState s = cell.get();
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
   * Asks for a permit for one call. The caller must complete the permit. If the permit of a probe is never completed,
   * it returns when its lease ends.
   *
   * @return the permit; empty if the breaker rejects the call
   */
  public Optional<Permit> tryAcquire() {
    long permit = admit();
    boolean measured = timed;
    return permit >= 0
        ? Optional.of(new Permit(this, permit, measured, measured ? time.nanoTime() : 0))
        : Optional.empty();
  }

  /**
   * Adds a listener for changes. Its first event contains the current state.
   *
   * @param listener called in the order of events, never by two threads at once, and without a lock; its exceptions
   *     are logged, once per type; at most 256 events wait for it
   * @return a handle; closing it removes the listener
   */
  public Subscription subscribe(Consumer<? super BreakerEvent> listener) {
    return listeners.subscribe(requireNonNull(listener, "listener"));
  }

  /** Rejects every call until {@link #reset()}; no timer ends this state. */
  public void forceOpen() {
    set(State.FORCED_OPEN);
  }

  /** Lets every call pass until {@link #reset()}; results are recorded, but the breaker never opens. */
  public void forceClosed() {
    set(State.FORCED_CLOSED);
  }

  /** Lets every call pass until {@link #reset()}, and sends an event each time the breaker would have opened. */
  public void metricsOnly() {
    set(State.METRICS_ONLY);
  }

  /** Lets every call pass until {@link #reset()}, and records nothing. */
  public void disable() {
    set(State.DISABLED);
  }

  /** Closes the breaker, with an empty window and the first open time. Ends every state that was set by hand. */
  public void reset() {
    set(State.CLOSED);
  }

  private void set(State to) {
    long now = time.nanoTime();
    BreakerState unused = cell.advance(before -> BreakerState.manual(before, to, now));
  }

  /**
   * Replaces the settings without blocking. Calls in flight finish as they were admitted. The window has the same
   * shape if the {@link BreakerSettings.Window} is the same, and if both or neither of the settings have a rule about
   * slow calls. Then the counts are kept, an open breaker stays open for the rest of its time, and probes keep their
   * permits; the new thresholds apply from the next result on. If the shape differs, the breaker starts again, as
   * after {@link #reset()}, with an event that contains {@link Evidence.Reshaped}. A state that was set by hand stays
   * in both cases.
   *
   * @param settings the settings from now on
   */
  public void change(BreakerSettings settings) {
    BreakerRules next = rules(name, settings);
    long now = time.nanoTime();
    BreakerState unused =
        cell.advance(before -> BreakerState.changed(before, next, now, this::openNanos));
    timed = next.hasSlowRule();
  }

  /** The permit of an admission; if negative, its complement is the time in nanoseconds to stay away (0: unknown). */
  long admit() {
    return cell.get() instanceof BreakerState.Closed closed
        ? closed.period().epoch
        : admitUnlessOpen();
  }

  private long admitUnlessOpen() {
    long now = time.nanoTime();
    BreakerState present = cell.get();
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
    return cell.advance(
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
  Cell cell() {
    return cell;
  }

  boolean isTimed() {
    return timed;
  }

  Completion complete(long permit, Handling handling, long nanos) {
    return handling == Handling.SUCCESS && isHealthySuccess(permit, nanos)
        ? Completion.RECORDED
        : complete(permit, handling, nanos, time.nanoTime());
  }

  /** Whether that was all there is to do for it: in a window of good outcomes nothing, elsewhere to count it there. */
  private boolean isHealthySuccess(long permit, long nanos) {
    Object present = cell.get();
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
    if (period.slowNanos == Long.MAX_VALUE && present != cell.knownHealthy) {
      cell.knownHealthy = closed;
    }
    if (period.window != null) {
      period.window.recordGood(time);
    }
    return true;
  }

  private Completion complete(long permit, Handling handling, long nanos, long now) {
    BreakerState present = cell.get();
    if (present instanceof BreakerState.Closed closed
        && closed.period().window != null
        && closed.knows(permit)) {
      record(closed.period().window, handling, isSlow(present, handling, nanos), now);
      return Completion.RECORDED;
    }
    // if the present state knows the permit, its epoch keeps results in one word until it ends
    return cell.advance(
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
      BreakerState unused = cell.advance(
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
    BreakerState s = cell.get();
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
     * Reports the result of the call. {@link Handling#NOT_SENT} returns the permit as if it had never been granted.
     *
     * @param handling how the call's result is classified
     * @return whether the result was counted
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
