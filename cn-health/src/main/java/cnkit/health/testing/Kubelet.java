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
 * A kubelet in virtual time, with its probe arithmetic: what counts is what comes in a row; readiness begins as
 * failed, liveness as passed; until the startup probe has passed the other two are not asked; the initial delay runs
 * from the container's start; a container that failed liveness or startup is killed and asked no more.
 *
 * <pre>{@code
 * Kubelet kubelet = new Kubelet(time, health, ProbePlan.fitting(health.report(), Duration.ofSeconds(60)));
 * kubelet.start();
 * time.advance(Duration.ofSeconds(30));
 * assertTrue(kubelet.isReady());
 * }</pre>
 *
 * Not safe for use by many threads.
 */
public final class Kubelet {
  /**
   * What the kubelet made of a probe.
   *
   * @param probe which
   * @param passed what it holds now
   * @param after since the container's start
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
   * A kubelet that has not started the container yet.
   *
   * @param time that passes for it
   * @param health what it probes
   * @param plan how it probes
   */
  public Kubelet(Time time, Health health, ProbePlan plan) {
    this.time = requireNonNull(time, "time");
    this.health = requireNonNull(health, "health");
    workers.put(Probe.STARTUP, new Worker(Probe.STARTUP, plan.startup(), false, false));
    workers.put(Probe.LIVE, new Worker(Probe.LIVE, plan.live(), true, true));
    workers.put(Probe.READY, new Worker(Probe.READY, plan.ready(), false, true));
  }

  /** The container starts now: the first probes come after their initial delays. */
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
   * @return readiness as the kubelet holds it; false once killed
   */
  public boolean isReady() {
    return !killed && result(Probe.READY);
  }

  /**
   * Whether the container was killed, to be started again.
   *
   * @return true once liveness or startup has failed
   */
  public boolean isKilled() {
    return killed;
  }

  /**
   * Everything that changed, in order.
   *
   * @return a copy
   */
  public List<Change> changes() {
    return List.copyOf(changes);
  }
}
