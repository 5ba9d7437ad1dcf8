package cnkit.resilience;

import cnkit.core.internal.AtomicWords;

/**
 * A number that forgets: the sum of what was added within the last span, in buckets. Each cell is one word, [tag 24 |
 * signed count 40], so that adding to a cell of an older bucket replaces it and counts in one step. Amounts may be
 * negative: what turned out not to count is taken back.
 */
final class SlidingCount {
  private static final int COUNT_BITS = 40;
  private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;
  private static final long TAG_MASK = (1L << 24) - 1;
  private static final int BUCKETS = 10;

  private final long originNanos;
  private final long bucketNanos;
  private final AtomicWords cells = new AtomicWords(BUCKETS);

  /** Covers the last {@code (span - bucket, span]} in ten buckets. */
  SlidingCount(long spanNanos, long nowNanos) {
    this.originNanos = nowNanos;
    this.bucketNanos = Math.max(1, spanNanos / BUCKETS);
  }

  private long bucket(long nowNanos) {
    return Math.max(0, nowNanos - originNanos) / bucketNanos;
  }

  void add(int amount, long nowNanos) {
    long bucket = bucket(nowNanos);
    int index = (int) (bucket % BUCKETS);
    long tag = bucket & TAG_MASK;
    cells.advance(index, SlidingCount::added, tag, amount);
  }

  private static long added(long cell, long tag, long amount) {
    long ahead = ((cell >>> COUNT_BITS) - tag) & TAG_MASK;
    // a reader of an older time adds to the newer bucket: time never goes back
    long kept = ahead > BUCKETS ? tag << COUNT_BITS : cell;
    return (kept & ~COUNT_MASK) | ((kept + amount) & COUNT_MASK);
  }

  /** Never negative: what was counted may be gone already when it is taken back. */
  long sum(long nowNanos) {
    return sum(nowNanos, BUCKETS);
  }

  /** Of the last fifth of the span: one bucket, and the one that is being filled. */
  long recent(long nowNanos) {
    return sum(nowNanos, BUCKETS / 5);
  }

  private long sum(long nowNanos, int buckets) {
    long now = bucket(nowNanos) & TAG_MASK;
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      long cell = cells.get(i);
      long age = (now - (cell >>> COUNT_BITS)) & TAG_MASK;
      if (age < buckets || age > TAG_MASK - BUCKETS) {
        sum += cell << (64 - COUNT_BITS) >> (64 - COUNT_BITS);
      }
    }
    return Math.max(0, sum);
  }
}
