package cnkit.resilience;

import static cnkit.core.internal.Arguments.check;
import static cnkit.core.internal.Arguments.notNegative;
import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.HandOver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Makes calls slow, failing or hanging on purpose, to check in a test or a rehearsal that the limits work. Immutable
 * settings and one counter; safe for use by many threads. A pipeline injects faults only with
 * {@link PipelineBuilder#faults}, and then has a warning about it.
 *
 * <p>The same seed gives the same faults to the same sequence of attempts.
 *
 * <pre>{@code
 * Pipeline.builder("inventory").faults(Faults.seeded(42).withErrors(0.1).withLatency(ofMillis(50)).withHangs(0.01))
 * }</pre>
 */
public final class Faults {
  private final long seed;
  private final double errors;
  private final double hangs;
  private final long latencyNanos;
  private final long hangNanos;
  private final Supplier<? extends RuntimeException> error;
  private final AtomicWord drawn = new AtomicWord(0);

  private Faults(
      long seed,
      double errors,
      double hangs,
      long latencyNanos,
      long hangNanos,
      Supplier<? extends RuntimeException> error) {
    check(errors >= 0.0 && errors <= 1.0, "errors", "0.0..1.0", errors);
    check(hangs >= 0.0 && hangs <= 1.0, "hangs", "0.0..1.0", hangs);
    this.seed = seed;
    this.errors = errors;
    this.hangs = hangs;
    this.latencyNanos = latencyNanos;
    this.hangNanos = hangNanos;
    this.error = error;
  }

  /**
   * No faults yet.
   *
   * @param seed the seed of the random numbers
   * @return faults that change nothing until something is added
   */
  public static Faults seeded(long seed) {
    return new Faults(
        seed,
        0,
        0,
        0,
        Duration.ofMinutes(1).toNanos(),
        () -> new UncheckedIOException(new IOException("injected fault")));
  }

  /**
   * Fails a share of the attempts instead of making the call.
   *
   * @param share 0.0 to 1.0
   * @return a changed copy, which draws anew from the seed
   */
  public Faults withErrors(double share) {
    return new Faults(seed, share, hangs, latencyNanos, hangNanos, error);
  }

  /**
   * Replaces what a failed attempt throws.
   *
   * @param error creates the exception; default an {@link UncheckedIOException}
   * @return a changed copy, which draws anew from the seed
   */
  public Faults withError(Supplier<? extends RuntimeException> error) {
    return new Faults(seed, errors, hangs, latencyNanos, hangNanos, requireNonNull(error, "error"));
  }

  /**
   * Delays each attempt, before the call is made.
   *
   * @param mean the mean delay, up to one day; the delay is uniform between 0.5 and 1.5 times the mean
   * @return a changed copy, which draws anew from the seed
   */
  public Faults withLatency(Duration mean) {
    notNegative("latency", mean);
    return new Faults(seed, errors, hangs, mean.toNanos(), hangNanos, error);
  }

  /**
   * Makes a share of the attempts hang instead of making the call. A synchronous attempt ends when it is interrupted,
   * or after one minute. An asynchronous attempt ends only when it is cancelled.
   *
   * @param share 0.0 to 1.0
   * @return a changed copy, which draws anew from the seed
   */
  public Faults withHangs(double share) {
    return new Faults(seed, errors, share, latencyNanos, hangNanos, error);
  }

  /** What happens to one attempt. */
  record Fault(boolean hang, boolean error, long latencyNanos) {}

  Fault next() {
    long number = drawn.add(1);
    double which = unit(2 * number);
    long latency = (long) (latencyNanos * (0.5 + unit(2 * number + 1)));
    return new Fault(which < hangs, which >= hangs && which < hangs + errors, latency);
  }

  /** SplitMix64, by position: the same whatever thread asks. */
  private double unit(long position) {
    long z = seed + (position + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
  }

  <T, X extends Exception> Call<T, X> before(Call<T, X> body, Time time) {
    return attempt -> {
      Fault fault = next();
      if (fault.hang) {
        time.sleep(Duration.ofNanos(hangNanos));
        throw error.get();
      }
      if (fault.latencyNanos > 0) {
        time.sleep(Duration.ofNanos(fault.latencyNanos));
      }
      if (fault.error) {
        throw error.get();
      }
      return body.run(attempt);
    };
  }

  <T> AsyncCall<T> before(AsyncCall<T> body, Time time, Executor executor) {
    return attempt -> {
      Fault fault = next();
      if (fault.hang) {
        return new CompletableFuture<>();
      }
      if (fault.latencyNanos == 0) {
        return started(fault, body, attempt);
      }
      CompletableFuture<T> later = new CompletableFuture<>();
      HandOver.Scheduled pending =
          HandOver.schedule(time, Duration.ofNanos(fault.latencyNanos), () -> {
            Throwable refused = HandOver.to(executor, () -> pipe(fault, body, attempt, later));
            if (refused != null) {
              later.completeExceptionally(refused);
            }
          });
      if (pending.refused() != null) {
        return CompletableFuture.failedFuture(pending.refused());
      }
      CompletableFuture<T> unused = later.whenComplete((value, thrown) -> pending.cancel());
      return later;
    };
  }

  private <T> CompletionStage<T> started(Fault fault, AsyncCall<T> body, Attempt attempt)
      throws Exception {
    return fault.error ? CompletableFuture.failedFuture(error.get()) : body.start(attempt);
  }

  private <T> void pipe(
      Fault fault, AsyncCall<T> body, Attempt attempt, CompletableFuture<T> later) {
    if (later.isDone()) {
      return; // cancelled meanwhile
    }
    try {
      CompletionStage<T> inner = started(fault, body, attempt);
      CompletionStage<T> unused = inner.whenComplete((value, thrown) -> {
        if (thrown == null) {
          later.complete(value);
        } else {
          later.completeExceptionally(thrown);
        }
      });
      CompletableFuture<T> unusedToo = later.whenComplete((value, thrown) -> {
        if (later.isCancelled()) {
          inner.toCompletableFuture().cancel(true);
        }
      });
    } catch (Throwable t) {
      later.completeExceptionally(t);
    }
  }

  String summary() {
    return "injects faults: " + percent(errors) + " errors, " + percent(hangs) + " hangs, "
        + Duration.ofNanos(latencyNanos) + " latency, seed " + seed;
  }

  private static String percent(double share) {
    return Math.round(share * 1000) / 10.0 + " %";
  }

  @Override
  public String toString() {
    return "Faults[" + summary() + "]";
  }
}
