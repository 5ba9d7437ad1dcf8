package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;
import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.lifecycle.Components.Component;
import cnkit.lifecycle.LifecycleException.Problem;
import cnkit.lifecycle.process.TerminationMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;

/**
 * Collects the settings of a {@link Lifecycle}. Components start in the order in which they are registered, unless
 * {@link #dependsOn} says otherwise. The order of all other calls does not matter. For use by one thread.
 */
public final class LifecycleBuilder {
  private static final Duration DEFAULT_START_DEADLINE = Duration.ofMinutes(5);
  private static final Action NOTHING = () -> {};

  private final List<Component> components = new ArrayList<>();
  private final List<Action> onStarted = new ArrayList<>();
  private final List<Action> onAnnounce = new ArrayList<>();
  private final Map<String, Action> flush = new LinkedHashMap<>();
  private final List<Phase> phases = new ArrayList<>();
  private final List<InFlight> inFlight = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private Duration grace = ShutdownPlan.DEFAULT_GRACE;
  private Optional<Duration> propagation = Optional.empty();
  private Optional<Duration> quiet = Optional.empty();
  private Optional<Duration> streamWindow = Optional.empty();
  private Optional<Duration> platformGrace = Optional.empty();
  private Duration preStop = Duration.ZERO;
  private Optional<Path> marker = Optional.empty();
  private Path terminationLog = TerminationMessage.DEFAULT_LOG;
  private final List<Action> onIntakeStopped = new ArrayList<>();
  private Optional<Duration> closeBudget = Optional.empty();
  private Optional<Duration> flushBudget = Optional.empty();
  private Duration startDeadline = DEFAULT_START_DEADLINE;
  private boolean lenient;
  private boolean withSignals = true;
  private Optional<Time> time = Optional.empty();

  LifecycleBuilder() {}

  /**
   * Sets the process's own budget, from the first signal to its exit. The platform's margin is not part of it.
   *
   * @param grace 1 ms to 1 day; default 25 s
   * @return this builder
   */
  public LifecycleBuilder grace(Duration grace) {
    this.grace = requireNonNull(grace, "grace");
    return this;
  }

  /**
   * Sets how long requests are still served after the announcement, while load balancers learn that the instance is
   * leaving.
   *
   * @param delay zero or more; default 5 s, or zero if {@link #preStop(Duration)} is set
   * @return this builder
   */
  public LifecycleBuilder propagation(Duration delay) {
    this.propagation = Optional.of(delay);
    this.quiet = Optional.empty();
    return this;
  }

  /**
   * Serves requests until none has arrived for a while, instead of for a fixed time. Requests and streams count,
   * whether they are admitted or not; probes and jobs do not. Needs {@link #drain(InFlight)}.
   *
   * @param quiet how long no request must arrive, above zero and at most {@code longest}
   * @param longest the longest time to go on serving; the plan is calculated with it
   * @return this builder
   */
  public LifecycleBuilder adaptivePropagation(Duration quiet, Duration longest) {
    this.quiet = Optional.of(quiet);
    this.propagation = Optional.of(longest);
    return this;
  }

  /**
   * Sets how long the platform waits before it sends its signal, such as the {@code preStop} sleep of Kubernetes.
   * That pause replaces the propagation delay, which is then zero unless it is set. If both are set, a warning is
   * logged, because their times add up.
   *
   * @param pause whole seconds, zero or more; default zero: there is no pause
   * @return this builder
   */
  public LifecycleBuilder preStop(Duration pause) {
    this.preStop = requireNonNull(pause, "preStop");
    return this;
  }

  /**
   * Sets the grace that the platform gives, such as {@code terminationGracePeriodSeconds}. A process cannot read this
   * setting, so it must be repeated here. {@link #build()} rejects a plan that does not fit into it.
   *
   * @param seconds from the start of the pre-stop pause until the platform kills the process; default: not checked
   * @return this builder
   */
  public LifecycleBuilder platformGrace(Duration seconds) {
    this.platformGrace = Optional.of(seconds);
    return this;
  }

