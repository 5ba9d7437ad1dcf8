package cnkit.lifecycle;

import cnkit.lifecycle.Blueprint.Role;
import cnkit.lifecycle.Blueprint.Unit;
import cnkit.lifecycle.ShutdownMachine.Effect;
import cnkit.lifecycle.ShutdownMachine.Event;
import cnkit.lifecycle.ShutdownMachine.Life;
import cnkit.lifecycle.ShutdownMachine.Passage;
import cnkit.lifecycle.ShutdownMachine.PhaseLife;
import cnkit.lifecycle.ShutdownMachine.State;
import cnkit.lifecycle.ShutdownMachine.UnitLife;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the machine decides. Whoever brings an event while the engine is idle takes the steps, one after the
 * other; user code runs elsewhere, so a step is short and no lock is held.
 */
final class Engine {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
  private static final int FRAMES = 32;
  private static final long SETTLE_NANOS = 50_000_000L;

  /** The user's code, by unit. */
  record Code(Optional<Action> start, Optional<Action> stop) {}

  /**
   * What concerns work in flight alone.
   *
   * @param quiet ends the propagation when nothing has arrived for so long
   * @param streamWindow over how long streams are told to end; half of the drain if it is not given
   */
  record Options(Optional<Duration> quiet, Optional<Duration> streamWindow) {}

  private final Blueprint blueprint;
  private final List<Code> code;
  private final List<InFlight> inFlight;
  private final Timeline time;
  private final ShutdownMachine machine;
  private final long origin;
  private final Events events;
  private final Options options;

  private final Queue<Event> mailbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();
  private final Map<Integer, Timeline.Running> running = new ConcurrentHashMap<>();
  private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Throwable> startErrors = new ConcurrentHashMap<>();
  private final Map<Integer, Throwable> stopErrors = new ConcurrentHashMap<>();
  private final List<Trigger> triggers = new CopyOnWriteArrayList<>();
  private final List<Unfinished> unfinished = new CopyOnWriteArrayList<>();
  private final CompletableFuture<State> started = new CompletableFuture<>();
  private final CompletableFuture<Report> stopped = new CompletableFuture<>();
  private final AtomicBoolean claimed = new AtomicBoolean();
  private volatile State state;
  /** Guarded by the triggers. */
  private long firstTrigger;

  private volatile Runnable onStopping = () -> {};
  private volatile TerminationMessage terminationMessage =
      new TerminationMessage(Optional.empty(), Optional.empty());
  private volatile long alarmAt = Long.MAX_VALUE;

  Engine(
      Blueprint blueprint,
      List<Code> code,
      List<InFlight> inFlight,
      Timeline time,
      Events events,
      Options options) {
    this.options = options;
    this.blueprint = blueprint;
    this.code = List.copyOf(code);
    this.inFlight = List.copyOf(inFlight);
    this.time = time;
    this.events = events;
    this.machine = new ShutdownMachine(blueprint);
    this.origin = time.nanoTime();
    this.state = machine.initial();
  }

  /** Completed when everything runs, or when it is clear that it never will and what had started was stopped. */
  CompletableFuture<State> started() {
    return started;
  }

  CompletableFuture<Report> stopped() {
    return stopped;
  }

  /** Whether this caller is the one to start it. */
  boolean claim() {
    boolean fresh = state.status() == LifecycleState.NEW || state.startAt() < 0;
    return fresh && claimed.compareAndSet(false, true);
  }

  /** Runs something short of ours once, when the end was asked for. */
  void onStopping(Runnable told) {
    onStopping = told;
  }

  /** Gets the last word. */
  void terminationMessage(TerminationMessage terminationMessage) {
    this.terminationMessage = terminationMessage;
  }

  TerminationMessage terminationMessage() {
    return terminationMessage;
  }

  State state() {
    return state;
  }

  Timeline time() {
    return time;
  }

  long now() {
    return time.nanoTime() - origin;
  }

  /** Whether this thread runs a component's code for us: it must not wait for its own end. */
  boolean onWorker() {
    return workers.contains(Thread.currentThread());
  }

  void trigger(Trigger.Source source, String detail, boolean atTerminal) {
    // the first to get here is the reason, whoever takes the step
    synchronized (triggers) {
      if (state.status() == LifecycleState.STOPPED) {
        return;
      }
      Duration at = triggers.isEmpty() ? Duration.ZERO : Duration.ofNanos(now() - firstTrigger);
      if (triggers.isEmpty()) {
        firstTrigger = now();
      }
      var trigger = new Trigger(source, detail, at);
      triggers.add(trigger);
      events.publish(new LifecycleEvent.Triggered(trigger));
    }
    post(new Event.Trigger(source == Trigger.Source.SIGNAL, atTerminal));
  }

