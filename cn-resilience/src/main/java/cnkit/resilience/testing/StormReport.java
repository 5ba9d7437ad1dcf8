package cnkit.resilience.testing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The result of a simulation, second by second. Immutable; the same simulation gives the same report on every JVM.
 *
 * @param fault the fault that was simulated
 * @param start the start of the fault, counted from the start of the simulation
 * @param seconds one entry per simulated second
 */
public record StormReport(Fault fault, Duration start, List<Second> seconds) {
  /** Goodput is looked at in windows of so many seconds: chance moves single seconds. */
  private static final int WINDOW = 10;

  /** As good as before: so much of what is asked for is answered. */
  private static final double GOOD = 0.95;

  /**
   * One simulated second of all clients and the server.
   *
   * @param offered calls that were started
   * @param succeeded calls that were answered in time
   * @param failed calls that failed or timed out
   * @param rejected calls that a pipeline rejected
   * @param sent requests that arrived at the server; each attempt counts
   * @param wasted requests that the server completed after their caller had given up
   * @param waiting requests in the server's queues at the end of the second
   */
  public record Second(
      int offered, int succeeded, int failed, int rejected, int sent, int wasted, int waiting) {}

  /** Copies the list. */
  public StormReport {
    requireNonNull(fault, "fault");
    requireNonNull(start, "start");
    seconds = List.copyOf(seconds);
  }

  /** {@return when the trouble was over, since the start of the simulation} */
  public Duration end() {
    return start.plus(fault.lasting());
  }

  /**
   * The rate of successful calls.
   *
   * @param from since the start of the simulation, in whole seconds
   * @param to where to stop, exclusive
   * @return calls a second; 0 for an empty span
   */
  public double goodput(Duration from, Duration to) {
    int seconds = second(to) - second(from);
    return seconds <= 0 ? 0 : (double) sum(from, to).succeeded() / seconds;
  }

  /**
   * The share of successful calls in the last minute: 1 if the clients have recovered, near 0 if the overload keeps
   * itself going.
   *
   * @return 0 to about 1
   */
  public double endsWith() {
    Duration end = Duration.ofSeconds(seconds.size());
    Duration from = end.minusSeconds(60).compareTo(end()) < 0 ? end() : end.minusSeconds(60);
    return goodShare(second(from), seconds.size());
  }

  /**
   * The number of requests at the server for each call, in the worst ten seconds.
   *
   * @return 1 if there were no retries
   */
  public double amplification() {
    double most = 0;
    for (int i = 0; i + WINDOW <= seconds.size(); i++) {
      Second window = sum(i, i + WINDOW);
      if (window.offered() > 0) {
        most = Math.max(most, (double) window.sent() / window.offered());
      }
    }
    return most;
  }

  /**
   * The time after the fault until at least 95 % of the calls succeeded again, and did so until the end.
   *
   * @return zero if there was no interruption after the fault; empty if the clients did not recover
   */
  public Optional<Duration> recovery() {
    int end = second(end());
    int recovered = -1;
    for (int i = seconds.size() - WINDOW; i >= end; i--) {
      if (goodShare(i, i + WINDOW) < GOOD) {
        break;
      }
      recovered = i;
    }
    return recovered < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(recovered - end));
  }

  /**
   * The totals of a period.
   *
   * @param from since the start of the simulation, in whole seconds
   * @param to where to stop, exclusive
   * @return each number added up; {@code waiting} is that of the last second
   */
  public Second sum(Duration from, Duration to) {
    return sum(second(from), second(to));
  }

  /**
   * The totals of the whole simulation.
   *
   * @return each number added up; {@code waiting} is that of the last second
   */
  public Second total() {
    return sum(0, seconds.size());
  }

  private Second sum(int from, int to) {
    int offered = 0;
    int succeeded = 0;
    int failed = 0;
    int rejected = 0;
    int sent = 0;
    int wasted = 0;
    int waiting = 0;
    for (Second second : seconds.subList(from, Math.max(from, to))) {
      offered += second.offered();
      succeeded += second.succeeded();
      failed += second.failed();
      rejected += second.rejected();
      sent += second.sent();
      wasted += second.wasted();
      waiting = second.waiting();
    }
    return new Second(offered, succeeded, failed, rejected, sent, wasted, waiting);
  }

  private double goodShare(int from, int to) {
    Second sum = sum(from, to);
    return sum.offered() == 0 ? 1 : (double) sum.succeeded() / sum.offered();
  }

  private int second(Duration at) {
    return (int) Math.min(Math.max(at.toSeconds(), 0), seconds.size());
  }

  /** What to tell somebody whose policy did not bear it. */
  String story() {
    return String.format(
        Locale.ROOT,
        "%s from %d s on: goodput %.0f/s before, %.0f/s during, %.0f/s of %.0f/s offered in the end; the server got up"
            + " to %.2f requests a call and worked for nobody on %d of %d; %s",
        fault,
        start.toSeconds(),
        goodput(Duration.ZERO, start),
        goodput(start, end()),
        goodput(Duration.ofSeconds(seconds.size() - WINDOW), Duration.ofSeconds(seconds.size())),
        (double) sum(seconds.size() - WINDOW, seconds.size()).offered() / WINDOW,
        amplification(),
        total().wasted(),
        total().sent(),
        recovery()
            .map(time -> "recovered after " + time.toSeconds() + " s")
            .orElse("never recovered"));
  }
}