  /**
   * Sets the time over which {@linkplain WorkKind#STREAM streams} are asked to end, one after the other, from the
   * beginning of the drain on. This way their clients do not all reconnect at the same moment.
   *
   * @param window zero or more; at most the drain; default half of the drain
   * @return this builder
   */
  public LifecycleBuilder streamWindow(Duration window) {
    this.streamWindow = Optional.of(window);
    return this;
  }

  /**
   * Sets a file to which this process writes its current phase. The next process can then see how this one ended,
   * even if it was killed: {@link Lifecycle#previousRun()}. In Kubernetes an {@code emptyDir} volume outlives the
   * container.
   *
   * @param file written at the start and in each phase; its folder must exist
   * @return this builder
   */
  public LifecycleBuilder marker(Path file) {
    this.marker = Optional.of(file);
    return this;
  }

  /**
   * Sets the file to which {@link Lifecycle#run()} writes its termination message, if that file exists.
   *
   * @param file default {@code /dev/termination-log}, which Kubernetes shows with the container's status
   * @return this builder
   */
  public LifecycleBuilder terminationLog(Path file) {
    this.terminationLog = requireNonNull(file, "terminationLog");
    return this;
  }

  /**
   * Sets the budget that stop-intake, close and infrastructure share.
   *
   * @param budget above zero; default the smaller of 2 s and a twelfth of the grace
   * @return this builder
   */
  public LifecycleBuilder closeBudget(Duration budget) {
    this.closeBudget = Optional.of(budget);
    return this;
  }

  /**
   * Sets the budget of the flush, which no other phase can use.
   *
   * @param budget above zero; default the smaller of 2 s and a twelfth of the grace
   * @return this builder
   */
  public LifecycleBuilder flushBudget(Duration budget) {
    this.flushBudget = Optional.of(budget);
    return this;
  }

  /**
   * Sets how long all starts together may take. After that the start has failed, and the components that had started
   * are stopped.
   *
   * @param deadline above zero; default 5 minutes
   * @return this builder
   */
  public LifecycleBuilder startDeadline(Duration deadline) {
    this.startDeadline = requireNonNull(deadline, "startDeadline");
    return this;
  }

  /**
   * Adds a component that starts before all ordinary ones and stops after everything else, the flush included. Use it
   * for probes and management. Infrastructure components start in the order in which they are registered.
   *
   * @param name a unique name
   * @param start returns when the component has started
   * @param stop returns when the component has stopped
   * @return this builder; {@link #dependsOn(String...)} now applies to this component
   */
  public LifecycleBuilder infrastructure(String name, Action start, Action stop) {
    requireNonNull(stop, "stop");
    return register(name, true, start, budget -> stop.run());
  }

  /**
   * Adds an ordinary component. It starts after the ordinary component registered before it, and stops before that
   * one, unless {@link #dependsOn(String...)} says otherwise.
   *
   * @param name a unique name
   * @param start returns when the component has started
   * @param stop returns when the component has stopped; called once, and only if the component had started
   * @return this builder; {@link #dependsOn(String...)} now applies to this component
   */
  public LifecycleBuilder component(String name, Action start, Action stop) {
    requireNonNull(stop, "stop");
    return register(name, false, start, budget -> stop.run());
  }

  private LifecycleBuilder register(
      String name, boolean infrastructure, Action start, Components.Stop stop) {
    requireNonNull(name, "name");
    requireNonNull(start, "start");
    List<String> needs = List.of();
    for (Component each : components) {
      needs = each.infrastructure() == infrastructure ? List.of(each.name()) : needs;
    }
    String phase = infrastructure ? Phase.INFRASTRUCTURE : Phase.CLOSE;
    components.add(
        new Component(name, infrastructure, start, stop, phase, needs, Optional.empty()));
    return this;
  }

  private LifecycleBuilder changeLast(String call, UnaryOperator<Component> change) {
    if (components.isEmpty()) {
      throw new IllegalStateException(call + " concerns a component: register one before");
    }
    int last = components.size() - 1;
    components.set(last, change.apply(components.get(last)));
    return this;
  }

