package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;

import cnkit.core.Subscription;
import cnkit.core.internal.SafeText;
import cnkit.lifecycle.LifecycleException.Problem;
import cnkit.lifecycle.LifecycleException.Reason;
import cnkit.lifecycle.machine.ShutdownMachine.Event;
import cnkit.lifecycle.machine.ShutdownState.Flag;
import cnkit.lifecycle.process.ProcessDriver;
import cnkit.lifecycle.process.TerminationMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts components in order, waits for the end, drains, and stops them in reverse, all inside one budget. Safe for use by
 * many threads; it lives once.
 *
 * <pre>{@code
 * Lifecycle lifecycle = Lifecycle.builder()
 *     .grace(Duration.ofSeconds(25))
 *     .infrastructure("management", management::start, management::stop)
 *     .component("db", pool::open, pool::close)
 *     .component("http", server::start, server::stop)
 *     .component("consumer", consumer::start, consumer::stop).dependsOn("db")
 *     .onStarted(health::open)
 *     .onAnnounce(health::drain)
 *     .propagation(Duration.ofSeconds(5))
 *     .drain(inFlight)
 *     .flush("telemetry", sdk::close)
 *     .build();
 * System.exit(lifecycle.run());
 * }</pre>
 *
 * <p>Two ways to use it. {@link #run()} owns the process: it listens to SIGTERM and SIGINT, and returns what to exit with.
 * {@link #start()} and {@link #shutdown(String)} are for hosts that own the process themselves: they touch no signal, no hook
 * and no exit, and two lifecycles in one JVM do not meet.
 *
 * <p>All code given to the builder runs on daemon threads named {@code cn-lifecycle-…}, which end with it. It may throw or
 * block: the shutdown goes on without it and the report names it.
 */
public final class Lifecycle implements AutoCloseable {
  private final Engine engine;
  private final ShutdownPlan plan;
  private final Settings settings;
  private volatile @Nullable ProcessDriver process;
  private volatile Optional<PreviousRun> previousRun = Optional.empty();

  /** What concerns the process around it. */
  record Settings(
      boolean withSignals, Path terminationLog, Optional<Path> marker, PodStanza podStanza) {}

  Lifecycle(Engine engine, ShutdownPlan plan, Settings settings) {
    this.engine = engine;
    this.plan = plan;
    this.settings = settings;
  }

  /**
   * A builder with the defaults: a grace of 25 s, of which 5 s are for propagation.
   *
   * @return a new builder
   */
  public static LifecycleBuilder builder() {
    return new LifecycleBuilder();
  }

  /**
   * Starts everything, waits for SIGTERM, SIGINT or a call of {@link #shutdown(String)}, and shuts down. Meant for {@code
   * main}: {@code System.exit(lifecycle.run())}.
   *
   * <p>A second signal forces, a third halts. Where signals are not to be had, the JVM's shutdown hook does the work; the JVM
   * then exits with its own code. If the shutdown has not ended a quarter of a second after its grace, or another hook keeps
   * the JVM from exiting that long, the process is halted with {@link ShutdownOutcome#HUNG}.
   *
   * <p>What would keep a signal from arriving, or another hook from waiting for ours, is warned of while the components start.
   * Where the platform has a termination log, it gets the report's summary, and the whole report if that fits into 4,096
   * bytes.
   *
   * <p>An interrupt of the calling thread asks for the end; it is restored.
   *
   * @return the exit code, see {@link ShutdownOutcome}
   * @throws IllegalStateException if it was started before
   */
  public int run() {
    claim();
    // only where the platform has made it: a file of that name anywhere else would be a surprise
    remember(Optional.of(settings.terminationLog()).filter(Files::isWritable));
    var codes = new ProcessDriver.ExitCodes(
        ShutdownOutcome.FORCED.exitCode(), ShutdownOutcome.HUNG.exitCode());
    ProcessDriver driver = ProcessDriver.attach(engine, codes, settings.withSignals());
    engine.onStopping(driver::watchDeadline);
    process = driver;
    engine.post(new Event.Start());
    driver.diagnose(); // beside the start, which need not wait for it
    await(engine.whenStopped());
    Report report = engine.report();
    if (report.outcome() != ShutdownOutcome.STOPPED && engine.state().has(Flag.START_FAILED)) {
      LifecycleException failure = startFailure();
      LOG.error("{}", failure.getMessage(), failure);
    }
    return report.exitCode();
  }

  /**
   * Starts everything and returns when it runs.
   *
   * <p>An interrupt of the calling thread cancels the start; it is restored.
   *
   * @return the report of the start
   * @throws LifecycleException if a component threw or was too slow, or if the end was asked for meanwhile; by then what had
   *     started is stopped
   * @throws IllegalStateException if it was started before, or if one of its own components calls it
   */
  public Report start() {
    claim();
    remember(Optional.empty());
    engine.post(new Event.Start());
    await(engine.whenStarted());
    if (engine.state().has(Flag.ROLLBACK) || engine.state().startAt().isEmpty()) {
      throw startFailure();
    }
    return engine.report();
  }

  private void claim() {
    if (engine.onWorker()) {
      throw new IllegalStateException("a component cannot start its own lifecycle");
    }
    if (!engine.claim()) {
      throw new IllegalStateException("expected a lifecycle that is new, but it is " + state());
    }
  }

  private void remember(Optional<Path> terminationLog) {
    var terminationMessage = new TerminationMessage(terminationLog, settings.marker());
    previousRun = terminationMessage.previous().map(PreviousRun::of);
    previousRun
        .filter(run -> run.outcome().filter(ShutdownOutcome.STOPPED::equals).isEmpty())
        .ifPresent(run -> LOG.atWarn()
            .addKeyValue("event.name", "cn.lifecycle.previous")
            .log("the previous run of this service: {}", run.summary()));
    engine.terminationMessage(terminationMessage);
    if (settings.marker().isPresent()) {
      terminationMessage.phase("start");
      engine.subscribe(event -> {
        if (event instanceof LifecycleEvent.Started) {
          terminationMessage.phase("running");
        } else if (event instanceof LifecycleEvent.PhaseBegan began) {
          terminationMessage.phase(began.phase());
        }
      });
    }
  }

  /**
   * How the process before this one ended, by the marker that {@link LifecycleBuilder#marker(Path)} names; known once this one
   * has begun to start.
   *
   * @return its end; empty without a marker, or when this is the first run
   */
  public Optional<PreviousRun> previousRun() {
    return previousRun;
  }

  /**
   * What the platform must be told to match the plan.
   *
   * @return the stanza, with the builder's pre-stop pause and start deadline
   */
  public PodStanza podStanza() {
    return settings.podStanza();
  }

  private LifecycleException startFailure() {
    ReportOf view = engine.view();
    List<Throwable> errors = view.startErrorsInOrder();
    boolean failed = view.state().has(Flag.START_FAILED);
    String name = view.failedStart().orElse("a component");
    String message;
    if (!failed) {
      message = "the start was cancelled: " + engine.report().reason().orElse("");
    } else if (errors.isEmpty()) {
      message = name + " did not start in time";
    } else {
      message = name + " did not start: " + SafeText.line(errors.get(0), 500);
    }
    var exception = new LifecycleException(
        failed ? Reason.START_FAILED : Reason.START_CANCELLED,
        message,
        List.of(new Problem(List.of(name), message)),
        errors.stream().findFirst());
    errors.stream().skip(1).forEach(exception::addSuppressed);
    view.stopErrorsInOrder().forEach(exception::addSuppressed);
    return exception;
  }

  /**
   * Shuts down, and returns when all is over. Every caller gets the same report; the first reason counts. Called before the
   * start, it makes sure that there will be none.
   *
   * <p>Called by one of its own components or callbacks it does not wait, since that would be for itself: the report then
   * says how far things are. An interrupt does not shorten the wait, which the grace bounds; it is restored.
   *
   * @param reason why, for the report
   * @return what happened
   */
  public Report shutdown(String reason) {
    requestShutdown(reason);
    if (engine.onWorker()) {
      return engine.report();
    }
    awaitAnyway(engine.whenStopped());
    return engine.report();
  }

  /**
   * Asks for the end without waiting for it.
   *
   * @param reason why, for the report
   */
  public void requestShutdown(String reason) {
    engine.trigger(Trigger.Source.CALL, reason, false);
  }

  /**
   * What has happened so far; complete when its state is {@link LifecycleState#STOPPED}.
   *
   * @return a snapshot
   */
  public Report report() {
    return engine.report();
  }

  /**
   * The state of the lifecycle.
   *
   * @return the state now
   */
  public LifecycleState state() {
    return ReportOf.lifecycleState(engine.state());
  }

  /**
   * How the grace is divided.
   *
   * @return the plan
   */
  public ShutdownPlan plan() {
    return plan;
  }

  /**
   * What became of all work in flight so far, by kind.
   *
   * @return the counts; empty when nothing is tracked
   */
  public List<WorkCounts> workCounts() {
    return engine.workCounts();
  }

  /**
   * Listens to what happens. The first event is the current state; the others follow in order, on a daemon thread that is
   * there while there is something to deliver. At most 256 events wait for a slow listener, then the oldest are dropped and
   * {@link LifecycleEvent.EventsDropped} says how many.
   *
   * @param listener gets the events; what it throws is logged once per type
   * @return ends the subscription
   */
  public Subscription subscribe(Consumer<? super LifecycleEvent> listener) {
    return engine.subscribe(listener);
  }

  /** Shuts down if that has not happened, and puts back signal handlers and the hook that {@link #run()} has set. */
  @Override
  public void close() {
    if (!engine.state().isStopped()) {
      shutdown("closed");
    }
    ProcessDriver driver = process;
    if (driver != null) {
      driver.close();
    }
  }

  private void await(CompletableFuture<?> done) {
    try {
      engine.time().await(done);
    } catch (InterruptedException e) {
      requestShutdown("interrupted");
      awaitAnyway(done);
      Thread.currentThread().interrupt();
    }
  }

  private void awaitAnyway(CompletableFuture<?> done) {
    boolean interrupted = false;
    while (true) {
      try {
        engine.time().await(done);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
