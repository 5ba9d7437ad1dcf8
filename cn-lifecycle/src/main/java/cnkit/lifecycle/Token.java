package cnkit.lifecycle;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work in flight, with a name and an age. Closing it ends the work. Closing it again does nothing. Safe
 * for use by many threads: it may be opened by one thread and closed by another.
 */
public final class Token implements AutoCloseable {
  /** The slot of a probe: outside of every count. */
  static final int PROBE = (1 << 28) - 1;

  static final int CLOSED = 1 << 30;
  private static final int CANCELLED = 1 << 29;
  private static final int FLAGS = CLOSED | CANCELLED;

  // 48 bytes in all with compressed references; the neighbours are guarded by the bucket
  @Nullable
  Token previous;

  @Nullable
  Token next;

  private final InFlight owner;
  private final String label;
  private final @Nullable Thread opener;
  private final long openedNanos;
  private volatile @Nullable Runnable onCancel;
  // the slot and the flags in one word; changed under the lock of the bucket, read without it
  volatile int word;

  Token(InFlight owner, String label, long openedNanos, int slot) {
    this.owner = owner;
    this.label = label;
    this.openedNanos = openedNanos;
    this.opener = slot < 0 ? null : Thread.currentThread();
    this.word = slot;
  }

  /**
   * Whether the work must not begin, because the intake is closed.
   *
   * @return whether it was rejected; closing a rejected token does nothing
   */
  public boolean refused() {
    return word == InFlight.REFUSED;
  }

  /**
   * The name of the work, for people.
   *
   * @return the label; empty for a rejected token
   */
  public String label() {
    return label;
  }

  /**
   * How long the work has been in flight.
   *
   * @return the age now; zero for a rejected token
   */
  public Duration age() {
    return refused() ? Duration.ZERO : owner.age(this);
  }

  Duration age(long now) {
    return Duration.ofNanos(now - openedNanos);
  }

  /**
   * Sets a callback that ends the work. It runs at most once: at the deadline of the drain, when the shutdown is
   * forced, for a {@link WorkKind#STREAM} during the drain, or at once if one of these has happened already. It never
   * runs after the token was closed.
   *
   * @param cancel ends the work; may throw, may block for a moment
   * @return this token
   */
  public Token onCancel(Runnable cancel) {
    if (refused()) {
      return this;
    }
    onCancel = cancel;
    if ((word & FLAGS) == CANCELLED) {
      runCancel();
    }
    return this;
  }

  /**
   * Whether the work was asked to end.
   *
   * @return whether it should stop
   */
  public boolean cancelled() {
    int now = word;
    return now >= 0 && (now & CANCELLED) != 0;
  }

  /** Ends the work. */
  @Override
  public void close() {
    if (!refused() && !isClosed() && owner.mark(this, CLOSED, CLOSED)) {
      onCancel = null;
      if (slot() != PROBE) {
        owner.exit(slot());
      }
    }
  }

  int slot() {
    return word & ~FLAGS;
  }

  boolean isClosed() {
    return (word & CLOSED) != 0;
  }

  WorkKind kind() {
    return InFlight.kindOf(slot());
  }

  Optional<Thread> opener() {
    return Optional.ofNullable(opener);
  }

  /** Marks it as told to end; false if it was already, or has ended. */
  boolean markCancelled() {
    return !refused() && owner.mark(this, CANCELLED, FLAGS);
  }

  void cancel() {
    if (markCancelled()) {
      runCancel();
    }
  }

  /** Runs the callback, unless it has run: taking it is one step. */
  void runCancel() {
    Runnable cancel;
    synchronized (this) {
      cancel = onCancel;
      onCancel = null;
    }
    if (cancel != null && (word & CLOSED) == 0) {
      cancel.run();
    }
  }
}
