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
 * Says what a {@link Lifecycle} consists of. The order in which components are registered is the order in which they start;
 * the order of all other calls means nothing. For use by one thread.
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
   * The process's own budget, from the first signal to its exit. The platform's margin is not taken from it.
   *
   * @param grace 1 ms to 1 day; default 25 s
   * @return this builder
   */
  public LifecycleBuilder grace(Duration grace) {
    this.grace = requireNonNull(grace, "grace");
    return this;
  }

  /**
   * How long to go on serving after the announcement, while load balancers learn.
   *
   * @param delay zero or more; default 5 s, or zero when {@link #preStop(Duration)} does the waiting
   * @return this builder
   */
  public LifecycleBuilder propagation(Duration delay) {
    this.propagation = Optional.of(delay);
    this.quiet = Optional.empty();
    return this;
  }

  /**
   * Goes on serving until nothing has arrived for a while, instead of a fixed time: load balancers have learnt then. Requests
   * and streams count, let in or not; probes and jobs do not. Needs {@link #drain(InFlight)}.
   *
   * @param quiet how long nothing must arrive, above zero and at most {@code longest}
   * @param longest how long to go on serving at most; this is what the plan reckons with
   * @return this builder
   */
  public LifecycleBuilder adaptivePropagation(Duration quiet, Duration longest) {
    this.quiet = Optional.of(quiet);
    this.propagation = Optional.of(longest);
    return this;
  }

  /**
   * How long the platform pauses before it sends its signal, such as Kubernetes' {@code preStop} sleep. The pause does what
   * the propagation would do, so that is zero then unless it is given; both together are warned of, as time paid for twice.
   *
   * @param pause whole seconds, zero or more; default zero: there is no pause
   * @return this builder
   */
  public LifecycleBuilder preStop(Duration pause) {
    this.preStop = requireNonNull(pause, "preStop");
    return this;
  }

  /**
   * The grace that the platform was told to give, such as {@code terminationGracePeriodSeconds}: a process cannot read it, so
   * it must be repeated. {@link #build()} refuses a plan that does not fit into it.
   *
   * @param seconds what the platform gives, with the pre-stop pause and before it kills; default: not checked
   * @return this builder
   */
  public LifecycleBuilder platformGrace(Duration seconds) {
    this.platformGrace = Optional.of(seconds);
    return this;
  }

  /**
   * Over how long {@linkplain WorkKind#STREAM streams} are told to end, one after the other from the beginning of the drain on, so
   * that their clients do not all come back somewhere else at once.
   *
   * @param window zero or more; clipped to the drain; default half of it
   * @return this builder
   */
  public LifecycleBuilder streamWindow(Duration window) {
    this.streamWindow = Optional.of(window);
    return this;
  }

  /**
   * A file in which this process says where it is, so that the next one knows how it ended, even if it was killed: {@link
   * Lifecycle#previousRun()}. In Kubernetes an {@code emptyDir} volume outlives the container.
   *
   * @param file written at the start and with each phase; its folder must exist
   * @return this builder
   */
  public LifecycleBuilder marker(Path file) {
    this.marker = Optional.of(file);
    return this;
  }

  /**
   * Where {@link Lifecycle#run()} leaves its last words, if that file exists.
   *
   * @param file default {@code /dev/termination-log}, which Kubernetes shows with the container's status
   * @return this builder
   */
  public LifecycleBuilder terminationLog(Path file) {
    this.terminationLog = requireNonNull(file, "terminationLog");
    return this;
  }

  /**
   * The budget that stop intake, close and infrastructure share.
   *
   * @param budget above zero; default the smaller of 2 s and a twelfth of the grace
   * @return this builder
   */
  public LifecycleBuilder closeBudget(Duration budget) {
    this.closeBudget = Optional.of(budget);
    return this;
  }

  /**
   * The budget of the flush, which no other phase can use up.
   *
   * @param budget above zero; default the smaller of 2 s and a twelfth of the grace
   * @return this builder
   */
  public LifecycleBuilder flushBudget(Duration budget) {
    this.flushBudget = Optional.of(budget);
    return this;
  }

  /**
   * How long all starts together may take; then the start has failed and is rolled back.
   *
   * @param deadline above zero; default 5 minutes
   * @return this builder
   */
  public LifecycleBuilder startDeadline(Duration deadline) {
    this.startDeadline = requireNonNull(deadline, "startDeadline");
    return this;
  }

  /**
   * A component that starts before all ordinary ones and stops after everything, the flush included: probes, management.
   * Infrastructure components start in the order in which they are registered.
   *
   * @param name a name of its own
   * @param start returns when it has started
   * @param stop returns when it has stopped
   * @return this builder; {@link #dependsOn(String...)} now speaks of this component
   */
  public LifecycleBuilder infrastructure(String name, Action start, Action stop) {
    requireNonNull(stop, "stop");
    return register(name, true, start, budget -> stop.run());
  }

  /**
   * An ordinary component. It depends on the ordinary one registered before it, unless {@link #dependsOn(String...)} says
   * otherwise: it starts after, and stops before it.
   *
   * @param name a name of its own
   * @param start returns when it has started
   * @param stop returns when it has stopped; called only if it had started, once
   * @return this builder; {@link #dependsOn(String...)} now speaks of this component
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
   * Says what the component registered last depends on, instead of the one registered before it. With no name it is
   * independent, and starts and stops beside the others.
   *
   * @param names components, registered before or after
   * @return this builder
   * @throws IllegalStateException if no component was registered
   */
  public LifecycleBuilder dependsOn(String... names) {
    return changeLast("dependsOn", last -> last.withNeeds(List.of(names)));
  }

  /**
   * Says in which phase the component registered last stops, instead of {@link Phase#CLOSE}. What it depends on must not stop
   * in an earlier one.
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
   * Says how the component registered last stops taking new work, such as a queue consumer that stops polling and hands back
   * what it has fetched. It runs before the drain; the component's stop runs later, in its phase.
   *
   * @param stopIntake returns when nothing new is taken
   * @return this builder
   * @throws IllegalStateException if no component was registered
   */
  public LifecycleBuilder stopIntake(Action stopIntake) {
    requireNonNull(stopIntake, "stopIntake");
    return changeLast("stopIntake", last -> last.withStopIntake(stopIntake));
  }

  /**
   * Adds a phase of its own to the shutdown; {@link #stopIn(String)} puts components into it.
   *
   * @param phase its name, budget and place
   * @return this builder
   */
  public LifecycleBuilder phase(Phase phase) {
    phases.add(requireNonNull(phase, "phase"));
    return this;
  }

  /**
   * Runs when everything has started, such as opening the start gate. If it throws, the start has failed.
   *
   * @param callback runs once; several run one after the other
   * @return this builder
   */
  public LifecycleBuilder onStarted(Action callback) {
    onStarted.add(requireNonNull(callback, "onStarted"));
    return this;
  }

  /**
   * Runs as soon as the end was asked for, such as turning readiness off. Also when the start failed.
   *
   * @param callback runs once; several run beside each other
   * @return this builder
   */
  public LifecycleBuilder onAnnounce(Action callback) {
    onAnnounce.add(requireNonNull(callback, "onAnnounce"));
    return this;
  }

  /**
   * How readiness is turned off, and when: like {@link #onAnnounce(Action)} for {@link Readiness#FLIP}, or only once the intake
   * is stopped.
   *
   * @param when the policy
   * @param turnOff makes the instance not ready, for good
   * @return this builder
   */
  public LifecycleBuilder readiness(Readiness when, Action turnOff) {
    requireNonNull(turnOff, "turnOff");
    (when == Readiness.FLIP ? onAnnounce : onIntakeStopped).add(turnOff);
    return this;
  }

  /**
   * A component that has started already and is closed at its end.
   *
   * @param name a name of its own
   * @param resource closed once
   * @return this builder
   */
  public LifecycleBuilder closeable(String name, AutoCloseable resource) {
    requireNonNull(resource, "resource");
    return component(name, NOTHING, resource::close);
  }

  /**
   * An executor as a component: at its stop it takes nothing new, gets half of the close budget for what it has, is then
   * interrupted, and what still runs is reported. A {@link TrackedExecutor} names its tasks, any other is named as a whole.
   *
   * @param name a name of its own
   * @param executor stopped once
   * @return this builder
   */
  public LifecycleBuilder executor(String name, ExecutorService executor) {
    requireNonNull(executor, "executor");
    return register(
        name, false, NOTHING, budget -> TrackedExecutor.stopOrThrow(name, executor, budget));
  }

  /**
   * Something that runs again and again, first after one pause. No run begins once the intake is stopped; one under way is
   * waited for like the tasks of {@link #executor(String, ExecutorService)}. What it throws is logged, and it runs again.
   *
   * @param name a name of its own
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
   * A queue's consumer: its intake stops before the drain, its stop waits for the message in work.
   *
   * @param name a name of its own
   * @param consumer started and stopped once
   * @return this builder
   */
  public LifecycleBuilder consumer(String name, QueueConsumer<?> consumer) {
    return component(name, consumer::start, consumer::stop).stopIntake(consumer::stopIntake);
  }

  /**
   * Work to wait for. Its clients are asked to leave with the announcement, its intake is closed after the propagation, and
   * what is still in flight at the end of the drain is cut.
   *
   * @param work counts what is in flight; several add up
   * @return this builder
   */
  public LifecycleBuilder drain(InFlight work) {
    inFlight.add(requireNonNull(work, "drain"));
    return this;
  }

  /**
   * Brings something out before the end, such as telemetry. It runs when all components are stopped, beside other flushes,
   * in a budget of its own that nothing else can use up, and even after a timeout or a second signal.
   *
   * @param name for the report
   * @param flush returns when all is out
   * @return this builder
   */
  public LifecycleBuilder flush(String name, Action flush) {
    if (this.flush.putIfAbsent(name, requireNonNull(flush, "flush")) != null) {
      problems.add(problem(name, "two flushes are named " + name));
    }
    return this;
  }

  /**
   * Warns of a plan that leaves nothing for the drain, instead of refusing it.
   *
   * @return this builder
   */
  public LifecycleBuilder lenient() {
    lenient = true;
    return this;
  }

  /**
   * Leaves signals to the JVM: {@link Lifecycle#run()} then works through its shutdown hook alone, which exits with the JVM's
   * own code and hears no second signal.
   *
   * @return this builder
   */
  public LifecycleBuilder withoutSignals() {
    withSignals = false;
    return this;
  }

  /**
   * Where time and threads come from. Tests give a {@code cnkit.core.testing.VirtualTime}.
   *
   * @param time stays open when the lifecycle ends; default: a {@link Time#system()} of its own, closed at its end
   * @return this builder
   */
  public LifecycleBuilder time(Time time) {
    this.time = Optional.of(time);
    return this;
  }

  /**
   * The plan with what was set so far, to be checked before anything is built.
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
   * Checks everything and builds the lifecycle. Nothing has started yet.
   *
   * @return the lifecycle
   * @throws LifecycleException with all problems at once: a plan that does not fit, with its table, settings out of range, and
   *     names and dependencies that do not fit together
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
