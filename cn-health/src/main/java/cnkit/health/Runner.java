package cnkit.health;

import cnkit.core.Subscription;
import cnkit.core.Time;
import cnkit.core.internal.Complaints;
import cnkit.core.internal.Guarded;
import cnkit.core.internal.HandOver;
import cnkit.core.internal.Once;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Decides when checks run, and hands each run to the executor. One pulse at a time looks at all slots, does what is due
 * and asks the timer for the next one. The lock guards the slots only: executor, bodies, timer and meters are called
 * without it. A slot has at most one run, so a hung check holds one thread and no other check waits for it.
 */
final class Runner {
  private static final Logger LOG = LoggerFactory.getLogger("cnkit.health.Health");

  /** A wake-up this much too late means that the process stood still, not that a check is slow. */
  private static final long LAG_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Runs of one check that timed out in the executor's queue and are still there. */
  private static final int MOST_QUEUED = 8;

  private final Board board;
  private final Time time;
  private final Executor executor;
  /** Takes the checks that found no thread in time; the same executor when it is the caller's. */
  private final Executor rescue;

  private final DoubleSupplier random;
  private final int mostInFlight;
  private final List<CheckMeter> meters = new CopyOnWriteArrayList<>();
  private final Complaints complaints = new Complaints(LOG);

  private final ReentrantLock lock = new ReentrantLock();
  private final List<Slot> slots = new ArrayList<>();
  private int inFlight;
  private boolean started;
  private boolean closed;
  private boolean pulsing;
  private long wakeNanos;
  private long wakeId;
  /** Whether the timer was asked for a pulse that has not come yet; its handle is known a little later. */
  private boolean waking;

  private HandOver.@Nullable Scheduled wakeUp;
  private final Once complained = new Once();

  Runner(
      Board board,
      Time time,
      Executor executor,
      Executor rescue,
      DoubleSupplier random,
      int mostInFlight) {
    this.board = board;
    this.time = time;
    this.executor = executor;
    this.rescue = rescue;
    this.random = random;
    this.mostInFlight = mostInFlight;
  }

  /** One check and its run, if it has one. Its fields are guarded by the lock. */
  private final class Slot implements Run.Sink {
    final Check check;
    long dueNanos;

    @Nullable
    Run run;

    boolean again;
    int queued;
    boolean starved;

    @Nullable
    Run admitted;

    String refusal = "";

    Slot(Check check, long nowNanos) {
      this.check = check;
      this.dueNanos = nowNanos + RunPlan.firstDelayNanos(check, random.getAsDouble());
    }

    void advance(long nowNanos) {
      long interval = RunPlan.intervalNanos(check, random.getAsDouble());
      dueNanos = RunPlan.nextDueNanos(dueNanos, interval, nowNanos);
    }

    long wakeNanos() {
      return run == null || run.isOverdue() ? dueNanos : run.deadlineNanos();
    }

    @Override
    public void observed(Run ended, Observation seen) {
      record(check, seen);
    }

    @Override
    public void released(Run ended) {
      boolean wake;
      lock.lock();
      try {
        inFlight--;
        if (run != ended) {
          queued--;
          return;
        }
        run = null;
        wake = again;
        if (again) {
          again = false;
          dueNanos = time.nanoTime();
        }
      } finally {
        lock.unlock();
      }
      if (wake) {
        wake();
      }
    }
  }

  void add(Check check) {
    lock.lock();
    try {
      slots.add(new Slot(check, time.nanoTime()));
    } finally {
      lock.unlock();
    }
    wake();
  }

  /** Forgets it; a run under way is cut short, since nobody waits for it any more. */
  void remove(Check check) {
    var running = new ArrayList<Run>();
    lock.lock();
    try {
      for (Slot slot : slots) {
        if (slot.check == check && slot.run != null) {
          running.add(slot.run);
        }
      }
      slots.removeIf(slot -> slot.check == check);
    } finally {
      lock.unlock();
    }
    running.forEach(this::cutShort);
  }

  private void cutShort(Run run) {
    if (!run.withdraw() && run.expire()) {
      cancelStage(run);
    }
  }

