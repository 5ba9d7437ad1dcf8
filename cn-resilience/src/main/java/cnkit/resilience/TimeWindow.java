package cnkit.resilience;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The results of the last W, in B buckets. Each cell is one word that names its bucket: [tag 24 | calls 20 | bad 20].
 * Adding to a cell of an older bucket replaces it and counts in one step, so there is no rotation that could race with
 * a result, and idle time costs nothing. A thread whose clock reading is older than the cell's bucket adds there: time
 * never goes back. Threads write to stripes of their own; reading sums all cells whose tag lies in the window.
 *
 * <p>Covers the last (W - bucket, W]. A cell counts up to 1,048,575 and then stands still. A cell that nobody touches
 * for 2^24 buckets (194 days at 1 s) could be read once as if it were fresh.
 */
final class TimeWindow implements Window {
  private static final int PAD = 16;
  private static final int COUNT_BITS = 20;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;
  private static final long TAG_MASK = (1L << 24) - 1;
  private static final long ONE_CALL = 1L << COUNT_BITS;

  private final long originNanos;
  private final long spanNanos;
  private final long bucketNanos;
  private final int buckets;
  private final int stripeMask;
  private final int stride;
  private final AtomicLongArray results;
  /** Slow calls in the "bad" field of each cell; empty without a rule about them. */
  private final AtomicLongArray slowCalls;

  private final Runnable onStore;

  TimeWindow(
      BreakerSettings.Window.Time time,
      boolean slowRule,
      long nowNanos,
      int stripes,
      Runnable onStore) {
    this.originNanos = nowNanos;
    this.spanNanos = time.span().toNanos();
    this.bucketNanos = time.bucket().toNanos();
    this.buckets = (int) (spanNanos / bucketNanos);
    this.stripeMask = stripes - 1;
    this.stride = buckets + PAD;
    this.results = new AtomicLongArray(stripes * stride + PAD);
    this.slowCalls = new AtomicLongArray(slowRule ? stripes * stride + PAD : 0);
    this.onStore = onStore;
  }

  static int stripesHere() {
    return Integer.highestOneBit(Math.min(8, 2 * Runtime.getRuntime().availableProcessors() - 1));
  }

  @Override
  public void record(boolean failed, boolean slow, long nowNanos) {
    onStore.run();
    long bucket = Math.max(0, nowNanos - originNanos) / bucketNanos;
    add(results, bucket, failed ? ONE_CALL + 1 : ONE_CALL);
    if (slow && slowCalls.length() > 0) {
      add(slowCalls, bucket, 1);
    }
  }

  private void add(AtomicLongArray cells, long bucket, long amount) {
    int stripe = (int) Thread.currentThread().getId() & stripeMask;
    int index = PAD + stripe * stride + (int) (bucket % buckets);
    long tag = bucket & TAG_MASK;
    while (true) {
      long cell = cells.get(index);
      long ahead = ((cell >>> (2 * COUNT_BITS)) - tag) & TAG_MASK;
      long next =
          ahead > buckets ? tag << (2 * COUNT_BITS) : cell; // an older bucket's cell starts anew
      if (((next >>> COUNT_BITS) & COUNT_MASK) == COUNT_MASK || (next & COUNT_MASK) == COUNT_MASK) {
        return;
      }
      if (cells.compareAndSet(index, cell, next + amount)) {
        return;
      }
    }
  }

  @Override
  public Tally tally(long nowNanos) {
    long now = (Math.max(0, nowNanos - originNanos) / bucketNanos) & TAG_MASK;
    long calls = 0;
    long failures = 0;
    long slow = 0;
    for (int stripe = 0; stripe <= stripeMask; stripe++) {
      for (int i = 0; i < buckets; i++) {
        int index = PAD + stripe * stride + i;
        long cell = results.get(index);
        if (isInside(cell, now)) {
          calls += (cell >>> COUNT_BITS) & COUNT_MASK;
          failures += cell & COUNT_MASK;
        }
        if (slowCalls.length() > 0 && isInside(slowCalls.get(index), now)) {
          slow += slowCalls.get(index) & COUNT_MASK;
        }
      }
    }
    return new Tally((int) calls, (int) failures, (int) slow);
  }

  private boolean isInside(long cell, long now) {
    long age = (now - (cell >>> (2 * COUNT_BITS))) & TAG_MASK;
    return age < buckets
        || age > TAG_MASK - buckets; // the latter: written by a thread that read the clock later
  }

  @Override
  public boolean isFull(long nowNanos) {
    return nowNanos - originNanos >= spanNanos;
  }
}
