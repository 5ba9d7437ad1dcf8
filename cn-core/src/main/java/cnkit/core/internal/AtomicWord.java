package cnkit.core.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongUnaryOperator;

/** A number of 64 bits that several threads replace, as {@link AtomicState} does for objects. */
public class AtomicWord {
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(AtomicWord.class, "word", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A pure step with two arguments: it captures nothing, so a hot path allocates nothing, inlined or not. */
  @FunctionalInterface
  public interface Step {
    /** The word after it; the same number means no change. */
    long apply(long word, long a, long b);
  }

  private volatile long word;

  /** Starts at the given word. */
  public AtomicWord(long initial) {
    this.word = initial;
  }

  /** The present word. */
  public final long get() {
    Turns.take();
    return word;
  }

  /** Adds, and returns the word before. */
  public final long add(long delta) {
    Turns.take();
    return (long) WORD.getAndAdd(this, delta);
  }

  /**
   * Replaces the word by what the pure step makes of it; the same number means no change. Returns the word before: asking
   * the step again tells what came after.
   */
  public final long advance(LongUnaryOperator step) {
    while (true) {
      long before = get();
      long after = step.applyAsLong(before);
      if (after == before) {
        return before;
      }
      Turns.take();
      if (WORD.compareAndSet(this, before, after)) {
        return before;
      }
    }
  }

  /** As the other method, for hot paths. Returns the word before. */
  public final long advance(Step step, long a, long b) {
    while (true) {
      long before = get();
      long after = step.apply(before, a, b);
      if (after == before) {
        return before;
      }
      Turns.take();
      if (WORD.compareAndSet(this, before, after)) {
        return before;
      }
    }
  }
}
