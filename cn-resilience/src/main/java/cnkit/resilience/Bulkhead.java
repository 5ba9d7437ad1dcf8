package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.AtomicWords;
import cnkit.core.internal.HandOver;
import cnkit.core.internal.Once;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of concurrent calls. Safe for use by many threads; no thread ever waits; several pipelines may
 * share one. The limit is exact: there are never more permits in use, and a free permit is always found. With a queue
 * ({@link #queued}), a limited number of asynchronous calls wait for a limited time. Synchronous calls are always
 * rejected at once.
 *
 * <pre>{@code
 * Bulkhead bulkhead = Bulkhead.of("reports", 8);
 * Optional<Bulkhead.Permit> permit = bulkhead.tryAcquire();
 * if (permit.isPresent()) {
 *   try (Bulkhead.Permit p = permit.get()) {
 *     render();
 *   }
 * }
 * }</pre>
 */
public final class Bulkhead {
  /*
   * Permits rest in stripes, one cache line pair each, and return to the stripe that they came from, so threads meet
   * only when their own stripe is empty. A stripe's word: how many were ever returned to it (high 32 bits), and how
   * many rest in it (low 32 bits). Whoever finds all stripes empty looks again: if no stripe has had a return in
   * between, then there was a moment at which all were empty, and the refusal is right.
   *
   * A shrinking leaves a debt: permits that come back, or are found by whoever enters next, pay it first.
   */
  private static final int PAD =
      16; // longs: 128 bytes, two lines, since the prefetcher fetches pairs
  private static final long RETURNED = (1L << 32) + 1;
  private static final int MOST_STRIPES = 64;

  private final String name;
  private final int mask;
  private final AtomicWords stripes;
  private final AtomicWord debt = new AtomicWord(0);
  private final AtomicWord limit;
  private volatile Evidence.Full full;
  private final @Nullable WaitingLine line;

  Bulkhead(String name, int limit, int stripeCount) {
    this(name, limit, stripeCount, 0, 0);
  }

  Bulkhead(String name, int limit, int stripeCount, int places, long mostNanos) {
    check(limit >= 1 && limit <= 1_000_000, "bulkhead", "1..1000000", limit);
    this.name = Arguments.name(name);
    this.mask = stripeCount - 1;
    this.stripes = new AtomicWords((stripeCount + 1) * PAD);
    this.limit = new AtomicWord(limit);
    this.full = new Evidence.Full(name, limit);
    this.line = places > 0 ? new WaitingLine(this, places, mostNanos) : null;
    add(limit);
  }

  /**
   * A bulkhead.
   *
   * @param name for messages and metrics
   * @param limit how many calls at once: 1 to 1,000,000
   * @return a bulkhead with all permits free
   */
  public static Bulkhead of(String name, int limit) {
    return new Bulkhead(name, limit, stripesFor(limit));
  }

  /**
   * A bulkhead with a queue for asynchronous calls, first come, first served.
   *
   * <pre>{@code
   * Bulkhead reports = Bulkhead.queued("reports", 8, 100, Duration.ofSeconds(2));
   * }</pre>
   *
   * @param name for messages and metrics
   * @param limit how many calls at once: 1 to 1,000,000
   * @param places how many may wait: 1 to 1,000,000
   * @param atMost how long a call waits before it is rejected, if its deadline does not come first: above 0 and up to
   *     one day
   * @return a bulkhead with all permits free
   */
  public static Bulkhead queued(String name, int limit, int places, Duration atMost) {
    check(places >= 1 && places <= 1_000_000, "places", "1..1000000", places);
    Arguments.positive("atMost", atMost);
    return new Bulkhead(name, limit, stripesFor(limit), places, atMost.toNanos());
  }

  private static int stripesFor(int limit) {
    int wanted = 2 * Runtime.getRuntime().availableProcessors();
    return Integer.highestOneBit(Math.max(1, Math.min(Math.min(wanted, MOST_STRIPES), limit / 4)));
  }

  /** {@return the name, as given} */
  public String name() {
    return name;
  }

  /** {@return the maximum number of concurrent calls now} */
  public int limit() {
    return (int) limit.get();
  }

  /**
   * The number of permits in use.
   *
   * @return a sum over the stripes; exact if no permit is taken or returned at that moment
   */
  public int inUse() {
    int resting = 0;
    for (int stripe = 0; stripe <= mask; stripe++) {
      resting += resting(stripes.get(index(stripe)));
    }
    return (int) Math.max(0, limit.get() + debt.get() - resting);
  }

  /**
   * Changes the limit without blocking. After a reduction, calls beyond the new limit finish, and no new call enters
   * until the number in use is below the limit.
   *
   * @param newLimit 1 to 1,000,000
   */
  public void resize(int newLimit) {
    check(newLimit >= 1 && newLimit <= 1_000_000, "bulkhead", "1..1000000", newLimit);
    int change = newLimit - (int) limit.advance(before -> newLimit);
    full = new Evidence.Full(name, newLimit);
    if (change > 0) {
      int more = change;
      while (more > 0 && payOne()) {
        more--;
      }
      add(more);
      serveLine();
    } else {
      debt.add(-change);
    }
  }

  /**
   * Asks for a permit, without waiting.
   *
   * @return the permit, or empty if all are in use
   */
  public Optional<Permit> tryAcquire() {
    int stripe = tryEnter();
    return stripe >= 0 ? Optional.of(new Permit(this, stripe)) : Optional.empty();
  }

  /** {@return how many calls wait in the queue; 0 without a queue} */
  public int waiting() {
    return line == null ? 0 : line.waiting();
  }

  /**
   * Asks for a permit, and waits in the queue if there is one. Blocks no thread. Cancelling the future leaves the
   * queue; a permit that arrives after that is returned.
   *
   * @param executor where the future is completed; the caller's
   * @param timer the timer that ends the wait
   * @return completed with the permit, or with a {@link CallRejectedException} of {@link RejectionReason#BULKHEAD_FULL}
   */
  public CompletableFuture<Permit> acquireAsync(Executor executor, Time timer) {
    requireNonNull(executor, "executor");
    CompletableFuture<Permit> result = new CompletableFuture<>();
    int stripe = tryEnter();
    if (stripe >= 0 || line == null) {
      settle(result, executor, stripe, full);
      return result;
    }
    WaitingLine.Joined joined = line.join(
        Long.MAX_VALUE,
        requireNonNull(timer, "timer"),
        granted -> settle(result, executor, granted, full),
        why -> settle(result, executor, -1, why));
    if (joined instanceof WaitingLine.Joined.Waiting place) {
      CompletableFuture<Permit> unused =
          result.whenComplete((p, t) -> place.waiter().leave());
    } else if (joined instanceof WaitingLine.Joined.Refused refused) {
      settle(result, executor, -1, refused.evidence());
    }
    return result;
  }

  private void settle(
      CompletableFuture<Permit> result, Executor executor, int stripe, Evidence why) {
    Throwable refused = HandOver.to(executor, () -> {
      if (stripe < 0) {
        result.completeExceptionally(
            new CallRejectedException(name, RejectionReason.BULKHEAD_FULL, 0, why));
      } else if (!result.complete(new Permit(this, stripe))) {
        exit(stripe);
      }
    });
    if (refused != null) {
      if (stripe >= 0) {
        exit(stripe);
      }
      result.completeExceptionally(refused);
    }
  }

  /** The queue; {@code null} without one. */
  @Nullable
  WaitingLine line() {
    return line;
  }

  /** The stripe to give back to, or -1. */
  int tryEnter() {
    int home = (int) Thread.currentThread().getId() & mask;
    if (resting(take(home)) > 0) {
      if (debt.get() == 0) {
        return home;
      }
      putBack(home);
    }
    return search(home);
  }

  /** Takes a permit if one rests there; the word before. */
  private long take(int stripe) {
    return stripes.advance(index(stripe), (word, none, unused) -> taken(word), 0, 0);
  }

  private int search(int home) {
    long returnsBefore = -1;
    while (true) {
      long returns = 0;
      for (int i = 0; i <= mask; i++) {
        int stripe = (home + i) & mask;
        long word = take(stripe);
        while (resting(word) > 0) {
          if (debt.get() == 0) {
            return stripe;
          }
          putBack(stripe); // pays a debt, or somebody else has just paid the last of it
          word = take(stripe);
        }
        returns += word >>> 32;
      }
      if (returns == returnsBefore) {
        return -1;
      }
      returnsBefore = returns;
    }
  }

  void exit(int stripe) {
    putBack(stripe);
    if (line != null) {
      serveLine();
    }
  }

  /** Gives a permit back without looking who waits. */
  void putBack(int stripe) {
    if (debt.get() > 0 && payOne()) {
      return;
    }
    stripes.add(index(stripe), RETURNED);
  }

  private void serveLine() {
    if (line != null) {
      line.serve();
    }
  }

  private boolean payOne() {
    return debt.advance(Bulkhead::paid) > 0;
  }

  private void add(int permits) {
    int count = mask + 1;
    for (int stripe = 0; stripe < count; stripe++) {
      int share = permits / count + (stripe < permits % count ? 1 : 0);
      stripes.add(index(stripe), share * RETURNED);
    }
  }

  private static int index(int stripe) {
    return (stripe + 1) * PAD;
  }

  private static long taken(long word) {
    return resting(word) > 0 ? word - 1 : word;
  }

  private static long paid(long owed) {
    return owed > 0 ? owed - 1 : owed;
  }

  private static int resting(long word) {
    return (int) word;
  }

  Evidence.Full evidence() {
    return full;
  }

  @Override
  public String toString() {
    return "Bulkhead[" + name + ", " + inUse() + " of " + limit() + " in use]";
  }

  /** The permit of one call; close it when the call has ended, on any thread. Closing it again does nothing. */
  public static final class Permit implements AutoCloseable {
    private final Once closed = new Once();
    private final Bulkhead bulkhead;
    private final int stripe;

    Permit(Bulkhead bulkhead, int stripe) {
      this.bulkhead = bulkhead;
      this.stripe = stripe;
    }

    /** Returns the permit. */
    @Override
    public void close() {
      if (closed.first()) {
        bulkhead.exit(stripe);
      }
    }
  }
}
