package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;

import cnkit.lifecycle.machine.QuietWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** All work in flight of one lifecycle, and what the shutdown does to it. */
final class Draining {
  private final List<InFlight> inFlight;
  private final Timeline time;
  private final Options options;

  /**
   * Settings of the user.
   *
   * @param quiet ends the propagation when nothing has arrived for so long
   * @param streamWindow over how long streams are told to end; half of the drain if it is not given
   */
  record Options(Optional<Duration> quiet, Optional<Duration> streamWindow) {}

  Draining(List<InFlight> inFlight, Timeline time, Options options) {
    this.inFlight = List.copyOf(inFlight);
    this.time = time;
    this.options = options;
  }

  /** Asks clients to leave. */
  void announce() {
    for (InFlight work : inFlight) {
      for (Runnable goAway : work.beginDraining()) {
        time.execute(
            "go-away", goAway::run, thrown -> complain("a go-away callback threw", thrown));
      }
    }
  }

  private static void complain(String what, Optional<Throwable> thrown) {
    thrown.ifPresent(t -> LOG.warn("lifecycle: {}", what, t));
  }

  /** Reports once that nothing has arrived for the quiet interval, if one is set. */
  void watchQuiet(BooleanSupplier propagating, Runnable quiet) {
    options
        .quiet()
        .ifPresent(interval -> look(
            new QuietWatch(interval.toNanos(), arrivals(), time.nanoTime()), propagating, quiet));
  }

  private void look(QuietWatch before, BooleanSupplier propagating, Runnable quiet) {
    if (!propagating.getAsBoolean()) {
      return;
    }
    long now = time.nanoTime();
    QuietWatch watch = before.look(arrivals(), now);
    if (watch.isQuiet(now)) {
      quiet.run();
    } else {
      time.schedule(watch.pause(), () -> look(watch, propagating, quiet));
    }
  }

  private long arrivals() {
    return inFlight.stream().mapToLong(InFlight::arrivals).sum();
  }

  /** From here on no work begins; reports when the last of it has ended. */
  void closeIntake(Runnable drained) {
    Runnable check = () -> {
      if (inFlight.stream().allMatch(InFlight::drained)) {
        drained.run();
      }
    };
    inFlight.forEach(InFlight::close);
    inFlight.forEach(work -> work.whenDrained(check));
    check.run();
  }

  /**
   * Tells streams to end, oldest first and one after the other: all their clients reconnect elsewhere, and should not do so at
   * the same moment.
   */
  void endStreams(long allowance) {
    if (allowance == 0) {
      return; // they are cut at once
    }
    List<Token> streams = inFlight.stream()
        .flatMap(work -> work.open().stream())
        .filter(token -> token.kind() == WorkKind.STREAM)
        .toList();
    long window =
        Math.min(options.streamWindow().map(ShutdownPlan::nanos).orElse(allowance / 2), allowance);
    for (int i = 0; i < streams.size(); i++) {
      Token stream = streams.get(i);
      time.schedule((long) ((double) window * i / streams.size()), () -> {
        if (!stream.isClosed()) {
          time.execute("end-stream", stream::cancel, Draining::cancelled);
        }
      });
    }
  }

  private static void cancelled(Optional<Throwable> thrown) {
    complain("cancelling work in flight threw", thrown);
  }

  /** Cuts what is left, and names it. */
  List<Unfinished> cut() {
    var unfinished = new ArrayList<Unfinished>();
    for (InFlight work : inFlight) {
      for (Token token : work.cut()) {
        unfinished.add(Unfinished.of(token));
        time.execute("cancel", token::runCancel, Draining::cancelled);
      }
    }
    return unfinished;
  }

  /** What is in flight right now. */
  List<Unfinished> open() {
    return inFlight.stream()
        .flatMap(work -> work.open().stream())
        .map(Unfinished::of)
        .toList();
  }

  /** The counts of each kind; empty if no work is tracked. */
  List<WorkCounts> counts() {
    var sums = new ArrayList<WorkCounts>();
    for (InFlight work : inFlight) {
      List<WorkCounts> counts = work.workCounts();
      for (int i = 0; i < counts.size(); i++) {
        if (sums.size() == i) {
          sums.add(counts.get(i));
        } else {
          sums.set(i, sums.get(i).plus(counts.get(i)));
        }
      }
    }
    return List.copyOf(sums);
  }
}
