package cnkit.resilience.testing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a simulated storm did, second by second. Immutable; the same storm gives the same report, on every JVM.
 *
 * @param fault what happened
 * @param start when it began, since the start of the simulation
 * @param seconds one entry a simulated second
 */
public record StormReport(Fault fault, Duration start, List<Second> seconds) {
  /** Goodput is looked at in windows of so many seconds: chance moves single seconds. */
  private static final int WINDOW = 10;

  /** As good as before: so much of what is asked for is answered. */
  private static final double GOOD = 0.95;

  /**
   * One simulated second of all clients and the server.
   *
   * @param offered calls that were begun
   * @param succeeded calls that ended with an answer in time
   * @param failed calls that ended in a failure, or with their time up
   * @param rejected calls that a pipeline refused
   * @param sent requests that arrived at the server, each attempt by itself
   * @param wasted requests that the server worked on to the end for nobody
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
   * Calls that ended well.
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
   * What share of the calls of the last minute ended well: 1 when all is well again, near 0 when the storm feeds itself.
   *
   * @return 0 to about 1
   */
  public double endsWith() {
    Duration end = Duration.ofSeconds(seconds.size());
    Duration from = end.minusSeconds(60).compareTo(end()) < 0 ? end() : end.minusSeconds(60);
    return goodShare(second(from), seconds.size());
  }

  /**
   * How many requests the server got for each call that was begun, in the ten seconds in which it was most.
   *
   * @return 1 when nobody retried
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
   * How long after the trouble it took until at least 95 % of the calls ended well again, and did so to the end.
   *
   * @return zero if they always did; empty if they never did again
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
   * The totals of a span.
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
