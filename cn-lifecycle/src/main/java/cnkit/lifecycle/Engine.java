package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;

import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.HandOver;
import cnkit.core.internal.Listeners;
import cnkit.core.internal.Once;
import cnkit.core.internal.SafeText;
import cnkit.lifecycle.machine.Blueprint;
import cnkit.lifecycle.machine.Blueprint.Role;
import cnkit.lifecycle.machine.Budget;
import cnkit.lifecycle.machine.PhaseState;
import cnkit.lifecycle.machine.ShutdownMachine;
import cnkit.lifecycle.machine.ShutdownMachine.Effect;
import cnkit.lifecycle.machine.ShutdownMachine.Event;
import cnkit.lifecycle.machine.ShutdownState;
import cnkit.lifecycle.machine.ShutdownState.Flag;
import cnkit.lifecycle.machine.UnitState;
import cnkit.lifecycle.process.ProcessDriver;
import cnkit.lifecycle.process.Surroundings;
import cnkit.lifecycle.process.TerminationMessage;
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
import java.util.function.Consumer;

/**
 * Carries out what the machine decides. The thread that brings an event while the engine is idle takes the steps, one after
 * the other; user code runs elsewhere, so a step is short and no lock is held.
 */
final class Engine implements ShutdownMachine.Performer, ProcessDriver.Target {
  private static final long SETTLE_NANOS = 50_000_000L;
  private static final Duration SETTLE_STEP = Duration.ofNanos(500_000);

  /** The user's code, by unit. */
  record Code(Optional<Action> start, Optional<Action> stop) {}

  private final Blueprint blueprint;
  private final List<Code> code;
  private final Draining draining;
  private final Time time;
  private final ShutdownMachine machine;
  private final long origin;
  private final boolean ownsTime;
  private final Listeners<LifecycleEvent> listeners;
  private final ClassLoader loader = Surroundings.classLoader();

  private final Queue<Event> mailbox = new ConcurrentLinkedQueue<>();
  private final AtomicWord pending = new AtomicWord(0);
  private final Map<Integer, Time.Running> running = new ConcurrentHashMap<>();
  private final Set<Thread> workers = ConcurrentHashMap.newKeySet();
  private final Map<Integer, Throwable> startErrors = new ConcurrentHashMap<>();
  private final Map<Integer, Throwable> stopErrors = new ConcurrentHashMap<>();
  private final List<Trigger> triggers = new CopyOnWriteArrayList<>();
  private final List<Unfinished> unfinished = new CopyOnWriteArrayList<>();
  private final CompletableFuture<ShutdownState> started = new CompletableFuture<>();
  private final CompletableFuture<Report> stopped = new CompletableFuture<>();
  private final Once claimed = new Once();
  private volatile ShutdownState state;
  /** Guarded by the triggers. */
  private long firstTrigger;

  private volatile Runnable onStopping = () -> {};
  private volatile TerminationMessage message = TerminationMessage.nowhere();
  private volatile long alarmAt = Long.MAX_VALUE;

  /**
   * An engine whose lifecycle has not started.
   *
   * @param ownsTime whether the time is closed when everything has stopped
   */
  Engine(Blueprint blueprint, List<Code> code, Draining draining, Time time, boolean ownsTime) {
    this.blueprint = blueprint;
    this.code = List.copyOf(code);
    this.draining = draining;
    this.time = time;
    this.ownsTime = ownsTime;
    this.listeners = new Listeners<>(
        "the lifecycle",
        task -> time.execute("lifecycle-events", task),
        this::current,
        LifecycleEvent.EventsDropped::new);
    this.machine = new ShutdownMachine(blueprint);
    this.origin = time.nanoTime();
    this.state = machine.initial();
  }

  private LifecycleEvent current() {
    return new LifecycleEvent.Current(ReportOf.lifecycleState(state));
  }

  Subscription subscribe(Consumer<? super LifecycleEvent> listener) {
    return listeners.subscribe(listener);
  }

  private void publish(LifecycleEvent event) {
    // a new listener gets the state that is committed by then: the next event may repeat what it
    // says, but none is missing
    listeners.publish(this::current, List.of(event));
    listeners.deliver();
  }

  /** Completed when everything runs, or when it is clear that it never will and what had started was stopped. */
  CompletableFuture<ShutdownState> whenStarted() {
    return started;
  }

  @Override
  public CompletableFuture<Report> whenStopped() {
    return stopped;
  }

  /** Whether this caller is the one to start it. */
  boolean claim() {
    return state.startAt().isEmpty() && claimed.first();
  }

  /** Runs something short of ours once, when the shutdown begins. */
  void onStopping(Runnable callback) {
    onStopping = callback;
  }

  void terminationMessage(TerminationMessage toWrite) {
    message = toWrite;
  }

  ShutdownState state() {
    return state;
  }

  Time time() {
    return time;
  }

  private long now() {
    return time.nanoTime() - origin;
  }

  /** Whether this thread runs a component's code for us: it must not wait for its own end. */
  boolean onWorker() {
    return workers.contains(Thread.currentThread());
  }