  /**
   * Sets what the last registered component depends on, instead of the component registered before it. Without a name
   * it is independent, and starts and stops in parallel with others.
   *
   * @param names components that are registered before or after it
   * @return this builder
   * @throws IllegalStateException if no component was registered
   */
  public LifecycleBuilder dependsOn(String... names) {
    return changeLast("dependsOn", last -> last.withNeeds(List.of(names)));
  }

  /**
   * Sets the phase in which the last registered component stops, instead of {@link Phase#CLOSE}. The components that
   * it depends on must not stop in an earlier phase.
   *
   * @param phase {@link Phase#STOP_INTAKE}, {@link Phase#CLOSE} or a phase added with {@link #phase(Phase)}
   * @return this builder
   * @throws IllegalStateException if no component was registered
   */
  public LifecycleBuilder stopIn(String phase) {
    requireNonNull(phase, "phase");
    return changeLast("stopIn", last -> last.withPhase(phase));
  }

  /**
   * Sets how the last registered component stops accepting new work. For example, a queue consumer stops polling and
   * gives back what it has fetched. The action runs before the drain; the component's stop runs later, in its phase.
   *
   * @param stopIntake returns when no new work is accepted
   * @return this builder
   * @throws IllegalStateException if no component was registered
   */
  public LifecycleBuilder stopIntake(Action stopIntake) {
    requireNonNull(stopIntake, "stopIntake");
    return changeLast("stopIntake", last -> last.withStopIntake(stopIntake));
  }

  /**
   * Adds a phase to the shutdown. Use {@link #stopIn(String)} to assign components to it.
   *
   * @param phase its name, budget and position
   * @return this builder
   */
  public LifecycleBuilder phase(Phase phase) {
    phases.add(requireNonNull(phase, "phase"));
    return this;
  }

  /**
   * Adds a callback that runs when everything has started, for example to make the instance ready. If it throws, the
   * start has failed.
   *
   * @param callback runs once; several run one after the other
   * @return this builder
   */
  public LifecycleBuilder onStarted(Action callback) {
    onStarted.add(requireNonNull(callback, "onStarted"));
    return this;
  }

  /**
   * Adds a callback that runs as soon as the shutdown was requested or the start has failed, for example to make the
   * instance not ready.
   *
   * @param callback runs once; several run in parallel
   * @return this builder
   */
  public LifecycleBuilder onAnnounce(Action callback) {
    onAnnounce.add(requireNonNull(callback, "onAnnounce"));
    return this;
  }

  /**
   * Sets how and when the instance becomes not ready. {@link Readiness#FLIP} works like {@link #onAnnounce(Action)};
   * {@link Readiness#KEEP_SERVING} waits until the intake is stopped.
   *
   * @param when the policy
   * @param turnOff makes the instance not ready for good
   * @return this builder
   */
  public LifecycleBuilder readiness(Readiness when, Action turnOff) {
    requireNonNull(turnOff, "turnOff");
    (when == Readiness.FLIP ? onAnnounce : onIntakeStopped).add(turnOff);
    return this;
  }

  /**
   * Adds a component that has started already and is closed as its stop.
   *
   * @param name a unique name
   * @param resource closed once
   * @return this builder
   */
  public LifecycleBuilder closeable(String name, AutoCloseable resource) {
    requireNonNull(resource, "resource");
    return component(name, NOTHING, resource::close);
  }

  /**
   * Adds an executor as a component. Its stop rejects new tasks, waits for the others for at most half of the close
   * budget, interrupts what is left, and reports the tasks that still run. A {@link TrackedExecutor} names these
   * tasks; any other executor is reported as a whole.
   *
   * @param name a unique name
   * @param executor stopped once
   * @return this builder
   */
  public LifecycleBuilder executor(String name, ExecutorService executor) {
    requireNonNull(executor, "executor");
    return register(
        name, false, NOTHING, budget -> TrackedExecutor.stopOrThrow(name, executor, budget));
  }

