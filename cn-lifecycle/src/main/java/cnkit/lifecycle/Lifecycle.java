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
 * Starts components in order, waits until the process must end, finishes the work in flight, and stops the components
 * in reverse order. The whole shutdown has one time budget. Safe for use by many threads. It can be started only
 * once.
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
 * <p>There are two ways to use it. {@link #run()} controls the process: it handles SIGTERM and SIGINT and returns the
 * exit code. {@link #start()} and {@link #shutdown(String)} are for hosts that control the process themselves. They
 * touch no signal, no shutdown hook and no exit, and two lifecycles in one JVM do not affect each other.
 *
 * <p>All code that the builder was given runs on daemon threads whose names begin with {@code cn-lifecycle-}; they
 * end with the lifecycle. The code may throw or block. The shutdown then continues without it, and the report names
 * it.
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
   * Creates a builder with the default settings: a grace of 25 s, of which 5 s are for propagation.
   *
   * @return a new builder
   */
  public static LifecycleBuilder builder() {
    return new LifecycleBuilder();
  }

  /**
   * Starts everything, waits for SIGTERM, SIGINT or a call of {@link #shutdown(String)}, and shuts down. Use it in
   * {@code main}: {@code System.exit(lifecycle.run())}.
   *
   * <p>A second signal forces the end; a third one halts the process. If signals cannot be handled, the JVM's
   * shutdown hook does the work, and the JVM exits with its own code. If the shutdown has not ended 0.25 s after its
   * grace, or another hook delays the JVM's exit that long, the process is halted with {@link ShutdownOutcome#HUNG}.
   *
   * <p>While the components start, warnings are logged about everything that would keep a signal from arriving, and
   * about other shutdown hooks that do not wait for ours. If the platform has a termination log, the report's summary
   * is written to it, and the whole report if it fits into 4,096 bytes.
   *
   * <p>An interrupt of the calling thread requests the shutdown; the interrupt flag is restored.
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
   * Starts everything and returns when all components run.
   *
   * <p>An interrupt of the calling thread cancels the start; the interrupt flag is restored.
   *
   * @return the report of the start
   * @throws LifecycleException if a component threw or was too slow, or if the shutdown was requested meanwhile; the
   *     components that had started are stopped by then
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
   * How the previous process ended, according to the file that {@link LifecycleBuilder#marker(Path)} names. Known as
   * soon as this lifecycle has begun to start.
   *
   * @return its end; empty without a marker, or if this is the first run
   */
  public Optional<PreviousRun> previousRun() {
    return previousRun;
  }

  /**
   * The settings of the platform that match the plan.
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
   * Shuts down, and returns when the shutdown is complete. Every caller gets the same report. The first reason
   * counts. If it is called before the start, the lifecycle can no longer be started.
   *
   * <p>If one of its own components or callbacks calls it, it does not wait, because it would wait for itself; the
   * report then describes the progress so far. An interrupt does not shorten the wait, which is bounded by the grace;
   * the interrupt flag is restored.
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
   * Requests the shutdown without waiting for it.
   *
   * @param reason why, for the report
   */
  public void requestShutdown(String reason) {
    engine.trigger(Trigger.Source.CALL, reason, false);
  }

  /**
   * What has happened so far. The report is complete when its state is {@link LifecycleState#STOPPED}.
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
   * How much work was accepted, completed, rejected and cut so far, by kind.
   *
   * @return the counts; empty if no work is tracked
   */
  public List<WorkCounts> workCounts() {
    return engine.workCounts();
  }

  /**
   * Subscribes a listener. Its first event is the current state. All later events follow in order, on a daemon thread
   * that exists only while there is something to deliver. At most 256 events wait for a slow listener. Beyond that
   * the oldest are dropped, and {@link LifecycleEvent.EventsDropped} gives their number.
   *
   * @param listener receives the events; what it throws is logged once for each class of exception
   * @return closing it ends the subscription
   */
  public Subscription subscribe(Consumer<? super LifecycleEvent> listener) {
    return engine.subscribe(listener);
  }

  /**
   * Shuts down if that has not happened yet, and removes the signal handlers and the hook that {@link #run()} has
   * set.
   */
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