  void post(Event event) {
    mailbox.add(event);
    if (pending.getAndIncrement() != 0) {
      return;
    }
    do {
      Event next = mailbox.poll();
      if (next != null) {
        step(next);
      }
    } while (pending.decrementAndGet() != 0);
  }

  private void step(Event event) {
    ShutdownMachine.Step step = machine.next(state, event, now());
    boolean stopping = state.status() != LifecycleState.STOPPING;
    state = step.state();
    if (stopping && state.status() == LifecycleState.STOPPING) {
      if (state.startFailed()) {
        startGaveUp();
      }
      onStopping.run();
    }
    for (Effect effect : step.effects()) {
      try {
        perform(effect);
      } catch (Throwable t) {
        // ours, or a logger's: the shutdown goes on
        LOG.error("lifecycle: could not {}", effect, t);
      }
    }
    long wake = machine.wakeAt(step.state());
    if (wake != Long.MAX_VALUE && wake != alarmAt) {
      alarmAt = wake;
      time.schedule(Math.max(0, wake - now()), () -> post(new Event.Tick()));
    }
  }

  /** A start that failed is a reason for the end like any other. */
  private void startGaveUp() {
    String name = state.units().stream().anyMatch(unit -> unit.life() == Life.NOT_STARTED)
        ? failedStart().orElse("a component") + " did not start"
        : "the start took longer than "
            + ShutdownPlan.text(Duration.ofNanos(blueprint.startDeadline()));
    synchronized (triggers) {
      if (triggers.isEmpty()) {
        firstTrigger = now();
        var trigger = new Trigger(Trigger.Source.START, name, Duration.ZERO);
        triggers.add(trigger);
        events.publish(new LifecycleEvent.Triggered(trigger));
      }
    }
  }

  private void perform(Effect effect) {
    if (effect instanceof Effect.Start start) {
      run(start.unit(), true);
    } else if (effect instanceof Effect.Stop stop) {
      run(stop.unit(), false);
    } else if (effect instanceof Effect.Interrupt interrupt) {
      interrupt(interrupt);
    } else if (effect instanceof Effect.Began began) {
      began(began.phase());
    } else if (effect instanceof Effect.Ended ended) {
      ended(ended.phase());
    } else if (effect instanceof Effect.Running) {
      Duration took = Duration.ofNanos(now() - state.startAt());
      LOG.atInfo()
          .addKeyValue("event.name", "cn.lifecycle.started")
          .addKeyValue("took_ms", took.toMillis())
          .addKeyValue("report", report().attributes())
          .log("started in {}", ShutdownPlan.text(took));
      events.publish(new LifecycleEvent.Started(took));
      started.complete(state);
    } else if (effect instanceof Effect.CloseIntake) {
      inFlight.forEach(InFlight::close);
      inFlight.forEach(work -> work.whenDrained(this::maybeDrained));
      maybeDrained();
    } else if (effect instanceof Effect.Cut) {
      cut();
    } else if (effect instanceof Effect.Stopped) {
      finish();
    }
  }

  private void maybeDrained() {
    for (InFlight work : inFlight) {
      if (!work.drained()) {
        return;
      }
    }
    post(new Event.Drained());
  }

  private void run(int unit, boolean start) {
    Code own = code.get(unit);
    Action action = (start ? own.start() : own.stop()).orElse(() -> {});
    boolean flush = phaseName(blueprint.units().get(unit).phase()).equals(Phase.FLUSH);
    Timeline.Running work = time.execute(
        name(unit),
        () -> {
          workers.add(Thread.currentThread());
          try {
            if (flush) {
              awaitListeners();
            }
            action.run();
          } finally {
            workers.remove(Thread.currentThread());
          }
        },
        thrown -> {
          boolean failed = thrown.isPresent();
          if (failed) {
            (start ? startErrors : stopErrors).put(unit, thrown.get());
          }
          if (failed && !start) {
            LOG.warn("lifecycle: stopping {} threw", name(unit), thrown.get());
          }
          if (!start && failed && thrown.get() instanceof StillRunning survivors) {
            unfinished.addAll(survivors.unfinished());
            post(new Event.Survived(unit));
            return;
          }
          if (start && !failed && blueprint.units().get(unit).role() == Role.COMPONENT) {
            componentStarted(unit);
          }
          post(new Event.Ended(unit, failed));
        });
    running.put(unit, work);
  }