  /**
   * Adds a task that runs again and again, the first time after one pause. No run begins after the intake is stopped.
   * A run under way is waited for like the tasks of {@link #executor(String, ExecutorService)}. An exception is
   * logged, and the task runs again.
   *
   * @param name a unique name
   * @param pause from the end of a run to the next, above zero
   * @param task one run
   * @return this builder
   */
  public LifecycleBuilder periodic(String name, Duration pause, Action task) {
    requireNonNull(task, "task");
    if (!ShutdownPlan.positive(pause)) {
      problems.add(problem(name, name + ": expected a pause > PT0S, got " + pause));
      return this;
    }
    var periodic = new PeriodicTask(name, pause, task);
    return register(name, false, periodic::start, periodic::stop).stopIntake(periodic::stopIntake);
  }

  /**
   * Adds the consumer of a queue. It stops polling before the drain, and its stop waits for the message in work.
   *
   * @param name a unique name
   * @param consumer started and stopped once
   * @return this builder
   */
  public LifecycleBuilder consumer(String name, QueueConsumer<?> consumer) {
    return component(name, consumer::start, consumer::stop).stopIntake(consumer::stopIntake);
  }

  /**
   * Adds work in flight that the shutdown waits for. Its clients are asked to leave at the announcement, its intake
   * is closed after the propagation, and what is still in flight at the end of the drain is cut.
   *
   * @param work counts what is in flight; may be called for several
   * @return this builder
   */
  public LifecycleBuilder drain(InFlight work) {
    inFlight.add(requireNonNull(work, "drain"));
    return this;
  }

  /**
   * Adds an action that exports data before the end, such as telemetry. It runs when all components are stopped, in
   * parallel with other flushes. Its budget cannot be used by other phases, and it runs even after a timeout or a
   * second signal.
   *
   * @param name for the report
   * @param flush returns when everything is exported
   * @return this builder
   */
  public LifecycleBuilder flush(String name, Action flush) {
    if (this.flush.putIfAbsent(name, requireNonNull(flush, "flush")) != null) {
      problems.add(problem(name, "two flushes are named " + name));
    }
    return this;
  }

  /**
   * Logs a warning about a plan that leaves no time for the drain, instead of rejecting it.
   *
   * @return this builder
   */
  public LifecycleBuilder lenient() {
    lenient = true;
    return this;
  }

  /**
   * Leaves signals to the JVM. {@link Lifecycle#run()} then works only through the JVM's shutdown hook. The process
   * exits with the JVM's own code, and a second signal is not noticed.
   *
   * @return this builder
   */
  public LifecycleBuilder withoutSignals() {
    withSignals = false;
    return this;
  }

  /**
   * Sets the source of time and threads. Tests pass a {@code cnkit.core.testing.VirtualTime}.
   *
   * @param time stays open when the lifecycle ends; default: a {@link Time#system()} of its own, closed at its end
   * @return this builder
   */
  public LifecycleBuilder time(Time time) {
    this.time = Optional.of(time);
    return this;
  }

  /**
   * The plan with the current settings. It can be checked before anything is built.
   *
   * @return the plan, which may have problems
   */
  public ShutdownPlan plan() {
    Duration budget = ShutdownPlan.defaultBudget(grace);
    Duration delay =
        propagation.orElse(preStop.isZero() ? ShutdownPlan.DEFAULT_PROPAGATION : Duration.ZERO);
    return new ShutdownPlan(
        grace, delay, closeBudget.orElse(budget), flushBudget.orElse(budget), phases);
  }

