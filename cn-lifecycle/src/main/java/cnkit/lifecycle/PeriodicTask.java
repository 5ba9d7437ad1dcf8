package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs something again and again with a pause between, on a daemon thread of its own. */
final class PeriodicTask {

  private final String name;
  private final Duration pause;
  private final Action task;
  private final ScheduledExecutorService executor;

  PeriodicTask(String name, Duration pause, Action task) {
    this.name = name;
    this.pause = pause;
    this.task = task;
    // the thread comes with the first run
    this.executor = Executors.newSingleThreadScheduledExecutor(body -> {
      var thread = new Thread(body, "cn-lifecycle-" + name);
      thread.setDaemon(true);
      return thread;
    });
  }

  void start() {
    long nanos = ShutdownPlan.nanos(pause);
    var unused = executor.scheduleWithFixedDelay(this::run, nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void run() {
    try {
      task.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable t) {
      // an executor would never run it again
      LOG.warn("{} threw, it runs again in {}", name, ShutdownPlan.text(pause), t);
    }
  }

  /** No run begins any more; one under way goes on. */
  void stopIntake() {
    executor.shutdown();
  }

  void stop(Duration slice) throws StillRunning {
    TrackedExecutor.stopOrThrow(name, executor, slice);
  }
}
