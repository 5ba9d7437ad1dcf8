package cnkit.lifecycle.process;

import static cnkit.lifecycle.process.Log.LOG;

import cnkit.core.internal.AtomicWord;
import java.io.Console;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Connects a lifecycle with its process: signals, the JVM's shutdown hook as fallback, and a halt of the process when the
 * shutdown itself hangs.
 */
public final class ProcessDriver implements AutoCloseable {
  /** How long after the grace the process is halted. */
  private static final long HUNG_AFTER_NANOS = 250_000_000L;

  private static final long LOOK_MILLIS = 50;

  private final Target target;
  private final ExitCodes exitCodes;
  private final AtomicWord signalCount = new AtomicWord(0);
  private final Thread hook = new Thread(this::onExit, "cn-lifecycle-hook");
  private volatile boolean exiting;
  private volatile boolean released;
  private Optional<Signals> signals = Optional.empty();

  private ProcessDriver(Target target, ExitCodes exitCodes) {
    this.target = target;
    this.exitCodes = exitCodes;
  }

  /** What the process is halted with: by a third signal, and when the shutdown hangs. */
  public record ExitCodes(int forced, int hung) {}

  /** The lifecycle, as its process sees it. */
  public interface Target {
    void signalled(String signal, boolean atTerminal);

    void exiting(String detail);

    /** Completed when everything has stopped. */
    CompletableFuture<?> whenStopped();

    /** How long the shutdown has lasted beyond its grace; negative before its end. */
    long overdueNanos();

    /** Ends the wait for components that called {@code System.exit} and wait in it for the hook. */
    void releaseExiting();

    /** What is running, for a person: one entry for each, with its thread and stack. */
    List<String> running();

    /** Leaves the termination message of a process that is halted. */
    void writeHungMessage();
  }

  public static ProcessDriver attach(Target target, ExitCodes exitCodes, boolean withSignals) {
    var driver = new ProcessDriver(target, exitCodes);
    try {
      Runtime.getRuntime().addShutdownHook(driver.hook);
    } catch (IllegalStateException e) {
      // the JVM is on its way out already: nothing starts any more
      target.exiting("the JVM was exiting");
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
  public void diagnose() {
    for (String warning : Diagnosis.warnings(Surroundings.look(signals.isPresent()))) {
      LOG.warn("{}", warning);
    }
  }

  private void onSignal(String name) {
    // here and not in the machine: it must work even if a step hangs
    if (signalCount.add(1) >= 2) {
      Halt.now(exitCodes.forced());
    }
    target.signalled("SIG" + name, name.equals("INT") && Terminal.isPresent());
  }

  private void onExit() {
    exiting = true;
    if (released || target.whenStopped().isDone()) {
      return;
    }
    target.exiting("the JVM began to exit");
    while (true) {
      try {
        target.whenStopped().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        target.releaseExiting();
      } catch (InterruptedException e) {
        // nobody of ours interrupts this thread, and the watch below bounds the wait
        LOG.debug("interrupted in the hook", e);
      } catch (ExecutionException e) {
        return;
      }
    }
  }

  /** Called when the shutdown begins: from then on, its grace bounds it. */
  public void watchDeadline() {
    var thread = new Thread(this::haltIfHung, "cn-lifecycle-deadline");
    thread.setDaemon(true);
    thread.start();
  }

  private void haltIfHung() {
    try {
      while (!released) {
        if (target.overdueNanos() > HUNG_AFTER_NANOS) {
          if (!target.whenStopped().isDone()) {
            writeMessage();
            dump("the shutdown did not end in its grace");
            Halt.now(exitCodes.hung());
          } else if (exiting) {
            dump("a hook of the JVM that is not ours did not return");
            Halt.now(exitCodes.hung());
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
  private void writeMessage() throws InterruptedException {
    var writer = new Thread(target::writeHungMessage, "cn-lifecycle-termination-message");
    writer.setDaemon(true);
    writer.start();
    writer.join(200);
  }

  /** To standard error, since a logger may be what hangs. */
  private void dump(String why) {
    var text = new StringBuilder("cn-lifecycle: ").append(why).append("; halting with exit code ");
    text.append(exitCodes.hung());
    target.running().forEach(entry -> text.append('\n').append(entry));
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
