package cnkit.core.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Several words of 64 bits in one array, each changed as an {@link AtomicWord} is. */
public final class AtomicWords {
  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] words;

  /** That many words, all zero. */
  public AtomicWords(int length) {
    this.words = new long[length];
  }

  /** How many words there are. */
  public int length() {
    return words.length;
  }

  /** The present word. */
  public long get(int index) {
    Turns.take();
    return (long) WORDS.getVolatile(words, index);
  }

  /** Adds, and returns the word before. */
  public long add(int index, long delta) {
    Turns.take();
    return (long) WORDS.getAndAdd(words, index, delta);
  }

  /** Writes a word that no other thread writes; readers see what was written before it. */
  public void setRelease(int index, long word) {
    Turns.take();
    WORDS.setRelease(words, index, word);
  }

  /** As {@link AtomicWord#advance(AtomicWord.Step, long, long)}: returns the word before. */
  public long advance(int index, AtomicWord.Step step, long a, long b) {
    while (true) {
      long before = get(index);
      long after = step.apply(before, a, b);
      if (after == before) {
        return before;
      }
      Turns.take();
      if (WORDS.compareAndSet(words, index, before, after)) {
        return before;
      }
    }
  }
}
