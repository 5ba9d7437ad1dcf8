package cnkit.lifecycle;

import cnkit.core.Time;
import cnkit.lifecycle.process.Signals;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** A process of its own, for what only a process can show. Says on standard output where it is, one word a line. */
final class Child {
  private Child() {}

  public static void main(String[] args) {
    LifecycleBuilder builder = Lifecycle.builder()
        .grace(Duration.ofSeconds(60)) // what a test says is short is compared with this
        .propagation(Duration.ZERO)
        .closeBudget(Duration.ofSeconds(10))
        .component("a", () -> say("start-a"), () -> say("stop-a"))
        .flush("telemetry", () -> say("flush"))
        .onAnnounce(() -> say("announced"));
    switch (args[0]) {
      case "idle" -> run(builder);
      case "hook" -> run(builder.withoutSignals());
      case "busy" -> {
        var inFlight = new InFlight();
        inFlight.open(WorkKind.REQUEST, "GET /slow").onCancel(() -> say("cancelled"));
        run(builder.drain(inFlight));
      }
      case "stuck-flush" -> {
        var inFlight = new InFlight();
        inFlight.enter(WorkKind.REQUEST);
        run(builder.drain(inFlight).flushBudget(Duration.ofSeconds(35)).flush("stuck", () -> {
          say("flushing");
          LifecycleTest.awaitIgnoringInterrupts(new CountDownLatch(1));
        }));
      }
      case "slow-start" ->
        run(builder
            .component(
                "b",
                () -> {
                  say("starting-b");
                  new CountDownLatch(1).await();
                },
                () -> say("stop-b"))
            .component("c", () -> say("start-c"), () -> say("stop-c"))
            .propagation(Duration.ofSeconds(35)));
      case "failing-start" ->
        run(builder.component(
            "b",
            () -> {
              throw new IllegalStateException("no route to host");
            },
            () -> say("stop-b")));
      case "exit-7" ->
        exit(builder.build(), () -> new Thread(() -> System.exit(7), "application").start());
      case "exit-in-stop" -> run(builder.component("b", () -> {}, () -> System.exit(9)));
      case "exit-in-start" -> run(builder.component("b", () -> System.exit(9), () -> {}));
      case "programmatic" -> {
        var inFlight = new InFlight();
        int slot = inFlight.enter(WorkKind.REQUEST);
        Lifecycle lifecycle = builder.drain(inFlight).build();
        new Thread(() -> {
              while (lifecycle.state() != LifecycleState.RUNNING) {
                Thread.onSpinWait();
              }
              lifecycle.requestShutdown("POST /shutdown");
              while (lifecycle.report().triggers().size() < 2) {
                Thread.onSpinWait();
              }
              say("two-triggers");
              inFlight.exit(slot);
            })
            .start();
        exit(lifecycle);
      }
      case "foreign-hook-hangs" -> {
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(() -> LifecycleTest.awaitIgnoringInterrupts(new CountDownLatch(1))));
        run(builder.grace(Duration.ofSeconds(6)).closeBudget(Duration.ofSeconds(2)));
      }
      case "embedded" -> {
        Lifecycle lifecycle = builder.build();
        lifecycle.start();
        say("running");
        LifecycleTest.awaitIgnoringInterrupts(new CountDownLatch(1));
      }
      case "handlers-put-back" -> {
        handleTerm(() -> {
          say("mine");
          Runtime.getRuntime().halt(5);
        });
        Lifecycle lifecycle = builder.build();
        lifecycle.subscribe(event -> {
          if (event instanceof LifecycleEvent.Started) {
            lifecycle.requestShutdown("done");
          }
        });
        lifecycle.run();
        lifecycle.close();
        say("closed");
        LifecycleTest.awaitIgnoringInterrupts(new CountDownLatch(1));
      }
      case "interrupted-at-the-terminal" -> run(builder.propagation(Duration.ofSeconds(35)));
      case "marked" -> {
        var inFlight = new InFlight();
        inFlight.open(WorkKind.REQUEST, "GET /slow");
        run(builder
            .drain(inFlight)
            .marker(Path.of(System.getProperty("marker")))
            .terminationLog(Path.of(System.getProperty("termination.log"))));
      }
      case "hung-machine" ->
        // a listener's thread is not waited for, but a logger that hangs in a step of ours stops
        // everything
        run(builder
            .grace(Duration.ofSeconds(4))
            .closeBudget(Duration.ofSeconds(1))
            .time(new Stuck())
            .terminationLog(Path.of(System.getProperty("termination.log"))));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** Time that runs like any other, until the flush is to be carried out: then the step itself hangs. */
  private static final class Stuck implements Time {
    private final Time time = Time.system();

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      time.sleep(duration);
    }

    @Override
    public Running execute(String name, Runnable body) {
      if (name.equals("lifecycle-telemetry")) {
        LifecycleTest.awaitIgnoringInterrupts(new CountDownLatch(1));
      }
      return time.execute(name, body);
    }

    @Override
    public Pending schedule(Duration delay, Runnable task) {
      return time.schedule(delay, task);
    }

    @Override
    public void await(CompletableFuture<?> done) throws InterruptedException {
      time.await(done);
    }

    @Override
    public void close() {
      time.close();
    }
  }

  private static void handleTerm(Runnable handler) {
    Signals.Installed installed = Signals.install(List.of("TERM"), name -> handler.run());
    say(installed.signals().isPresent() ? "handler" : installed.why());
  }

  private static void run(LifecycleBuilder builder) {
    exit(builder.build());
  }

  private static void exit(Lifecycle lifecycle) {
    exit(lifecycle, () -> {});
  }

  private static void exit(Lifecycle lifecycle, Runnable whenRunning) {
    // not by onStarted, which is still a part of the start: a signal after it would cancel that
    lifecycle.subscribe(event -> {
      if (event instanceof LifecycleEvent.Started) {
        say("running");
        whenRunning.run();
      }
    });
    int code = lifecycle.run();
    say(lifecycle.report().toJson());
    System.exit(code);
  }

  static synchronized void say(String word) {
    System.out.println(word);
    System.out.flush();
  }
}
