package cnkit.core.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/*
 * One immutable state behind one reference. The compareAndSet that succeeds IS the transition; it has volatile effect, so
 * whoever reads the new state also sees all that its writer did before. A lost race starts again from the winner's state,
 * hence transitions may run many times and must be pure. This class never runs user code.
 */
/** An immutable value that several threads replace: the read-compute-compareAndSet loop exists here and nowhere else. */
public class AtomicState<S> {
  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(AtomicState.class, "state", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final BiConsumer<? super S, ? super S> committed;
  private volatile S state;

  /** Starts at the given state. */
  public AtomicState(S initial) {
    this(initial, (before, after) -> {});
  }

  /** Starts at the given state and tells of each transition, after it, on the thread that made it. */
  public AtomicState(S initial, BiConsumer<? super S, ? super S> committed) {
    this.state = initial;
    this.committed = committed;
  }

  /** The present state. */
  public final S get() {
    Turns.take();
    return state;
  }

  /** Replaces the state by what the pure function makes of it; the same instance means no change. The state after it. */
  public final S advance(UnaryOperator<S> transition) {
    return advance(transition, (before, after) -> after);
  }

  /** As {@link #advance(UnaryOperator)}, and answers with what the function makes of the states before and after. */
  public final <R> R advance(
      UnaryOperator<S> transition, BiFunction<? super S, ? super S, ? extends R> result) {
    while (true) {
      S before = get();
      S after = transition.apply(before);
      if (after == before) {
        return result.apply(before, before); // no write: the healthy path stays a shared read
      }
      Turns.take();
      if (STATE.compareAndSet(this, before, after)) {
        committed.accept(before, after);
        return result.apply(before, after);
      }
    }
  }
}
