package cnkit.lifecycle;

import static cnkit.lifecycle.process.Log.LOG;

import cnkit.core.Time;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.HandOver;
import cnkit.lifecycle.machine.QuietWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** All work in flight of one lifecycle, and what the shutdown does to it. */
final class Draining {
  private final List<InFlight> inFlight;
  private final Time time;
  private final Options options;

  /**
   * Settings of the user.
   *
   * @param quiet ends the propagation when nothing has arrived for so long
   * @param streamWindow over how long streams are told to end; half of the drain if it is not given
   */
  record Options(Optional<Duration> quiet, Optional<Duration> streamWindow) {}

  Draining(List<InFlight> inFlight, Time time, Options options) {
    this.inFlight = List.copyOf(inFlight);
    this.time = time;
    this.options = options;
  }

  /** Asks clients to leave. */
  void announce() {
    for (InFlight work : inFlight) {
      for (Runnable goAway : work.beginDraining()) {
        run("go-away", goAway);
      }
    }
  }

  /** Runs the user's code on a thread of its own. */
  private void run(String what, Runnable callback) {
    Throwable noThread =
        Guarded.run(() -> time.execute("lifecycle-" + what, () -> complain(what, callback)));
    if (noThread != null) {
      LOG.warn("lifecycle: no thread for a {} callback", what, noThread);
    }
  }

  private static void complain(String what, Runnable callback) {
    Throwable thrown = Guarded.run(callback::run);
    if (thrown != null) {
      LOG.warn("lifecycle: a {} callback threw", what, thrown);
    }
  }

  private void schedule(long delayNanos, Runnable task) {
    Throwable refused =
        HandOver.schedule(time, Duration.ofNanos(delayNanos), task).refused();
    if (refused != null) {
      LOG.warn("lifecycle: the time does not schedule any more", refused);
    }
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
      schedule(watch.pause(), () -> look(watch, propagating, quiet));
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
      schedule((long) ((double) window * i / streams.size()), () -> {
        if (!stream.isClosed()) {
          run("end-stream", stream::cancel);
        }
      });
    }
  }

  /** Cuts what is left, and names it. */
  List<Unfinished> cut() {
    var unfinished = new ArrayList<Unfinished>();
    for (InFlight work : inFlight) {
      for (Token token : work.cut()) {
        unfinished.add(Unfinished.of(token));
        run("cancel", token::runCancel);
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