  @Override
  public void signalled(String signal, boolean atTerminal) {
    trigger(Trigger.Source.SIGNAL, signal, atTerminal);
  }

  @Override
  public void exiting(String detail) {
    trigger(Trigger.Source.EXIT, detail, false);
  }

  void trigger(Trigger.Source source, String detail, boolean atTerminal) {
    // the first to get here is the reason, whoever takes the step
    synchronized (triggers) {
      if (state.isStopped()) {
        return;
      }
      record(source, detail);
    }
    post(new Event.Trigger(source == Trigger.Source.SIGNAL, atTerminal));
  }

  /** A start that failed is a reason for the shutdown like any other. */
  private void startGaveUp() {
    boolean threw = state.units().stream().anyMatch(UnitState.NotStarted.class::isInstance);
    String detail = threw
        ? view().failedStart().orElse("a component") + " did not start"
        : "the start took longer than "
            + ShutdownPlan.text(Duration.ofNanos(blueprint.startDeadline()));
    synchronized (triggers) {
      if (triggers.isEmpty()) {
        record(Trigger.Source.START, detail);
      }
    }
  }

  /** The caller holds the lock of the triggers. */
  private void record(Trigger.Source source, String detail) {
    if (triggers.isEmpty()) {
      firstTrigger = now();
    }
    var trigger =
        new Trigger(source, SafeText.line(detail, 300), Duration.ofNanos(now() - firstTrigger));
    triggers.add(trigger);
    publish(new LifecycleEvent.Triggered(trigger));
  }

  void post(Event event) {
    mailbox.add(event);
    if (pending.add(1) != 0) {
      return;
    }
    do {
      Event next = mailbox.poll();
      if (next != null) {
        step(next);
      }
    } while (pending.add(-1) != 1);
  }

  private void step(Event event) {
    ShutdownMachine.Step step = machine.next(state, event, now());
    boolean before = state.isStopping();
    state = step.state();
    if (!before && state.isStopping()) {
      if (state.has(Flag.START_FAILED)) {
        startGaveUp();
      }
      onStopping.run();
    }
    for (Effect effect : step.effects()) {
      Throwable thrown = Guarded.run(() -> effect.perform(this));
      if (thrown != null) {
        // ours, or a logger's: the shutdown goes on
        LOG.error("lifecycle: could not {}", effect, thrown);
      }
    }
    long wake = machine.wakeAt(step.state());
    if (wake != Long.MAX_VALUE && wake != alarmAt) {
      alarmAt = wake;
      Duration delay = Duration.ofNanos(Math.max(0, wake - now()));
      Throwable refused =
          HandOver.schedule(time, delay, () -> post(new Event.Tick())).refused();
      if (refused != null) {
        LOG.error("lifecycle: no alarm can be set, nothing is given up in time", refused);
      }
    }
  }

  @Override
  public void start(int unit) {
    run(unit, code.get(unit).start(), thrown -> {
      thrown.ifPresent(t -> startErrors.put(unit, t));
      if (thrown.isEmpty() && blueprint.units().get(unit).role() == Role.COMPONENT) {
        Duration took = Duration.ofNanos(
            state.units().get(unit).start().map(span -> now() - span.from()).orElse(0L));
        publish(new LifecycleEvent.ComponentStarted(name(unit), took));
      }
      post(new Event.Ended(unit, thrown.isPresent()));
    });
  }

  @Override
  public void stop(int unit) {
    run(unit, code.get(unit).stop(), thrown -> {
      thrown.ifPresent(t -> {
        stopErrors.put(unit, t);
        LOG.warn("lifecycle: stopping {} threw", name(unit), t);
      });
      if (thrown.isPresent() && thrown.get() instanceof StillRunning still) {
        unfinished.addAll(still.unfinished());
        post(new Event.Survived(unit));
      } else {
        post(new Event.Ended(unit, thrown.isPresent()));
      }
    });
  }

  private void run(int unit, Optional<Action> action, Consumer<Optional<Throwable>> ended) {
    Guarded.Body body = () -> {
      if (kind(blueprint.units().get(unit).phase()) == Budget.Kind.FLUSH) {
        awaitListeners();
      }
      if (action.isPresent()) {
        action.get().run();
      }
    };
    Guarded.Result<Time.Running> work = Guarded.get(
        () -> time.execute("lifecycle-" + name(unit), () -> ended.accept(onWorker(body))));
    if (work.value() != null) {
      running.put(unit, work.value());
    } else {
      // no thread to be had: this unit has failed, the others go on
      ended.accept(Optional.ofNullable(work.thrown()));
    }
  }

  private Optional<Throwable> onWorker(Guarded.Body body) {
    Thread.currentThread().setContextClassLoader(loader);
    workers.add(Thread.currentThread());
    try {
      return Optional.ofNullable(Guarded.run(body));
    } finally {
      workers.remove(Thread.currentThread());
    }
  }

  /** Telemetry that listens gets a moment to process what happened before it is flushed. */
  private void awaitListeners() throws InterruptedException {
    long until = now() + SETTLE_NANOS;
    while (!listeners.delivered() && now() < until) {
      time.sleep(SETTLE_STEP);
    }
  }

