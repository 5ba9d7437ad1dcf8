package cnkit.core.internal;

import java.util.concurrent.atomic.AtomicBoolean;

/** What may happen once only: {@link #first()} is true for exactly one caller. */
public final class Once {
  private final AtomicBoolean taken = new AtomicBoolean();

  /** Nobody has come yet. */
  public Once() {}

  /** Whether the caller is the first to ask. */
  public boolean first() {
    Turns.take();
    // the plain read keeps later callers from writing to a shared cache line
    return !taken.get() && taken.compareAndSet(false, true);
  }

  /** Whether somebody has asked already. */
  public boolean isTaken() {
    Turns.take();
    return taken.get();
  }
}
