package cnkit.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every state that small limiters, limits and budgets can reach, beside the plainest model of each. */
class LimitSearchTest {
  private static final long START = Long.MAX_VALUE - 20;

  private record Bucket(long level, long tat, long now, int taken) {}

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "2,3", "3,2", "5,4"})
  void theCellRateIsATokenBucketInEveryState(long interval, int burst) {
    long tolerance = (burst - 1) * interval;
    long capacity = burst * interval;
    Set<String> seen = new HashSet<>();
    ArrayDeque<Bucket> next = new ArrayDeque<>();
    next.add(new Bucket(capacity, START, START, 0));
    int grants = 0;
    while (!next.isEmpty()) {
      Bucket b = next.remove();
      long debt = Math.max(0, b.tat - b.now);
      assertEquals(capacity - debt, b.level, () -> "the bucket and the number differ: " + b);
      if (!seen.add(debt + " " + b.taken)) {
        continue;
      }
      next.add(new Bucket(Math.min(capacity, b.level + 1), b.tat, b.now + 1, b.taken));
      for (int n = 1; n <= burst; n++) {
        long wait = Gcra.waitNanos(b.tat, b.now, n, interval, tolerance);
        assertEquals(b.level >= n * interval, wait <= 0);
        if (wait <= 0) {
          grants++;
          assertTrue(b.level - n * interval >= 0, "more was granted than there was");
          next.add(new Bucket(
              b.level - n * interval,
              Gcra.advance(b.tat, b.now, n, interval),
              b.now,
              Math.min(burst, b.taken + n)));
        } else {
          // exact: granted then, and not a tick before
          assertTrue(Gcra.waitNanos(b.tat, b.now + wait, n, interval, tolerance) <= 0);
          assertTrue(Gcra.waitNanos(b.tat, b.now + wait - 1, n, interval, tolerance) > 0);
        }
      }
      if (b.taken > 0) {
        next.add(new Bucket(
            Math.min(capacity, b.level + interval),
            Gcra.giveBack(b.tat, b.now, 1, interval),
            b.now,
            b.taken - 1));
      }
    }
    assertTrue(grants > 0);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,4", "2,5", "3,3"})
  void anAdaptiveLimitStaysInItsBoundsInEveryState(int min, int max) {
    AdaptiveLimitSettings s = AdaptiveLimitSettings.between(min, max).withDecrease(0.5);
    Set<Long> seen = new HashSet<>();
    ArrayDeque<Long> next = new ArrayDeque<>();
    next.add(Aimd.of(0, 0, s.initial(), 0));
    while (!next.isEmpty()) {
      long word = next.remove();
      if (!seen.add(word) || Aimd.epoch(word) > 6) {
        continue;
      }
      int limit = Aimd.limit(word);
      assertTrue(limit >= min && limit <= max);
      assertTrue(Aimd.credits(word) < limit, "a whole window of credits is a raise");
      if (Aimd.hasRoom(word)) {
        long entered = Aimd.entered(word);
        assertTrue(Aimd.inFlight(entered) <= limit);
        next.add(entered);
      }
      if (Aimd.inFlight(word) > 0) {
        for (Handling handling : Handling.values()) {
          for (int admittedIn : new int[] {Aimd.epoch(word), Aimd.epoch(word) - 1}) {
            long left = Aimd.left(word, s, admittedIn, handling);
            assertEquals(Aimd.inFlight(word) - 1, Aimd.inFlight(left), "one permit each");
            assertTrue(Aimd.limit(left) <= limit + 1);
            if (Aimd.limit(left) != limit || Aimd.epoch(left) != Aimd.epoch(word)) {
              assertTrue(handling == Handling.SUCCESS
                  || (handling == Handling.FAILURE && admittedIn == Aimd.epoch(word)));
            }
            next.add(left);
          }
        }
      }
    }
    assertTrue(seen.size() > 5);
    assertEquals(
        0,
        Aimd.epoch(Aimd.left(Aimd.of(65_535, 0, 3, 1), s, 65_535, Handling.FAILURE)),
        "it wraps");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.0, 0.1, 0.3, 0.999999, 1.0, 2.5})
  void aBudgetNeverGrantsWhatWasNotEarned(double ratio) {
    long deposit = BudgetRule.deposit(ratio);
    assertTrue(deposit <= ratio * BudgetRule.COST + 1e-3, "rounded up");
    long cap = 3 * BudgetRule.COST;
    Set<Long> seen = new HashSet<>();
    ArrayDeque<Long> next = new ArrayDeque<>();
    next.add(cap);
    while (!next.isEmpty() && seen.size() < 20_000) {
      long saved = next.remove();
      if (!seen.add(saved)) {
        continue;
      }
      assertTrue(saved >= 0 && saved <= cap);
      long earned = BudgetRule.afterFirstAttempt(saved, deposit, cap);
      assertTrue(earned - saved <= deposit && earned >= saved);
      next.add(earned);
      long left = BudgetRule.afterRetry(saved);
      assertEquals(saved - BudgetRule.COST, left);
      if (left >= 0) {
        next.add(left);
        assertEquals(saved, BudgetRule.afterFirstAttempt(left, BudgetRule.COST, cap), "refund");
      }
    }
  }

  @Test
  void retriesInFlightNeverExceedTheShareInAnyState() {
    for (int atLeast = 0; atLeast <= 2; atLeast++) {
      Set<Long> seen = new HashSet<>();
      ArrayDeque<Long> next = new ArrayDeque<>();
      next.add(0L);
      while (!next.isEmpty()) {
        long word = next.remove();
        if (!seen.add(word)) {
          continue;
        }
        long calls = word >>> 32;
        int retries = BudgetRule.retries(word);
        if (calls < 12) {
          next.add(word + BudgetRule.ONE_CALL);
        }
        if (calls > 0) {
          next.add(word - BudgetRule.ONE_CALL);
        }
        long allowed = BudgetRule.allowed(word, 0.25, atLeast);
        assertEquals(Math.max(atLeast, calls / 4), allowed);
        if (retries < allowed) {
          next.add(word + 1);
        }
        if (retries > 0) {
          next.add(word - 1);
        }
        // calls may end before the retries that they allowed, never the other way round
        assertTrue(retries <= Math.max(atLeast, 12 / 4), () -> retries + " of " + calls);
      }
    }
  }

  @Test
  void tokensThatExpireAreSpentOldestFirstInEveryState() {
    Set<TokenBuckets> seen = new HashSet<>();
    record Node(TokenBuckets tokens, long bucket) {}
    ArrayDeque<Node> next = new ArrayDeque<>();
    next.add(new Node(TokenBuckets.empty(3), 0));
    while (!next.isEmpty()) {
      Node n = next.remove();
      if (n.bucket > 7 || !seen.add(n.tokens)) {
        continue;
      }
      long available = n.tokens.available(n.bucket);
      assertTrue(n.tokens.available(n.bucket + 1) <= available, "time makes no tokens");
      assertEquals(0, n.tokens.available(n.bucket + 3), "and in the end none is left");
      next.add(new Node(n.tokens.deposit(n.bucket + 1, 0), n.bucket + 1));
      if (available < 6) {
        TokenBuckets more = n.tokens.deposit(n.bucket, 2);
        assertEquals(available + 2, more.available(n.bucket));
        next.add(new Node(more, n.bucket));
      }
      TokenBuckets less = n.tokens.withdraw(n.bucket, 3);
      assertEquals(available >= 3 ? available - 3 : available, less.available(n.bucket));
      if (available >= 3) {
        assertEquals(
            Math.max(
                0,
                n.tokens.available(n.bucket + 1)
                    - Math.max(0, 3 - (available - n.tokens.available(n.bucket + 1)))),
            less.available(n.bucket + 1),
            "what expires first is spent first");
      }
      next.add(new Node(less, n.bucket));
    }
    assertTrue(seen.size() > 100, seen.size() + " states");
  }
}
