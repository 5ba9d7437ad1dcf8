package cnkit.health;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/*
 * One run of one check. Its phase decides every race with one compareAndSet: the body's result counts if it is the
 * first to end the run, the timeout counts if it is. Between INTERRUPTING and OVERDUE the runner interrupts the thread;
 * the thread waits for that moment to be over and clears the flag, so that an interrupt meant for this run never
 * reaches what the thread does next.
 *
 * The phase is a field and not an object beside it, and what is written before it changes is plain: a run is made for
 * every check in every period, and each of the fences that this saves costs as much as a trivial body.
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
  private final long dispatchedNanos;

  @SuppressWarnings("NullAway.Init") // set through its handle
  private volatile Phase phase;

  @SuppressWarnings("UnusedVariable") // set through its handle
  private volatile boolean released;
  /** Guarded by the lock of the runner. */
  private long deadlineNanos;
  /** Published by the phase. */
  private long startedNanos;
  /** Published by the phase; taken away under it, or with a fence. */
  @SuppressWarnings("UnusedVariable") // read through its handle
  private @Nullable Thread thread;

  private volatile @Nullable CompletionStage<Verdict> stage;
  private boolean extended;

  private static final VarHandle PHASE;
  private static final VarHandle RELEASED;
  private static final VarHandle THREAD;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PHASE = lookup.findVarHandle(Run.class, "phase", Phase.class);
      RELEASED = lookup.findVarHandle(Run.class, "released", boolean.class);
      THREAD = lookup.findVarHandle(Run.class, "thread", Thread.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  Run(Check check, Sink sink, LongSupplier ticker, long nowNanos) {
    this.check = check;
    this.sink = sink;
    this.ticker = ticker;
    this.dispatchedNanos = nowNanos;
    this.startedNanos = nowNanos;
    this.deadlineNanos = nowNanos + check.timeoutNanos();
    PHASE.set(this, Phase.WAITING); // plain: the lock and the executor publish it
  }

  private boolean moves(Phase from, Phase to) {
    return PHASE.compareAndSet(this, from, to);
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
    Phase now = phase;
    return now == Phase.INTERRUPTING || now == Phase.OVERDUE;
  }

  /** After the whole process stood still: the time that was lost, once and no more than a timeout, is given back. */
  void forgive(long lagNanos, long nowNanos) {
    long until = nowNanos + Math.min(lagNanos, check.timeoutNanos());
    if (!extended && deadlineNanos - until < 0) {
      extended = true;
      deadlineNanos = until;
    }
  }

  @Override
  public void run() {
    if (phase != Phase.WAITING) {
      release(); // timed out while it waited for a thread
      return;
    }
    startedNanos = ticker.getAsLong();
    thread = Thread.currentThread();
    if (!moves(Phase.WAITING, Phase.RUNNING)) {
      thread = null;
      release();
      return;
    }
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
    if (!moves(Phase.RUNNING, Phase.ENDED)) {
      return;
    }
    long now = ticker.getAsLong();
    long took = now - startedNanos;
    Observation seen;
    if (thrown != null) {
      Throwable cause = Causes.unwrap(thrown);
      seen = Observation.threw(cause, Causes.text(cause), took, now);
    } else if (verdict == null) {
      seen = Observation.failed(RunOutcome.NO_VERDICT, "the body returned null", took, now);
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
    if (RELEASED.compareAndSet(this, false, true)) {
      sink.released(this);
    }
  }

  /** The interrupt of a timeout is either never sent or already here; in both cases it ends here. */
  private void leaveThread() {
    if (phase == Phase.ENDED) {
      thread = null; // nobody interrupts it any more
      return;
    }
    // first: who interrupts has read it before, and is then seen as interrupting
    THREAD.setVolatile(this, null);
    while (phase == Phase.INTERRUPTING) {
      Thread.onSpinWait();
    }
    if (phase == Phase.OVERDUE) {
      Thread.interrupted();
    }
  }

  /** Takes it back if it never got a thread: then it never will. */
  boolean withdraw() {
    return moves(Phase.WAITING, Phase.OVERDUE);
  }

  /** Ends it by its timeout; true if the timeout won, so that it is the result of this run. */
  boolean expire() {
    if (!moves(Phase.RUNNING, Phase.INTERRUPTING)) {
      return false;
    }
    try {
      Thread running = (Thread) THREAD.getVolatile(this);
      if (running != null) {
        running.interrupt();
      }
    } finally {
      phase = Phase.OVERDUE;
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
    Thread running = (Thread) THREAD.getVolatile(this);
    return running == null ? List.of() : List.of(running.getStackTrace());
  }
}
