package cnkit.lifecycle;

import static java.util.Objects.requireNonNull;

import cnkit.lifecycle.Blueprint.Role;
import cnkit.lifecycle.Blueprint.Unit;
import cnkit.lifecycle.LifecycleException.Problem;
import cnkit.lifecycle.LifecycleException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what a {@link Lifecycle} consists of. The order in which components are registered is the order in which they start;
 * the order of all other calls means nothing. For use by one thread.
 */
public final class LifecycleBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);
  private static final Duration DEFAULT_START_DEADLINE = Duration.ofMinutes(5);
  private static final Action NOTHING = () -> {};

  private final List<Part> outermost = new ArrayList<>();
  private final List<Part> components = new ArrayList<>();
  private final List<Action> onStarted = new ArrayList<>();
  private final List<Action> onAnnounce = new ArrayList<>();
  private final Map<String, Action> flush = new LinkedHashMap<>();
  private final List<Phase> phases = new ArrayList<>();
  private final List<InFlight> inFlight = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private Optional<Part> last = Optional.empty();
  private Duration grace = ShutdownPlan.DEFAULT_GRACE;
  private Optional<Duration> propagation = Optional.empty();
  private Optional<Duration> quiet = Optional.empty();
  private Optional<Duration> streamWindow = Optional.empty();
  private Optional<Duration> platformGrace = Optional.empty();
  private Duration preStop = Duration.ZERO;
  private Optional<Path> marker = Optional.empty();
  private Path terminationLog = TerminationMessage.TERMINATION_LOG;
  private final List<Action> onIntakeStopped = new ArrayList<>();
  private Optional<Duration> closeBudget = Optional.empty();
  private Optional<Duration> flushBudget = Optional.empty();
  private Duration startDeadline = DEFAULT_START_DEADLINE;
  private boolean lenient;
  private boolean withSignals = true;
  private Optional<Timeline> timeline = Optional.empty();
  /** What executors get before they are interrupted: known when the plan is. */
  private volatile Duration taskSlice = Duration.ZERO;

  LifecycleBuilder() {}

  /** A component as it was said so far. */
  private static final class Part {
    private final String name;
    private final Action start;
    private final Action stop;
    private String phase;
    private List<String> needs;
    private Optional<Action> stopIntake = Optional.empty();

    Part(String name, Action start, Action stop, String phase, List<String> needs) {
      this.name = name;
      this.start = start;
      this.stop = stop;
      this.phase = phase;
      this.needs = needs;
    }
  }

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
   * The slice that stop intake, close and infrastructure share.
   *
   * @param slice above zero; default the smaller of 2 s and a twelfth of the grace
   * @return this builder
   */
  public LifecycleBuilder closeBudget(Duration slice) {
    this.closeBudget = Optional.of(slice);
    return this;
  }

  /**
   * The slice of the flush, which no other phase can use up.
   *
   * @param slice above zero; default the smaller of 2 s and a twelfth of the grace
   * @return this builder
   */
  public LifecycleBuilder flushBudget(Duration slice) {
    this.flushBudget = Optional.of(slice);
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
   * Outermost components start in the order in which they are registered.
   *
   * @param name a name of its own
   * @param start returns when it has started
   * @param stop returns when it has stopped
   * @return this builder; {@link #dependsOn(String...)} now speaks of this component
   */
  public LifecycleBuilder infrastructure(String name, Action start, Action stop) {
    register(outermost, name, start, stop, Phase.INFRASTRUCTURE);
    return this;
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
    register(components, name, start, stop, Phase.CLOSE);
    return this;
  }

  private void register(List<Part> to, String name, Action start, Action stop, String phase) {
    requireNonNull(start, "start");
    requireNonNull(stop, "stop");
    if (name.isBlank()) {
      problem(name, "a component has no name");
    }
    for (List<Part> parts : List.of(outermost, components)) {
      for (Part part : parts) {
        if (part.name.equals(name)) {
          problem(name, "two components are named " + name);
        }
      }
    }
    List<String> needs = to.isEmpty() ? List.of() : List.of(to.get(to.size() - 1).name);
    var part = new Part(name, start, stop, phase, needs);
    to.add(part);
    last = Optional.of(part);
  }

  private void problem(String component, String message) {
    problems.add(new Problem(List.of(component), message));
  }

  private Part last(String call) {
    return last.orElseThrow(
        () -> new IllegalStateException(call + " speaks of a component: register one before"));
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
    last("dependsOn").needs = List.of(names);
    return this;
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
    last("stopIn").phase = requireNonNull(phase, "phase");
    return this;
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
    last("stopIntake").stopIntake = Optional.of(stopIntake);
    return this;
  }

  /**
   * Adds a phase of its own to the shutdown; {@link #stopIn(String)} puts components into it.
   *
   * @param phase its name, slice and place
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
   * An executor as a component: at its stop it takes nothing new, gets half of the close slice for what it has, is then
   * interrupted, and what still runs is reported. A {@link TrackedExecutor} names its tasks, any other is named as a whole.
   *
   * @param name a name of its own
   * @param executor stopped once
   * @return this builder
   */
  public LifecycleBuilder executor(String name, ExecutorService executor) {
    requireNonNull(executor, "executor");
    return component(name, NOTHING, () -> TrackedExecutor.stopOrThrow(name, executor, taskSlice));
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
    if (!Lifecycle.positive(pause)) {
      problem(name, name + ": expected a pause > PT0S, got " + pause);
      return this;
    }
    var periodic = new PeriodicTask(name, pause, task);
    return component(name, periodic::start, () -> periodic.stop(taskSlice))
        .stopIntake(periodic::stopIntake);
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
   * in a slice of its own that nothing else can use up, and even after a timeout or a second signal.
   *
   * @param name for the report
   * @param flush returns when all is out
   * @return this builder
   */
  public LifecycleBuilder flush(String name, Action flush) {
    if (this.flush.putIfAbsent(name, requireNonNull(flush, "flush")) != null) {
      problem(name, "two flushes are named " + name);
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
   * Where time and threads come from; for tests.
   *
   * @param timeline default the machine's clock, and daemon threads
   * @return this builder
   */
  public LifecycleBuilder timeline(Timeline timeline) {
    this.timeline = Optional.of(timeline);
    return this;
  }

  /**
   * The plan as said so far, to be checked before anything is built.
   *
   * @return the plan, which may have problems
   */
  public ShutdownPlan plan() {
    Duration slice = ShutdownPlan.defaultBudget(grace);
    Duration delay =
        propagation.orElse(preStop.isZero() ? ShutdownPlan.DEFAULT_PROPAGATION : Duration.ZERO);
    return new ShutdownPlan(
        grace, delay, closeBudget.orElse(slice), flushBudget.orElse(slice), phases);
  }

  /**
   * Checks everything and builds the lifecycle. Nothing has started yet.
   *
   * @return the lifecycle
   * @throws LifecycleException with all problems at once: a plan that does not fit, with its table, or names and edges that
   *     make no sense
   */
  public Lifecycle build() {
    ShutdownPlan plan = plan();
    checkPlan(plan);
    var all = new ArrayList<>(problems);
    Optional<List<String>> order = phaseOrder(all);
    if (order.isPresent()) {
      checkComponents(order.get(), all);
    }
    if (!Lifecycle.positive(startDeadline)) {
      all.add(new Problem(
          List.of("startDeadline"), "startDeadline: expected > PT0S, got " + startDeadline));
    }
    quiet.ifPresent(interval -> {
      if (!Lifecycle.positive(interval) || interval.compareTo(plan.propagation()) > 0) {
        all.add(new Problem(
            List.of("propagation"),
            "adaptivePropagation: expected a quiet interval > PT0S and <= " + plan.propagation()
                + ", got " + interval));
      }
      if (inFlight.isEmpty()) {
        all.add(new Problem(
            List.of("propagation"),
            "adaptivePropagation sees arrivals by .drain(inFlight), and there is none"));
      }
    });
    if (preStop.isNegative() || preStop.toNanosPart() != 0) {
      all.add(new Problem(
          List.of("preStop"), "preStop: expected whole seconds, zero or more, got " + preStop));
    }
    streamWindow
        .filter(Duration::isNegative)
        .ifPresent(window -> all.add(
            new Problem(List.of("streamWindow"), "streamWindow: expected >= PT0S, got " + window)));
    if (!all.isEmpty()) {
      throw LifecycleException.graph(all);
    }
    if (Lifecycle.positive(preStop) && Lifecycle.positive(plan.propagation())) {
      LOG.warn(
          "the platform's pre-stop pause of {} and the propagation of {} do the same, one after the other; "
              + "leave one out",
          ShutdownPlan.text(preStop),
          ShutdownPlan.text(plan.propagation()));
    }
    return assemble(plan, order.orElseThrow());
  }

  private void checkPlan(ShutdownPlan plan) {
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
    if (wrong.isEmpty()) {
      return;
    }
    var text = new StringBuilder("the shutdown plan does not fit");
    wrong.forEach(problem -> text.append("\n  ").append(problem.message()));
    text.append('\n').append(plan.table());
    boolean onlyTight = Lifecycle.positive(plan.grace())
        && !plan.propagation().isNegative()
        && Lifecycle.positive(plan.closeBudget())
        && Lifecycle.positive(plan.flushBudget());
    if (!lenient || !onlyTight) {
      throw new LifecycleException(Reason.BUDGET, text.toString(), wrong, plan.table());
    }
    LOG.warn("{}", text);
  }

  private Optional<List<String>> phaseOrder(List<Problem> all) {
    int before = all.size();
    Map<String, List<String>> needs = new LinkedHashMap<>();
    // added phases first: of two that may run, theirs comes before the built-in one
    for (Phase phase : phases) {
      var follows = new ArrayList<>(phase.follows());
      follows.add(
          phase.follows().isEmpty() && phase.precedes().isEmpty() ? Phase.DRAIN : Phase.ANNOUNCE);
      if (needs.put(phase.name(), follows) != null || BUILT_IN.contains(phase.name())) {
        all.add(new Problem(List.of(phase.name()), "two phases are named " + phase.name()));
        return Optional.empty();
      }
    }
    for (int i = 0; i < BUILT_IN.size(); i++) {
      needs.put(
          BUILT_IN.get(i), new ArrayList<>(i == 0 ? List.of() : List.of(BUILT_IN.get(i - 1))));
    }
    for (Phase phase : phases) {
      var precedes = new ArrayList<>(phase.precedes());
      precedes.add(
          phase.follows().isEmpty() && phase.precedes().isEmpty()
              ? Phase.CLOSE
              : Phase.INFRASTRUCTURE);
      for (String other : concat(phase.follows(), precedes)) {
        if (!needs.containsKey(other)) {
          all.add(new Problem(
              List.of(phase.name()),
              "phase " + phase.name() + " speaks of a phase " + other + " that does not exist"));
        } else if (precedes.contains(other)) {
          needs.get(other).add(phase.name());
        }
      }
    }
    if (all.size() > before) {
      return Optional.empty();
    }
    var graph = new Graph();
    needs.forEach(graph::node);
    Optional<List<String>> order = graph.order();
    if (order.isEmpty()) {
      List<String> path = graph.cycle();
      all.add(new Problem(path, "phases wait for each other: " + String.join(" -> ", path)));
    }
    return order;
  }

  private static List<String> concat(List<String> a, List<String> b) {
    var all = new ArrayList<>(a);
    all.addAll(b);
    return all;
  }

  private void checkComponents(List<String> order, List<Problem> all) {
    Map<String, Part> byName = new HashMap<>();
    outermost.forEach(part -> byName.put(part.name, part));
    components.forEach(part -> byName.put(part.name, part));
    var graph = new Graph();
    int before = all.size();
    for (Part part : concatParts()) {
      graph.node(part.name, part.needs);
      boolean isOutermost = part.phase.equals(Phase.INFRASTRUCTURE);
      if (isOutermost != outermost.contains(part) || !stopsIn(part.phase, order)) {
        all.add(new Problem(
            List.of(part.name),
            part.name + " cannot stop in phase " + part.phase
                + ": expected stop-intake, close or an added phase before flush"));
        continue;
      }
      for (String need : part.needs) {
        Part other = byName.get(need);
        if (other == null) {
          all.add(new Problem(
              List.of(part.name, need),
              part.name + " depends on " + need + ", which does not exist"));
        } else if (order.indexOf(other.phase) >= 0
            && order.indexOf(other.phase) < order.indexOf(part.phase)) {
          all.add(new Problem(
              List.of(part.name, need),
              part.name + " (stops in " + part.phase + ") depends on " + need + " (stops in "
                  + other.phase + "), which starts later and stops earlier"));
        }
      }
    }
    if (all.size() == before && graph.order().isEmpty()) {
      List<String> path = graph.cycle();
      all.add(new Problem(path, "components depend on each other: " + String.join(" -> ", path)));
    }
  }

  private static boolean stopsIn(String phase, List<String> order) {
    int at = order.indexOf(phase);
    return switch (phase) {
      case Phase.ANNOUNCE, Phase.PROPAGATE, Phase.DRAIN, Phase.FLUSH -> false;
      case Phase.INFRASTRUCTURE -> true;
      default -> at >= 0 && at < order.indexOf(Phase.FLUSH);
    };
  }

  private List<Part> concatParts() {
    var all = new ArrayList<>(outermost);
    all.addAll(components);
    return all;
  }

  private static final List<String> BUILT_IN = List.of(
      Phase.ANNOUNCE,
      Phase.PROPAGATE,
      Phase.STOP_INTAKE,
      Phase.DRAIN,
      Phase.CLOSE,
      Phase.FLUSH,
      Phase.INFRASTRUCTURE);

  private Lifecycle assemble(ShutdownPlan plan, List<String> order) {
    var units = new ArrayList<Unit>();
    var code = new ArrayList<Engine.Code>();
    List<Part> parts = concatParts();
    Map<String, Integer> index = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      index.put(parts.get(i).name, i);
    }
    for (Part part : parts) {
      var needs = new ArrayList<Integer>();
      part.needs.forEach(need -> needs.add(index.get(need)));
      if (!part.phase.equals(Phase.INFRASTRUCTURE)) {
        for (int i = 0; i < outermost.size(); i++) {
          needs.add(i);
        }
      }
      units.add(new Unit(part.name, Role.COMPONENT, order.indexOf(part.phase), needs));
      code.add(new Engine.Code(Optional.of(part.start), Optional.of(part.stop)));
    }
    var everything = new ArrayList<Integer>(index.values());
    for (Action callback : onStarted) {
      units.add(new Unit("on-started", Role.STARTED, 0, everything));
      code.add(new Engine.Code(Optional.of(callback), Optional.of(NOTHING)));
      everything.add(units.size() - 1);
    }
    int announce = order.indexOf(Phase.ANNOUNCE);
    for (Action callback : onAnnounce) {
      units.add(new Unit("on-announce", Role.CALLBACK, announce, List.of()));
      code.add(new Engine.Code(Optional.empty(), Optional.of(callback)));
    }
    int intake = order.indexOf(Phase.STOP_INTAKE);
    for (Action callback : onIntakeStopped) {
      units.add(new Unit("not-ready", Role.CALLBACK, intake, List.of()));
      code.add(new Engine.Code(Optional.empty(), Optional.of(callback)));
    }
    for (Part part : parts) {
      part.stopIntake.ifPresent(action -> {
        units.add(new Unit(part.name, Role.INTAKE, intake, List.of(index.get(part.name))));
        code.add(new Engine.Code(Optional.empty(), Optional.of(action)));
      });
    }
    int flushing = order.indexOf(Phase.FLUSH);
    flush.forEach((name, action) -> {
      units.add(new Unit(name, Role.CALLBACK, flushing, List.of()));
      code.add(new Engine.Code(Optional.empty(), Optional.of(action)));
    });
    var blueprint = new Blueprint(units, Budget.of(plan, order), ShutdownPlan.nanos(startDeadline));
    Timeline time = timeline.orElseGet(RealTime::new);
    var events = new Events(timeline.isPresent() ? Runnable::run : Events::onADaemon);
    var engine = new Engine(
        blueprint, code, inFlight, time, events, new Engine.Options(quiet, streamWindow));
    taskSlice = Duration.ofNanos(ShutdownPlan.nanos(plan.closeBudget()) / 2);
    var stanza = PodStanza.of(plan).withPreStop(preStop).withStartDeadline(startDeadline);
    return new Lifecycle(
        engine, events, plan, new Lifecycle.Settings(withSignals, terminationLog, marker, stanza));
  }
}
