package cnkit.core.internal;

import java.util.concurrent.atomic.AtomicBoolean;

/** Something that may happen only once: {@link #first()} returns true for exactly one caller. */
public final class Once {
  private final AtomicBoolean taken = new AtomicBoolean();

  /** Nobody has called {@link #first()} yet. */
  public Once() {}

  /** Whether the caller is the first to ask. */
  public boolean first() {
    // the read keeps later callers from writing to a shared cache line
    if (isTaken()) {
      return false;
    }
    Turns.take();
    return taken.compareAndSet(false, true);
  }

  /** Whether {@link #first()} has been called already. */
  public boolean isTaken() {
    Turns.take();
    return taken.get();
  }
}