  /** To cancel a stage runs what hangs on it, which is user code: never on the timer's thread. */
  private void cancelStage(Run run) {
    if (run.isPending()) {
      // where that is refused, it ends when it ends, and is stuck until then
      Throwable unused = HandOver.to(rescue, run::cancelStage);
    }
  }

  void start() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("this registry is closed");
      }
      if (started) {
        return;
      }
      started = true;
      long now = time.nanoTime();
      for (Slot slot : slots) {
        slot.dueNanos = now + RunPlan.firstDelayNanos(slot.check, random.getAsDouble());
      }
    } finally {
      lock.unlock();
    }
    wake();
  }

  /** Runs these now; one that is running is run again, since what it saw may be from before the request. */
  void refresh(List<Check> checks) {
    lock.lock();
    try {
      long now = time.nanoTime();
      for (Slot slot : slots) {
        if (checks.contains(slot.check)) {
          if (slot.run == null) {
            slot.dueNanos = now;
          } else {
            slot.again = true;
          }
        }
      }
    } finally {
      lock.unlock();
    }
    wake();
  }

  Subscription meter(CheckMeter meter) {
    var detached = new Once();
    meters.add(meter);
    return () -> {
      if (detached.first()) { // the same meter may be attached twice
        meters.remove(meter);
      }
    };
  }

  void close() {
    List<Run> running = new ArrayList<>();
    HandOver.Scheduled waiting;
    lock.lock();
    try {
      closed = true;
      waiting = wakeUp;
      wakeUp = null;
      for (Slot slot : slots) {
        if (slot.run != null) {
          running.add(slot.run);
        }
      }
      slots.clear();
    } finally {
      lock.unlock();
    }
    running.forEach(this::cutShort);
    if (waiting != null) {
      boolean unused = waiting.cancel(); // or a caller's time would hold us until the next round
    }
  }

  /** Asks the timer for a pulse at the earliest moment at which anything is due, unless one comes before it anyway. */
  private void wake() {
    long id;
    long delay;
    HandOver.Scheduled overtaken;
    lock.lock();
    try {
      if (!started || closed || slots.isEmpty()) {
        return;
      }
      if (pulsing) {
        return; // it ends with this question itself
      }
      long now = time.nanoTime();
      long least = Long.MAX_VALUE;
      for (Slot slot : slots) {
        least = Math.min(least, slot.wakeNanos() - now);
      }
      delay = Math.max(least, 0);
      if (waking && wakeNanos - now - delay <= 0) {
        return;
      }
      overtaken = wakeUp;
      wakeUp = null;
      waking = true;
      wakeNanos = now + delay;
      id = ++wakeId;
    } finally {
      lock.unlock();
    }
    if (overtaken != null) {
      boolean unused = overtaken.cancel();
    }
    schedule(id, delay);
  }

  private void schedule(long id, long delay) {
    HandOver.Scheduled scheduled =
        HandOver.schedule(time, Duration.ofNanos(delay), () -> pulse(id));
    Throwable refused = scheduled.refused();
    if (refused != null && complained.first()) {
      LOG.warn("no check runs any more: the timer refused the next round", refused);
    }
    boolean stale;
    lock.lock();
    try {
      // the pulse may have come, or another wake-up, before we know its handle
      stale = closed || id != wakeId;
      if (!stale && waking) {
        waking = refused == null;
        wakeUp = waking ? scheduled : null;
      }
    } finally {
      lock.unlock();
    }
    if (stale) {
      boolean unused = scheduled.cancel();
    }
  }

  /** An earlier wake-up that was overtaken does nothing. */
  private void pulse(long id) {
    var dispatched = new ArrayList<Slot>();
    var timedOut = new ArrayList<Slot>();
    var stuck = new ArrayList<Slot>();
    lock.lock();
    try {
      if (closed || pulsing || id != wakeId) {
        return;
      }
      pulsing = true;
      waking = false;
      wakeUp = null;
      long now = time.nanoTime();
      sort(now, now - wakeNanos, dispatched, timedOut, stuck);
    } finally {
      lock.unlock();
    }
    try {
      timedOut.forEach(this::expire);
      stuck.forEach(this::reportStuck);
      dispatched.forEach(this::dispatch);
    } catch (Throwable unexpected) {
      LOG.error("a round of checks broke off; the next one starts as planned", unexpected);
    } finally {
      endPulse();
      wake();
    }
  }

  private void endPulse() {
    lock.lock();
    try {
      pulsing = false;
    } finally {
      lock.unlock();
    }
  }

  private void sort(
      long now, long lag, List<Slot> dispatched, List<Slot> timedOut, List<Slot> stuck) {
    for (Slot slot : slots) {
      Run run = slot.run;
      if (run == null) {
        if (now - slot.dueNanos >= 0) {
          slot.advance(now);
          admit(slot, now);
          dispatched.add(slot);
        }
      } else if (run.isOverdue()) {
        if (now - slot.dueNanos >= 0) {
          slot.advance(now);
          stuck.add(slot);
        }
      } else {
        if (lag > LAG_NANOS) {
          run.forgive(lag, now);
        }
        if (now - run.deadlineNanos() >= 0) {
          timedOut.add(slot);
        }
      }
    }
  }

  private void admit(Slot slot, long now) {
    slot.refusal = "";
    if (inFlight >= mostInFlight) {
      slot.refusal = mostInFlight + " runs are in flight, and no more are allowed";
    } else if (slot.queued >= MOST_QUEUED) {
      slot.refusal = MOST_QUEUED + " earlier runs still wait for a thread";
    } else {
      slot.run = new Run(slot.check, slot, time, now);
      slot.admitted = slot.run;
      inFlight++;
    }
  }

  /** What the pulse has admitted; only it sets and reads these two fields. */
  private void dispatch(Slot slot) {
    Run run = slot.admitted;
    slot.admitted = null;
    String refusal = slot.refusal;
    if (run != null) {
      Throwable refused = HandOver.to(slot.starved ? rescue : executor, run);
      if (refused == null) {
        return;
      }
      refusal = "the executor refused it: " + Causes.text(refused);
      slot.released(run);
    }
    long now = time.nanoTime();
    record(slot.check, Observation.failed(RunOutcome.REJECTED, refusal, 0, now));
  }

  private void expire(Slot slot) {
    Run run = current(slot);
    if (run == null) {
      return;
    }
    long now = time.nanoTime();
    String timeout = Durations.text(run.elapsedNanos(now));
    if (run.withdraw()) {
      lock.lock();
      try {
        // it holds no thread, so the next run need not wait for it; in the queue it is an empty
        // shell
        slot.run = null;
        slot.queued++;
        slot.starved = true;
      } finally {
        lock.unlock();
      }
      record(slot.check, timedOut(run, "no thread after " + timeout, now));
    } else if (run.expire()) {
      record(slot.check, timedOut(run, "no result after " + timeout, now));
      cancelStage(run);
    }
  }

  private static Observation timedOut(Run run, String reason, long now) {
    return Observation.failed(RunOutcome.TIMED_OUT, reason, run.elapsedNanos(now), now);
  }

  private void reportStuck(Slot slot) {
    Run run = current(slot);
    if (run != null) {
      long now = time.nanoTime();
      List<StackTraceElement> stack = run.stack();
      long elapsed = run.elapsedNanos(now);
      String where = stack.isEmpty() ? "" : " at " + stack.get(0);
      String reason = "running for " + Durations.text(elapsed) + where;
      record(slot.check, Observation.stuck(reason, stack, elapsed, now));
    }
  }

  private @Nullable Run current(Slot slot) {
    lock.lock();
    try {
      return slot.run;
    } finally {
      lock.unlock();
    }
  }

  private void record(Check check, Observation seen) {
    if (!board.commit(state -> state.observe(check, seen), seen.atNanos())) {
      return; // removed meanwhile: nobody is to hear of it any more
    }
    if (meters.isEmpty()) {
      return;
    }
    for (CheckMeter meter : meters) {
      Throwable thrown =
          Guarded.run(() -> meter.ran(check.name(), seen.outcome(), seen.tookNanos()));
      if (thrown != null) {
        complaints.warn("a health meter", thrown);
      }
    }
  }
}
