package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.AtomicWords;

/**
 * The last N outcomes for N above 62. Each recorder takes the next slot, exchanges its content, and adds the difference
 * to one packed sum: wait-free, and the sum equals the ring whenever nobody is between those two steps. A decision may
 * therefore miss as many results as there are recorders at that moment, never more. A good result for a full window of
 * good ones changes nothing and writes nothing.
 */
final class RingWindow implements Window {
  private static final int EMPTY = 0;
  private static final int GOOD = 1;
  private static final int FAILED = 2;
  private static final int SLOW = 4;

  // the packed sum: 21 bits each for calls, failures, slow calls; a difference borrows and carries
  // correctly
  private static final int BITS = 21;
  private static final long MASK = (1L << BITS) - 1;
  private static final long ONE_CALL = 1L;
  private static final long ONE_FAILURE = 1L << BITS;
  private static final long ONE_SLOW = 1L << (2 * BITS);

  private final AtomicWords slots;
  private final AtomicWord head = new AtomicWord(0);
  private final AtomicWord sum = new AtomicWord(0);

  RingWindow(int size) {
    this.slots = new AtomicWords(size);
  }

  @Override
  public void record(boolean failed, boolean slow, long nowNanos) {
    if (!failed && !slow && sum.get() == slots.length()) {
      return; // only good calls, and as many as fit
    }
    long now = GOOD | (failed ? FAILED : 0) | (slow ? SLOW : 0);
    long before =
        slots.advance((int) (head.add(1) % slots.length()), (slot, next, none) -> next, now, 0);
    long difference = weight(now) - weight(before);
    if (difference != 0) {
      sum.add(difference);
    }
  }

  @Override
  public void recordGood(Time time) {
    record(false, false, 0);
  }

  private static long weight(long slot) {
    return slot == EMPTY
        ? 0
        : ONE_CALL + ((slot & FAILED) == 0 ? 0 : ONE_FAILURE) + ((slot & SLOW) == 0 ? 0 : ONE_SLOW);
  }

  @Override
  public Tally tally(long nowNanos) {
    long now = sum.get();
    return new Tally(
        (int) (now & MASK), (int) ((now >>> BITS) & MASK), (int) ((now >>> (2 * BITS)) & MASK));
  }

  @Override
  public boolean isFull(long nowNanos) {
    return (sum.get() & MASK) >= slots.length();
  }
}
