package cnkit.resilience;

import cnkit.core.internal.Pure;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that expire: each rests in the bucket of the time when it was earned, and is gone when that bucket is as old as
 * the span. The oldest are spent first. Immutable; bucket numbers only grow.
 */
@Pure
final class TokenBuckets {
  private final long newest;
  private final long[] amounts;

  private TokenBuckets(long newest, long[] amounts) {
    this.newest = newest;
    this.amounts = amounts;
  }

  static TokenBuckets empty(int buckets) {
    return new TokenBuckets(0, new long[buckets]);
  }

  /** Drops what is expired in that bucket's time; a bucket before the newest counts as the newest. */
  private TokenBuckets at(long bucket) {
    if (bucket <= newest) {
      return this;
    }
    long[] kept = amounts.clone();
    if (bucket - newest >= kept.length) {
      Arrays.fill(kept, 0);
    } else {
      for (long b = newest + 1; b <= bucket; b++) {
        kept[(int) (b % kept.length)] = 0;
      }
    }
    return new TokenBuckets(bucket, kept);
  }

  long available(long bucket) {
    long sum = 0;
    for (long amount : at(bucket).amounts) {
      sum += amount;
    }
    return sum;
  }

  TokenBuckets deposit(long bucket, long amount) {
    TokenBuckets now = at(bucket);
    long[] next = now.amounts.clone();
    next[(int) (now.newest % next.length)] += amount;
    return new TokenBuckets(now.newest, next);
  }

  /** After a withdrawal; itself if there is not enough. */
  TokenBuckets withdraw(long bucket, long cost) {
    if (available(bucket) < cost) {
      return this;
    }
    TokenBuckets now = at(bucket);
    long[] next = now.amounts.clone();
    long left = cost;
    for (int age = next.length - 1; age >= 0 && left > 0; age--) {
      int index = (int) Math.floorMod(now.newest - age, (long) next.length);
      long taken = Math.min(left, next[index]);
      next[index] -= taken;
      left -= taken;
    }
    return new TokenBuckets(now.newest, next);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenBuckets that
        && newest == that.newest
        && Arrays.equals(amounts, that.amounts);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(newest) * 31 + Arrays.hashCode(amounts);
  }

  @Override
  public String toString() {
    return newest + Arrays.toString(amounts);
  }
}