  @Override
  public void interrupt(int unit, boolean givenUp) {
    Time.Running work = running.get(unit);
    if (work == null) {
      return;
    }
    if (givenUp) {
      unfinished.add(unfinished(unit, work));
    }
    work.interrupt();
  }

  private Unfinished unfinished(int unit, Time.Running work) {
    UnitState now = state.units().get(unit);
    String what = now.stop().isPresent() ? "stop" : "start";
    long from = now.stop().or(now::start).map(UnitState.Span::from).orElse(now());
    return Unfinished.of(what, name(unit), now() - from, work.thread());
  }

  @Override
  public void phaseBegan(int phase) {
    switch (kind(phase)) {
      case ANNOUNCE -> draining.announce();
      case PROPAGATE -> draining.watchQuiet(() -> state.isIn(phase), () -> post(new Event.Quiet()));
      case DRAIN -> {
        if (state.phases().get(phase) instanceof PhaseState.Running drain) {
          draining.endStreams(drain.allowance());
        }
      }
      default -> {
        // its units are all there is to do
      }
    }
    publish(new LifecycleEvent.PhaseBegan(phaseName(phase)));
    if (kind(phase) == Budget.Kind.FLUSH) {
      publish(new LifecycleEvent.Flushing(report()));
    }
  }

  @Override
  public void phaseEnded(int phase) {
    publish(new LifecycleEvent.PhaseEnded(view().phaseRun(phase)));
    if (kind(phase) == Budget.Kind.DRAIN) {
      publish(new LifecycleEvent.Drained(workCounts()));
    }
  }

  @Override
  public void allStarted() {
    Duration took = Duration.ofNanos(now() - state.startAt().orElse(now()));
    LOG.atInfo()
        .addKeyValue("event.name", "cn.lifecycle.started")
        .addKeyValue("took_ms", took.toMillis())
        .addKeyValue("report", report().attributes())
        .log("started in {}", ShutdownPlan.text(took));
    publish(new LifecycleEvent.Started(took));
    started.complete(state);
  }

  @Override
  public void closeIntake() {
    draining.closeIntake(() -> post(new Event.Drained()));
  }

  @Override
  public void cutWork() {
    unfinished.addAll(draining.cut());
  }

  @Override
  public void allStopped() {
    Report report = report();
    publish(new LifecycleEvent.Stopped(report));
    try {
      LOG.atInfo()
          .addKeyValue("event.name", "cn.lifecycle.stopped")
          .addKeyValue("report", report.attributes())
          .log("{}", report.summary());
      write(report);
    } finally {
      started.complete(state);
      stopped.complete(report);
      if (ownsTime) {
        time.close();
      }
    }
  }

  private void write(Report report) {
    message.end(report.outcome().name(), report.summary(), report.details(), report.toJson());
  }

  private Budget.Kind kind(int phase) {
    return blueprint.budget().slots().get(phase).kind();
  }

  private String phaseName(int phase) {
    return blueprint.budget().slots().get(phase).name();
  }

  private String name(int unit) {
    return blueprint.units().get(unit).name();
  }

  @Override
  public long overdueNanos() {
    return state.shutdown().map(shutdown -> now() - shutdown.end()).orElse(Long.MIN_VALUE);
  }

  @Override
  public void releaseExiting() {
    for (Map.Entry<Integer, Time.Running> entry : Map.copyOf(running).entrySet()) {
      Optional<Thread> thread = entry.getValue().thread();
      if (thread.isPresent() && exiting(thread.get())) {
        int unit = entry.getKey();
        running.remove(unit);
        boolean starting = state.units().get(unit) instanceof UnitState.Starting;
        (starting ? startErrors : stopErrors)
            .put(unit, new IllegalStateException("it called System.exit"));
        post(new Event.Ended(unit, true));
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

  /** With its thread's stack, also for virtual threads, which no dump of all threads has. */
  @Override
  public List<String> running() {
    return suspects().stream()
        .map(suspect -> suspect.title() + " for " + ShutdownPlan.text(suspect.age()) + " on \""
            + suspect.thread() + '"' + suspect.frames(Integer.MAX_VALUE, "\n    at "))
        .toList();
  }

  @Override
  public void writeHungMessage() {
    write(report().hung(suspects()));
  }

  /** What is running or in flight right now. */
  private List<Unfinished> suspects() {
    ShutdownState now = state;
    var suspects = new ArrayList<Unfinished>();
    for (int i = 0; i < now.units().size(); i++) {
      UnitState unit = now.units().get(i);
      Time.Running work = running.get(i);
      if (work != null
          && (unit instanceof UnitState.Starting || unit instanceof UnitState.Stopping)) {
        suspects.add(unfinished(i, work));
      }
    }
    suspects.addAll(draining.open());
    return suspects;
  }

  List<WorkCounts> workCounts() {
    return draining.counts();
  }

  ReportOf view() {
    return new ReportOf(blueprint, state, now(), startErrors, stopErrors);
  }

  Report report() {
    return view().report(triggers, workCounts(), unfinished);
  }
}
