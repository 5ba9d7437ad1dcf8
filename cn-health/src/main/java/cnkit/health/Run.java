package cnkit.health;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.Guarded;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/*
 * One run of one check. Its phase decides every race with one atomic step: the body's result counts if it is the
 * first to end the run, the timeout counts if it is. Between INTERRUPTING and OVERDUE the runner interrupts the thread;
 * the thread waits for that moment to be over and clears the flag, so that an interrupt meant for this run never
 * reaches what the thread does next.
 *
 * The phase is the run itself and not an object beside it, and what is written before it changes is plain: a run is made
 * for every check in every period, and each of the fences that this saves costs as much as a trivial body.
 */
final class Run extends AtomicWord implements Runnable {
  /** Handed to the executor. */
  private static final long WAITING = 0;
  /** The body has the thread, or its stage is pending. */
  private static final long RUNNING = 1;
  /** The timeout won; the interrupt is on its way. */
  private static final long INTERRUPTING = 2;
  /** The timeout won; whatever comes is discarded. */
  private static final long OVERDUE = 3;
  /** Its result was taken. */
  private static final long ENDED = 4;
  /** Beside the phase: its thread is free. */
  private static final long RELEASED = 8;

  private static final LongUnaryOperator BEGIN = step(WAITING, RUNNING);
  private static final LongUnaryOperator END = step(RUNNING, ENDED);
  private static final LongUnaryOperator WITHDRAW = step(WAITING, OVERDUE);
  private static final LongUnaryOperator INTERRUPT = step(RUNNING, INTERRUPTING);
  private static final LongUnaryOperator INTERRUPTED = step(INTERRUPTING, OVERDUE);

  private static LongUnaryOperator step(long from, long to) {
    return word -> (word & ~RELEASED) == from ? (word & RELEASED) | to : word;
  }

  /** Where a run tells how it ended; called at most once with a result, and once when its thread is free. */
  interface Sink {
    void observed(Run run, Observation seen);

    void released(Run run);
  }

  private final Check check;
  private final Sink sink;
  private final Time time;
  private final long dispatchedNanos;

  /** Guarded by the lock of the runner. */
  private long deadlineNanos;
  /** Published by the phase. */
  private long startedNanos;
  /** Published by the phase; taken away under it, or with a fence. */
  @SuppressWarnings("UnusedVariable") // read through its handle
  private @Nullable Thread thread;

  private volatile @Nullable CompletionStage<Verdict> stage;
  private boolean extended;

  private static final VarHandle THREAD;

  static {
    try {
      THREAD = MethodHandles.lookup().findVarHandle(Run.class, "thread", Thread.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  Run(Check check, Sink sink, Time time, long nowNanos) {
    super(WAITING);
    this.check = check;
    this.sink = sink;
    this.time = time;
    this.dispatchedNanos = nowNanos;
    this.startedNanos = nowNanos;
    this.deadlineNanos = nowNanos + check.timeoutNanos();
  }

  private static long withoutThread(long word) {
    return word | RELEASED;
  }

  private long phase() {
    return get() & ~RELEASED;
  }

  /** True for the one caller that takes the step. */
  private boolean moves(LongUnaryOperator step) {
    long before = advance(step);
    return step.applyAsLong(before) != before;
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
    long now = phase();
    return now == INTERRUPTING || now == OVERDUE;
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
    if (phase() != WAITING) {
      release(); // timed out while it waited for a thread
      return;
    }
    startedNanos = time.nanoTime();
    thread = Thread.currentThread();
    if (!moves(BEGIN)) {
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
    if (!moves(END)) {
      return;
    }
    long now = time.nanoTime();
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
    return reason.isEmpty() ? verdict : new Verdict(verdict.status(), Causes.reason(reason));
  }

  /** Once, even if an executor runs us twice or a stage completes twice. */
  private void release() {
    if (moves(Run::withoutThread)) {
      sink.released(this);
    }
  }

  /** The interrupt of a timeout is either never sent or already here; in both cases it ends here. */
  private void leaveThread() {
    if (phase() == ENDED) {
      thread = null; // nobody interrupts it any more
      return;
    }
    // first: who interrupts has read it before, and is then seen as interrupting
    THREAD.setVolatile(this, null);
    while (phase() == INTERRUPTING) {
      Thread.onSpinWait();
    }
    if (phase() == OVERDUE) {
      Thread.interrupted();
    }
  }

  /** Takes it back if it never got a thread: then it never will. */
  boolean withdraw() {
    return moves(WITHDRAW);
  }

  /** Ends it by its timeout; true if the timeout won, so that it is the result of this run. */
  boolean expire() {
    if (!moves(INTERRUPT)) {
      return false;
    }
    try {
      Thread running = (Thread) THREAD.getVolatile(this);
      if (running != null) {
        running.interrupt();
      }
    } finally {
      boolean unused = moves(INTERRUPTED);
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
      // where that fails, it ends when it ends, and is stuck until then
      Throwable unused = Guarded.run(() -> pending.toCompletableFuture().cancel(true));
    }
  }

  /** Where it stands; works for virtual threads too. */
  List<StackTraceElement> stack() {
    Thread running = (Thread) THREAD.getVolatile(this);
    return running == null ? List.of() : List.of(running.getStackTrace());
  }
}
