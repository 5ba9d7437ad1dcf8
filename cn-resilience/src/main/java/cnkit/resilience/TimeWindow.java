package cnkit.resilience;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.AtomicWords;

/**
 * The results of the last W, in B buckets. Each cell is one word that names its bucket: [tag 24 | calls 20 | bad 20].
 * Adding to a cell of an older bucket replaces it and counts in one step, so there is no rotation that could race with
 * a result, and idle time costs nothing. A thread whose clock reading is older than the cell's bucket adds there: time
 * never goes back. Reading sums all cells whose tag lies in the window.
 *
 * <p>A few stripes belong to one thread each, the first that came by: it alone writes there, so it needs no atomic step.
 * Threads that found theirs taken share the others.
 *
 * <p>Covers the last (W - bucket, W]. A cell counts up to 1,048,575 and then stands still. A cell that nobody touches
 * for 2^24 buckets (194 days at 1 s) could be read once as if it were fresh.
 */
final class TimeWindow implements Window {
  private static final int PAD = 16;
  private static final int OWNED = 16;
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
  /** The id of the thread that owns a stripe; 0: nobody. */
  private final AtomicWords owners = new AtomicWords(OWNED);

  private final AtomicWords results;
  /** Slow calls in the "bad" field of each cell; empty without a rule about them. */
  private final AtomicWords slowCalls;

  private final AtomicWord.Step adding = this::added;
  /** Where the clock was last seen; immutable, so it needs no order: a stale one costs a division. */
  private Bucket current;

  private record Bucket(long startNanos, long tag, int offset) {}

  TimeWindow(BreakerSettings.Window.Time time, boolean slowRule, long nowNanos, int stripes) {
    this.originNanos = nowNanos;
    this.spanNanos = time.span().toNanos();
    this.bucketNanos = time.bucket().toNanos();
    this.buckets = (int) (spanNanos / bucketNanos);
    this.stripeMask = stripes - 1;
    this.stride = buckets + PAD;
    this.results = new AtomicWords((OWNED + stripes) * stride + PAD);
    this.slowCalls = new AtomicWords(slowRule ? results.length() : 0);
    this.current = new Bucket(nowNanos, 0, 0);
  }

  static int stripesHere() {
    return Integer.highestOneBit(Math.min(8, 2 * Runtime.getRuntime().availableProcessors() - 1));
  }

  @Override
  public void record(boolean failed, boolean slow, long nowNanos) {
    Bucket bucket = bucketAt(nowNanos);
    int stripe = stripe();
    add(results, stripe, bucket, failed ? ONE_CALL + 1 : ONE_CALL);
    if (slow && slowCalls.length() > 0) {
      add(slowCalls, stripe, bucket, 1);
    }
  }

  @Override
  public void recordGood(Time time) {
    // the clock comes first: the processor does the rest while it waits for it
    Bucket bucket = bucketAt(time.nanoTime());
    add(results, stripe(), bucket, ONE_CALL);
  }

  private Bucket bucketAt(long nowNanos) {
    Bucket last = current;
    long inside = nowNanos - last.startNanos;
    if (inside >= 0 && inside < bucketNanos) {
      return last;
    }
    long number = Math.max(0, nowNanos - originNanos) / bucketNanos;
    Bucket found =
        new Bucket(originNanos + number * bucketNanos, number & TAG_MASK, (int) (number % buckets));
    current = found;
    return found;
  }

  /** The calling thread's own stripe if it can have one. */
  private int stripe() {
    long id = Thread.currentThread().getId();
    int home = (int) id & (OWNED - 1);
    long owner = owners.get(home);
    boolean own = owner == id || (owner == 0 && claim(home, id));
    return own ? home : OWNED + ((int) id & stripeMask);
  }

  private boolean claim(int home, long id) {
    return owners.advance(home, (owner, mine, none) -> owner == 0 ? mine : owner, id, 0) == 0;
  }

  private void add(AtomicWords cells, int stripe, Bucket bucket, long amount) {
    int index = PAD + stripe * stride + bucket.offset;
    if (stripe < OWNED) {
      cells.setRelease(index, added(cells.get(index), bucket.tag, amount));
    } else {
      cells.advance(index, adding, bucket.tag, amount);
    }
  }

  private long added(long cell, long tag, long amount) {
    long ahead = ((cell >>> (2 * COUNT_BITS)) - tag) & TAG_MASK;
    // an older bucket's cell starts anew
    long kept = ahead > buckets ? tag << (2 * COUNT_BITS) : cell;
    boolean isFull =
        ((kept >>> COUNT_BITS) & COUNT_MASK) == COUNT_MASK || (kept & COUNT_MASK) == COUNT_MASK;
    return isFull ? cell : kept + amount;
  }

  @Override
  public Tally tally(long nowNanos) {
    long now = (Math.max(0, nowNanos - originNanos) / bucketNanos) & TAG_MASK;
    long calls = 0;
    long failures = 0;
    long slow = 0;
    for (int stripe = 0; stripe <= OWNED + stripeMask; stripe++) {
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
