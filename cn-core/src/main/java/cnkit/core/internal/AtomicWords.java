package cnkit.core.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/** Several words of 64 bits in one array, each changed as an {@link AtomicWord} is. */
public final class AtomicWords {
  private final AtomicLongArray words;

  /** That many words, all zero. */
  public AtomicWords(int length) {
    this.words = new AtomicLongArray(length);
  }

  /** How many words there are. */
  public int length() {
    return words.length();
  }

  /** The present word. */
  public long get(int index) {
    Turns.take();
    return words.get(index);
  }

  /** Adds, and returns the word before. */
  public long add(int index, long delta) {
    Turns.take();
    return words.getAndAdd(index, delta);
  }

  /** Writes a word that no other thread writes; readers see what was written before it. */
  public void setRelease(int index, long word) {
    Turns.take();
    words.setRelease(index, word);
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
      if (words.compareAndSet(index, before, after)) {
        return before;
      }
    }
  }
}