  /** Telemetry that listens gets a moment to take in what happened before it is flushed. */
  private void awaitListeners() {
    long until = now() + SETTLE_NANOS;
    while (!events.delivered() && now() < until && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, 500_000);
    }
  }

  /**
   * Ends the wait for components that called {@code System.exit}: they are stuck in it until the JVM's hooks have returned,
   * and one of those waits for us.
   */
  void releaseExiting() {
    for (Map.Entry<Integer, Timeline.Running> entry : Map.copyOf(running).entrySet()) {
      Optional<Thread> thread = entry.getValue().thread();
      if (thread.isPresent() && exiting(thread.get())) {
        running.remove(entry.getKey());
        var error = new IllegalStateException("it called System.exit");
        (state.units().get(entry.getKey()).life() == Life.STARTING ? startErrors : stopErrors)
            .put(entry.getKey(), error);
        post(new Event.Ended(entry.getKey(), true));
      }
    }
  }

  private static boolean exiting(Thread thread) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().equals("java.lang.Runtime")
          && frame.getMethodName().equals("exit")) {
        return true;
      }
    }
    return false;
  }

  private void componentStarted(int unit) {
    long began = state.units().get(unit).startAt();
    events.publish(new LifecycleEvent.ComponentStarted(
        name(unit), Duration.ofNanos(began < 0 ? 0 : now() - began)));
  }

  private String name(int unit) {
    return blueprint.units().get(unit).name();
  }

  private void interrupt(Effect.Interrupt interrupt) {
    Timeline.Running work = running.get(interrupt.unit());
    if (work == null) {
      return;
    }
    if (interrupt.givenUp()) {
      UnitLife life = state.units().get(interrupt.unit());
      boolean start = life.life() == Life.START_LOST;
      long since = start ? life.startAt() : life.stopAt();
      unfinished.add(unfinished(
          start ? "start" : "stop", name(interrupt.unit()), now() - since, work.thread()));
    }
    work.interrupt();
  }

  static Unfinished unfinished(String what, String name, long age, Optional<Thread> thread) {
    var stack = new ArrayList<String>();
    if (thread.isPresent()) {
      for (StackTraceElement frame : thread.get().getStackTrace()) {
        if (stack.size() < FRAMES) {
          stack.add(frame.toString());
        }
      }
    }
    return new Unfinished(
        what, name, Duration.ofNanos(age), thread.map(Thread::getName).orElse(""), stack);
  }

  private void began(int phase) {
    String name = phaseName(phase);
    switch (name) {
      case Phase.ANNOUNCE -> {
        for (InFlight work : inFlight) {
          for (Runnable goAway : work.beginDraining()) {
            time.execute("go-away", goAway::run, this::goAwayEnded);
          }
        }
      }
      case Phase.PROPAGATE ->
        options
            .quiet()
            .ifPresent(quiet -> watch(phase, new QuietWatch(quiet.toNanos(), arrivals(), now())));
      case Phase.DRAIN -> endStreams(state.phases().get(phase).allowance());
      default -> {
        // its units are all there is to do
      }
    }
    events.publish(new LifecycleEvent.PhaseBegan(name));
    if (name.equals(Phase.FLUSH)) {
      events.publish(new LifecycleEvent.Flushing(report()));
    }
  }

  private void goAwayEnded(Optional<Throwable> thrown) {
    thrown.ifPresent(t -> LOG.warn("lifecycle: a go-away callback threw", t));
  }

  private long arrivals() {
    return inFlight.stream().mapToLong(InFlight::arrivals).sum();
  }

  /** Looks again and again while the phase lasts; its allowance ends it at the latest. */
  private void watch(int phase, QuietWatch before) {
    if (state.status() != LifecycleState.STOPPING || state.phase() != phase) {
      return;
    }
    QuietWatch watch = before.look(arrivals(), now());
    if (watch.isQuiet(now())) {
      post(new Event.Quiet());
    } else {
      time.schedule(watch.pause(), () -> watch(phase, watch));
    }
  }

  /**
   * Tells streams to end, oldest first and one after the other: their clients all come back somewhere else, and should not do
   * so at the same moment.
   */
  private void endStreams(long allowance) {
    var streams = new ArrayList<Token>();
    for (InFlight work : inFlight) {
      work.open().stream().filter(token -> token.kind() == WorkKind.STREAM).forEach(streams::add);
    }
    if (allowance == 0) {
      return; // they are cut at once
    }
    long window =
        Math.min(options.streamWindow().map(ShutdownPlan::nanos).orElse(allowance / 2), allowance);
    for (int i = 0; i < streams.size(); i++) {
      Token stream = streams.get(i);
      long delay = (long) ((double) window * i / streams.size());
      time.schedule(delay, () -> {
        if (!stream.isClosed()) {
          time.execute("end-stream", stream::cancel, this::cancelled);
        }
      });
    }
  }

  private void ended(int phase) {
    events.publish(new LifecycleEvent.PhaseEnded(phaseRun(state, phase)));
    if (phaseName(phase).equals(Phase.DRAIN)) {
      events.publish(new LifecycleEvent.Drained(workCounts()));
    }
  }

  private String phaseName(int phase) {
    return blueprint.budget().slots().get(phase).name();
  }

  private void cut() {
    for (InFlight work : inFlight) {
      for (Token token : work.cut()) {
        unfinished.add(
            unfinished(token.kind().label(), token.label(), token.age().toNanos(), token.opener()));
        time.execute("cancel", token::runCancel, this::cancelled);
      }
    }
  }

  private void cancelled(Optional<Throwable> thrown) {
    thrown.ifPresent(t -> LOG.warn("lifecycle: cancelling work in flight threw", t));
  }

  private void finish() {
    Report report = report();
    events.publish(new LifecycleEvent.Stopped(report));
    try {
      LOG.atInfo()
          .addKeyValue("event.name", "cn.lifecycle.stopped")
          .addKeyValue("report", report.attributes())
          .log("{}", report.summary());
      terminationMessage.end(report);
    } finally {
      started.complete(state);
      stopped.complete(report);
      time.release();
    }
  }

  /** What is running or in flight right now, with its thread's stack: virtual threads too, which no dump of all threads has. */
  List<Unfinished> suspects() {
    State now = state;
    var suspects = new ArrayList<Unfinished>();
    for (int i = 0; i < now.units().size(); i++) {
      UnitLife life = now.units().get(i);
      Timeline.Running work = running.get(i);
      if (work != null && (life.life() == Life.STARTING || life.life() == Life.STOPPING)) {
        boolean start = life.life() == Life.STARTING;
        long since = start ? life.startAt() : life.stopAt();
        suspects.add(unfinished(start ? "start" : "stop", name(i), now() - since, work.thread()));
      }
    }
    for (InFlight work : inFlight) {
      for (Token token : work.open()) {
        suspects.add(
            unfinished(token.kind().label(), token.label(), token.age().toNanos(), token.opener()));
      }
    }
    return suspects;
  }

  List<WorkCounts> workCounts() {
    if (inFlight.isEmpty()) {
      return List.of();
    }
    var sums = new ArrayList<>(inFlight.get(0).workCounts());
    for (InFlight more : inFlight.subList(1, inFlight.size())) {
      List<WorkCounts> counts = more.workCounts();
      for (int i = 0; i < sums.size(); i++) {
        sums.set(i, sums.get(i).plus(counts.get(i)));
      }
    }
    return List.copyOf(sums);
  }

  /** What the starts threw, first one first; what an interrupt made of a cancelled start is not an error. */
  List<Throwable> startErrors() {
    return inOrder(startErrors, life -> life.startedAt());
  }

  List<Throwable> stopErrors() {
    return inOrder(stopErrors, life -> life.stoppedAt());
  }

  private List<Throwable> inOrder(Map<Integer, Throwable> errors, ToLongFunction<UnitLife> at) {
    var units = new ArrayList<>(errors.keySet());
    State now = state;
    units.sort((a, b) -> Long.compare(
        at.applyAsLong(now.units().get(a)), at.applyAsLong(now.units().get(b))));
    var sorted = new ArrayList<Throwable>();
    units.forEach(unit -> sorted.add(errors.get(unit)));
    return sorted;
  }

  /** The unit that failed first, or was too slow. */
  Optional<String> failedStart() {
    Optional<Integer> first = Optional.empty();
    State now = state;
    for (int i = 0; i < now.units().size(); i++) {
      UnitLife life = now.units().get(i);
      if (life.life() == Life.NOT_STARTED || life.life() == Life.START_LOST) {
        if (first.isEmpty() || ended(life) < ended(now.units().get(first.get()))) {
          first = Optional.of(i);
        }
      }
    }
    return first.map(this::name);
  }

  private static long ended(UnitLife life) {
    return life.startedAt() < 0 ? Long.MAX_VALUE : life.startedAt();
  }

  Report report() {
    State now = state;
    var phases = new ArrayList<Report.PhaseRun>();
    if (now.startAt() >= 0) {
      phases.add(startRun(now));
    }
    for (int i = 0; i < now.phases().size(); i++) {
      if (now.phases().get(i).passage() != Passage.WAITING) {
        phases.add(phaseRun(now, i));
      }
    }
    return new Report(
        now.status(),
        now.outcome(),
        triggers,
        Duration.ofNanos(startTook(now)),
        Duration.ofNanos(stopTook(now)),
        phases,
        workCounts(),
        unfinished);
  }

  private long startTook(State now) {
    if (now.startAt() < 0) {
      return 0;
    }
    long end = now.startAt();
    for (UnitLife life : now.units()) {
      end = Math.max(end, life.startedAt());
    }
    return end - now.startAt();
  }

  private long stopTook(State now) {
    if (now.since() < 0) {
      return 0;
    }
    long end = now.status() == LifecycleState.STOPPED ? now.since() : now();
    for (PhaseLife life : now.phases()) {
      end = Math.max(end, life.endedAt());
    }
    return end - now.since();
  }

  private Report.PhaseRun startRun(State now) {
    var steps = new ArrayList<Report.Step>();
    for (int i = 0; i < now.units().size(); i++) {
      UnitLife life = now.units().get(i);
      if (life.startAt() >= 0) {
        long took = life.startedAt() < 0 ? 0 : life.startedAt() - life.startAt();
        steps.add(new Report.Step(
            name(i),
            Duration.ofNanos(life.startAt() - now.startAt()),
            Duration.ofNanos(took),
            startResult(now, i),
            Optional.ofNullable(startErrors.get(i)).map(Throwable::toString)));
      }
    }
    Report.Result result = switch (now.status()) {
      case STARTING -> Report.Result.RUNNING;
      default ->
        now.startFailed()
            ? Report.Result.FAILED
            : now.rollback() ? Report.Result.CANCELLED : Report.Result.DONE;
    };
    return new Report.PhaseRun(
        "start",
        Duration.ZERO,
        Duration.ofNanos(startTook(now)),
        Duration.ofNanos(blueprint.startDeadline()),
        result,
        steps);
  }

  private static Report.Result startResult(State now, int unit) {
    return switch (now.units().get(unit).life()) {
      case STARTING -> Report.Result.RUNNING;
      case NOT_STARTED -> now.startFailed() ? Report.Result.FAILED : Report.Result.CANCELLED;
      case START_LOST -> Report.Result.TIMED_OUT;
      default -> Report.Result.DONE;
    };
  }

  private Report.PhaseRun phaseRun(State now, int phase) {
    PhaseLife life = now.phases().get(phase);
    var steps = new ArrayList<Report.Step>();
    for (int i = 0; i < now.units().size(); i++) {
      Unit unit = blueprint.units().get(i);
      UnitLife ran = now.units().get(i);
      if (unit.phase() == phase && ran.stopAt() >= 0) {
        long took = ran.stoppedAt() < 0 ? 0 : ran.stoppedAt() - ran.stopAt();
        steps.add(new Report.Step(
            unit.name(),
            Duration.ofNanos(ran.stopAt() - now.since()),
            Duration.ofNanos(took),
            stopResult(ran.life()),
            Optional.ofNullable(stopErrors.get(i)).map(Throwable::toString)));
      }
    }
    steps.sort((a, b) -> a.at().compareTo(b.at()));
    long end = life.endedAt() < 0 ? now() : life.endedAt();
    return new Report.PhaseRun(
        phaseName(phase),
        Duration.ofNanos(life.beganAt() - now.since()),
        Duration.ofNanos(end - life.beganAt()),
        Duration.ofNanos(life.allowance()),
        phaseResult(life.passage()),
        steps);
  }

  private static Report.Result stopResult(Life life) {
    return switch (life) {
      case STOPPED -> Report.Result.DONE;
      case STOP_FAILED -> Report.Result.FAILED;
      case STOP_LOST -> Report.Result.TIMED_OUT;
      default -> Report.Result.RUNNING;
    };
  }

  private static Report.Result phaseResult(Passage passage) {
    return switch (passage) {
      case WAITING, RUNNING -> Report.Result.RUNNING;
      case DONE -> Report.Result.DONE;
      case SKIPPED -> Report.Result.SKIPPED;
      case TIMED_OUT -> Report.Result.TIMED_OUT;
      case ABANDONED -> Report.Result.ABANDONED;
    };
  }
}
