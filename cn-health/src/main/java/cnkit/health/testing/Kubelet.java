package cnkit.health.testing;

import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.health.Health;
import cnkit.health.Probe;
import cnkit.health.ProbePlan;
import cnkit.health.ProbeTiming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A kubelet in virtual time. It follows the rules of the real one: thresholds count consecutive results; readiness
 * begins as failed, liveness as passed; the other two probes begin only after the startup probe has passed; the
 * initial delay runs from the container's start; a container whose liveness or startup failed is killed and not
 * probed again.
 *
 * <pre>{@code
 * Kubelet kubelet = new Kubelet(time, health, ProbePlan.fitting(health.report(), Duration.ofSeconds(60)));
 * kubelet.start();
 * time.advance(Duration.ofSeconds(30));
 * assertTrue(kubelet.isReady());
 * }</pre>
 *
 * For use by one thread.
 */
public final class Kubelet {
  /**
   * A change of a probe's result, as the kubelet sees it.
   *
   * @param probe the probe
   * @param passed the new result
   * @param after the time since the container's start
   */
  public record Change(Probe probe, boolean passed, Duration after) {
    public Change {
      requireNonNull(probe, "probe");
    }
  }

  private static final class Worker {
    final Probe probe;
    final ProbeTiming timing;
    boolean result;
    boolean known;
    boolean lastPassed;
    int row;

    Worker(Probe probe, ProbeTiming timing, boolean initial, boolean known) {
      this.probe = probe;
      this.timing = timing;
      this.result = initial;
      this.known = known;
    }
  }

  private final Time time;
  private final Health health;
  private final Map<Probe, Worker> workers = new EnumMap<>(Probe.class);
  private final List<Change> changes = new ArrayList<>();
  private long startNanos;
  private boolean killed;

  /**
   * Creates a kubelet that has not started the container yet.
   *
   * @param time the time in which it runs
   * @param health the registry that it probes
   * @param plan the timing of its probes
   */
  public Kubelet(Time time, Health health, ProbePlan plan) {
    this.time = requireNonNull(time, "time");
    this.health = requireNonNull(health, "health");
    workers.put(Probe.STARTUP, new Worker(Probe.STARTUP, plan.startup(), false, false));
    workers.put(Probe.LIVE, new Worker(Probe.LIVE, plan.live(), true, true));
    workers.put(Probe.READY, new Worker(Probe.READY, plan.ready(), false, true));
  }

  /** Starts the container. The first probes come after their initial delays. */
  public void start() {
    startNanos = time.nanoTime();
    for (Worker worker : workers.values()) {
      schedule(worker, worker.timing.initialDelay());
    }
  }

  private void schedule(Worker worker, Duration delay) {
    var unused = time.schedule(delay, () -> probe(worker));
  }

  private void probe(Worker worker) {
    if (killed || (worker.probe == Probe.STARTUP && worker.result)) {
      return;
    }
    if (worker.probe == Probe.STARTUP || result(Probe.STARTUP)) {
      count(worker, health.passes(worker.probe));
    }
    schedule(worker, worker.timing.period());
  }

  private void count(Worker worker, boolean passed) {
    worker.row = passed == worker.lastPassed ? worker.row + 1 : 1;
    worker.lastPassed = passed;
    int threshold = passed ? worker.timing.successThreshold() : worker.timing.failureThreshold();
    if (worker.row < threshold || (worker.known && worker.result == passed)) {
      return;
    }
    worker.result = passed;
    worker.known = true;
    changes.add(new Change(worker.probe, passed, Duration.ofNanos(time.nanoTime() - startNanos)));
    killed = !passed && worker.probe != Probe.READY;
  }

  private boolean result(Probe probe) {
    Worker worker = workers.get(probe);
    return worker != null && worker.result;
  }

  /**
   * Whether the instance gets traffic.
   *
   * @return the kubelet's result of readiness; false if the container was killed
   */
  public boolean isReady() {
    return !killed && result(Probe.READY);
  }

  /**
   * Whether the container was killed, to be restarted.
   *
   * @return true after liveness or startup has failed
   */
  public boolean isKilled() {
    return killed;
  }

  /**
   * All changes, in order.
   *
   * @return a copy
   */
  public List<Change> changes() {
    return List.copyOf(changes);
  }
}
