package cnkit.health;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/*
 * One run of one check. Its phase decides every race with one compareAndSet: the body's result counts if it is the
 * first to end the run, the timeout counts if it is. Between INTERRUPTING and OVERDUE the runner interrupts the thread;
 * the thread waits for that moment to be over and clears the flag, so that an interrupt meant for this run never
 * reaches what the thread does next.
 */
final class Run implements Runnable {
  private enum Phase {
    /** Handed to the executor. */
    WAITING,
    /** The body has the thread, or its stage is pending. */
    RUNNING,
    /** The timeout won; the interrupt is on its way. */
    INTERRUPTING,
    /** The timeout won; whatever comes is discarded. */
    OVERDUE,
    /** Its result was taken. */
    ENDED
  }

  /** Where a run tells how it ended; called at most once with a result, and once when its thread is free. */
  interface Sink {
    void observed(Run run, Observation seen);

    void released(Run run);
  }

  private final Check check;
  private final Sink sink;
  private final LongSupplier ticker;
  private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.WAITING);
  private final AtomicBoolean released = new AtomicBoolean();
  private final long dispatchedNanos;
  private volatile long deadlineNanos;
  private volatile long startedNanos;
  private volatile @Nullable Thread thread;
  private volatile @Nullable CompletionStage<Verdict> stage;
  private boolean extended;

  Run(Check check, Sink sink, LongSupplier ticker, long nowNanos) {
    this.check = check;
    this.sink = sink;
    this.ticker = ticker;
    this.dispatchedNanos = nowNanos;
    this.startedNanos = nowNanos;
    this.deadlineNanos = nowNanos + check.timeout().toNanos();
  }

  Check check() {
    return check;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  long elapsedNanos(long nowNanos) {
    return nowNanos - dispatchedNanos;
  }

  boolean isOverdue() {
    Phase now = phase.get();
    return now == Phase.INTERRUPTING || now == Phase.OVERDUE;
  }

  /** After the whole process stood still: the time that was lost, once and no more than a timeout, is given back. */
  void forgive(long lagNanos, long nowNanos) {
    long until = nowNanos + Math.min(lagNanos, check.timeout().toNanos());
    if (!extended && deadlineNanos - until < 0) {
      extended = true;
      deadlineNanos = until;
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    if (!phase.compareAndSet(Phase.WAITING, Phase.RUNNING)) {
      thread = null; // timed out while it waited for a thread
      release();
      return;
    }
    startedNanos = ticker.getAsLong();
    boolean pending = false;
    try {
      pending = runBody();
    } finally {
      leaveThread();
      if (!pending) {
        release();
      }
    }
  }

  /** Runs it here; true if the result comes later. */
  private boolean runBody() {
    try {
      Check.AsyncBody async = check.asyncBody();
      Check.Body body = check.body();
      if (async != null) {
        CompletionStage<Verdict> started = async.start();
        if (started != null) {
          stage = started;
          started.whenComplete(this::completed);
          return true;
        }
        ended(null, null);
      } else if (body != null) {
        ended(body.run(), null);
      }
    } catch (Throwable thrown) { // Errors too: a broken check is a failed run, not a dead runner
      ended(null, thrown);
    }
    return false;
  }

  private void completed(@Nullable Verdict verdict, @Nullable Throwable thrown) {
    try {
      ended(verdict, thrown);
    } finally {
      release();
    }
  }

  private void ended(@Nullable Verdict verdict, @Nullable Throwable thrown) {
    if (!phase.compareAndSet(Phase.RUNNING, Phase.ENDED)) {
      return;
    }
    long now = ticker.getAsLong();
    long took = now - startedNanos;
    Observation seen;
    if (thrown != null) {
      Throwable cause = Causes.unwrap(thrown);
      seen = Observation.threw(cause, Causes.text(cause), took, now);
    } else if (verdict == null) {
      seen = Observation.failed(Outcome.NO_VERDICT, "the body returned null", took, now);
    } else {
      seen = Observation.of(withoutSecrets(verdict), took, now);
    }
    sink.observed(this, seen);
  }

  private static Verdict withoutSecrets(Verdict verdict) {
    String reason = verdict.reason();
    return reason.isEmpty() ? verdict : new Verdict(verdict.status(), Redaction.of(reason));
  }

  /** Once, even if an executor runs us twice or a stage completes twice. */
  private void release() {
    if (released.compareAndSet(false, true)) {
      sink.released(this);
    }
  }

  /** The interrupt of a timeout is either never sent or already here; in both cases it ends here. */
  private void leaveThread() {
    thread = null; // first: who interrupts has read it before, and is then seen as interrupting
    while (phase.get() == Phase.INTERRUPTING) {
      Thread.onSpinWait();
    }
    if (phase.get() == Phase.OVERDUE) {
      Thread.interrupted();
    }
  }

  /** Takes it back if it never got a thread: then it never will. */
  boolean withdraw() {
    return phase.compareAndSet(Phase.WAITING, Phase.OVERDUE);
  }

  /** Ends it by its timeout; true if the timeout won, so that it is the result of this run. */
  boolean expire() {
    if (!phase.compareAndSet(Phase.RUNNING, Phase.INTERRUPTING)) {
      return false;
    }
    try {
      Thread running = thread;
      if (running != null) {
        running.interrupt();
      }
    } finally {
      phase.set(Phase.OVERDUE);
    }
    return true;
  }

  boolean isPending() {
    return stage != null;
  }

  /** Asks a pending stage to give up; user code, so never under a lock and never trusted. */
  void cancelStage() {
    CompletionStage<Verdict> pending = stage;
    if (pending != null) {
      try {
        pending.toCompletableFuture().cancel(true);
      } catch (Throwable unsupported) {
        // it then ends when it ends, and is stuck until then
      }
    }
  }

  /** Where it stands; works for virtual threads too. */
  List<StackTraceElement> stack() {
    Thread running = thread;
    return running == null ? List.of() : List.of(running.getStackTrace());
  }
}