  /**
   * Checks everything and builds the lifecycle. Nothing is started yet.
   *
   * @return the lifecycle
   * @throws LifecycleException with all problems at once: a plan that does not fit, with its table; settings out of
   *     range; names and dependencies that are inconsistent
   */
  public Lifecycle build() {
    ShutdownPlan plan = plan();
    PhaseOrder order = PhaseOrder.of(phases);
    Components sorted = Components.of(components);
    var others = new ArrayList<>(problems);
    others.addAll(order.problems());
    others.addAll(sorted.problems(order));
    others.addAll(settingProblems(plan));
    List<Problem> budget = budgetProblems(plan);
    if (lenient && plan.isOnlyTight() && !budget.isEmpty()) {
      LOG.warn(
          "{}", LifecycleException.notBuilt(budget, List.of(), plan.table()).getMessage());
      budget = List.of();
    }
    if (!budget.isEmpty() || !others.isEmpty()) {
      throw LifecycleException.notBuilt(budget, others, plan.table());
    }
    if (ShutdownPlan.positive(preStop) && ShutdownPlan.positive(plan.propagation())) {
      LOG.warn(
          "the pre-stop pause of {} and the propagation delay of {} have the same purpose and add up; remove one of them",
          ShutdownPlan.text(preStop),
          ShutdownPlan.text(plan.propagation()));
    }
    return assemble(plan, order, sorted);
  }

  private List<Problem> settingProblems(ShutdownPlan plan) {
    var all = new ArrayList<Problem>();
    if (!ShutdownPlan.positive(startDeadline)) {
      all.add(problem("startDeadline", "startDeadline: expected > PT0S, got " + startDeadline));
    }
    quiet.ifPresent(interval -> {
      if (!ShutdownPlan.positive(interval) || interval.compareTo(plan.propagation()) > 0) {
        all.add(problem(
            "propagation",
            "adaptivePropagation: expected a quiet interval > PT0S and <= " + plan.propagation()
                + ", got " + interval));
      }
      if (inFlight.isEmpty()) {
        all.add(problem(
            "propagation", "adaptivePropagation needs .drain(inFlight), which counts arrivals"));
      }
    });
    if (preStop.isNegative() || preStop.toNanosPart() != 0) {
      all.add(problem("preStop", "preStop: expected whole seconds, zero or more, got " + preStop));
    }
    streamWindow
        .filter(Duration::isNegative)
        .ifPresent(window ->
            all.add(problem("streamWindow", "streamWindow: expected >= PT0S, got " + window)));
    return all;
  }

  private static Problem problem(String setting, String message) {
    return new Problem(List.of(setting), message);
  }

  private List<Problem> budgetProblems(ShutdownPlan plan) {
    var wrong = new ArrayList<>(plan.problems());
    long needed = plan.terminationGracePeriodSeconds(preStop);
    platformGrace
        .filter(given -> given.compareTo(Duration.ofSeconds(needed)) < 0)
        .ifPresent(given -> wrong.add(new Problem(
            List.of("grace", "platformGrace"),
            "the platform kills after " + ShutdownPlan.text(given) + ", this plan needs " + needed
                + "s (preStop " + ShutdownPlan.text(preStop) + " + grace "
                + ShutdownPlan.text(plan.grace())
                + " + 2s margin); write terminationGracePeriodSeconds: "
                + needed + " or lower grace")));
    return wrong;
  }

  private Lifecycle assemble(ShutdownPlan plan, PhaseOrder order, Components sorted) {
    var assembly = new Assembly(order, plan);
    assembly.components(sorted, onStarted);
    onAnnounce.forEach(each -> assembly.callback("on-announce", Phase.ANNOUNCE, each));
    onIntakeStopped.forEach(each -> assembly.callback("not-ready", Phase.STOP_INTAKE, each));
    flush.forEach((name, each) -> assembly.callback(name, Phase.FLUSH, each));
    Time used = time.orElseGet(Time::system);
    var draining = new Draining(inFlight, used, new Draining.Options(quiet, streamWindow));
    var engine = new Engine(
        assembly.blueprint(startDeadline), assembly.code(), draining, used, time.isEmpty());
    var stanza = PodStanza.of(plan).withPreStop(preStop).withStartDeadline(startDeadline);
    return new Lifecycle(
        engine, plan, new Lifecycle.Settings(withSignals, terminationLog, marker, stanza));
  }
}
