package cnkit.lifecycle;

import cnkit.lifecycle.ShutdownMachine.State;
import java.io.Console;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drives a lifecycle that owns its process: signals, the JVM's hook as fallback, and a last resort when the shutdown itself
 * hangs.
 */
final class ProcessDriver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  /** How long after the grace the last resort acts. */
  private static final long HUNG_AFTER_NANOS = 250_000_000L;

  private static final long LOOK_MILLIS = 50;

  private final Engine engine;
  private final AtomicInteger signalCount = new AtomicInteger();
  private final Thread hook = new Thread(this::onExit, "cn-lifecycle-hook");
  private volatile boolean exiting;
  private volatile boolean released;
  private Optional<Signals> signals = Optional.empty();

  private ProcessDriver(Engine engine) {
    this.engine = engine;
  }

  static ProcessDriver attach(Engine engine, boolean withSignals) {
    var driver = new ProcessDriver(engine);
    engine.onStopping(driver::watch);
    try {
      Runtime.getRuntime().addShutdownHook(driver.hook);
    } catch (IllegalStateException e) {
      // the JVM is on its way out already: nothing starts any more
      engine.trigger(Trigger.Source.EXIT, "the JVM was exiting", false);
    }
    if (withSignals) {
      Signals.Installed installed = Signals.install(List.of("TERM", "INT"), driver::onSignal);
      driver.signals = installed.signals();
      if (installed.signals().isEmpty()) {
        LOG.info(
            "signals are left to the JVM ({}): shutting down by its hook, which exits with 143 and hears no second signal",
            installed.why());
      }
    }
    return driver;
  }

  /** Warns of what around this process will keep its end from being an orderly one. */
  void diagnose() {
    for (String warning : Diagnosis.warnings(Surroundings.look(signals.isPresent()))) {
      LOG.warn("{}", warning);
    }
  }

  private void onSignal(String name) {
    // here and not in the machine: it must work even if a step hangs
    if (signalCount.incrementAndGet() > 2) {
      Halt.now(ShutdownOutcome.FORCED);
    }
    engine.trigger(Trigger.Source.SIGNAL, "SIG" + name, name.equals("INT") && Terminal.isPresent());
  }

  private void onExit() {
    exiting = true;
    if (released || engine.stopped().isDone()) {
      return;
    }
    engine.trigger(Trigger.Source.EXIT, "the JVM began to exit", false);
    while (true) {
      try {
        engine.stopped().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        engine.releaseExiting();
      } catch (InterruptedException e) {
        // nobody of ours interrupts this thread, and the watch below bounds the wait
        LOG.debug("interrupted in the hook", e);
      } catch (ExecutionException e) {
        return;
      }
    }
  }

  private void watch() {
    var thread = new Thread(this::lastResort, "cn-lifecycle-deadline");
    thread.setDaemon(true);
    thread.start();
  }

  private void lastResort() {
    try {
      while (!released) {
        State state = engine.state();
        if (engine.now() - state.end() > HUNG_AFTER_NANOS) {
          if (!engine.stopped().isDone()) {
            terminationMessage(engine.suspects());
            dump("the shutdown did not end in its grace");
            Halt.now(ShutdownOutcome.HUNG);
          } else if (exiting) {
            dump("a hook of the JVM that is not ours did not return");
            Halt.now(ShutdownOutcome.HUNG);
          }
          return;
        }
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** On a thread of its own and not for long: a file system may be what hangs. */
  private void terminationMessage(List<Unfinished> suspects) throws InterruptedException {
    Report report = engine.report().hung(suspects);
    var writer = new Thread(
        () -> engine.terminationMessage().end(report), "cn-lifecycle-termination-message");
    writer.setDaemon(true);
    writer.start();
    writer.join(200);
  }

  /** To standard error, since a logger may be what hangs. */
  private void dump(String why) {
    var text = new StringBuilder("cn-lifecycle: ").append(why).append("; halting with exit code ");
    text.append(ShutdownOutcome.HUNG.exitCode());
    for (Unfinished suspect : engine.suspects()) {
      text.append("\n").append(suspect.what()).append(" of ").append(suspect.name());
      text.append(" for ").append(ShutdownPlan.text(suspect.age())).append(" on \"");
      text.append(suspect.thread()).append('"');
      suspect.stack().forEach(frame -> text.append("\n    at ").append(frame));
    }
    for (Map.Entry<Thread, StackTraceElement[]> entry :
        Thread.getAllStackTraces().entrySet()) {
      text.append("\n\"").append(entry.getKey().getName()).append("\" ");
      text.append(entry.getKey().getState());
      for (StackTraceElement frame : entry.getValue()) {
        text.append("\n    at ").append(frame);
      }
    }
    System.err.println(text);
    System.err.flush();
  }

  /** Leaves the process as it was found. */
  @Override
  public void close() {
    released = true;
    signals.ifPresent(Signals::close);
    signals = Optional.empty();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.trace("the JVM is exiting", e);
    }
  }

  /** Whether a person sits there. From 22 on the JDK always has a console, and tells whether it is one. */
  private static final class Terminal {
    private static final Optional<MethodHandle> IS_TERMINAL = isTerminal();

    private static Optional<MethodHandle> isTerminal() {
      try {
        return Optional.of(MethodHandles.publicLookup()
            .findVirtual(Console.class, "isTerminal", MethodType.methodType(boolean.class)));
      } catch (ReflectiveOperationException e) {
        return Optional.empty();
      }
    }

    static boolean isPresent() {
      Optional<Console> console = Optional.ofNullable(System.console());
      if (console.isEmpty() || IS_TERMINAL.isEmpty()) {
        return console.isPresent();
      }
      try {
        return (boolean) IS_TERMINAL.get().invoke(console.get());
      } catch (Throwable e) {
        return false;
      }
    }
  }
}
