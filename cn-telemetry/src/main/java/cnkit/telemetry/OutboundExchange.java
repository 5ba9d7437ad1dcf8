package cnkit.telemetry;

import cnkit.core.Time;
import cnkit.core.internal.AtomicWord;
import cnkit.core.internal.HandOver;
import cnkit.core.internal.Once;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One attempt under way. It ends exactly once, whichever comes first: the body is complete, the exchange
 * fails, the time is over, somebody cancels. {@link ClientCall} takes the first end and ignores the rest.
 *
 * <p>The timer only triggers; what may run user code goes to the executor.
 */
@SuppressWarnings("FutureReturnValueIgnored") // every end is told to the call
final class OutboundExchange<T> {
  private static final long FOREVER = Long.MAX_VALUE / 2;

  private final ClientCall call;
  private final String target;
  private final Duration timeout;
  private final long dueNanos;
  private final boolean bounded;
  private final Executor executor;
  private final Time time;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private volatile CompletableFuture<HttpResponse<T>> answer = new CompletableFuture<>();
  private volatile @Nullable WatchedBody body;
  private volatile boolean expired;

  OutboundExchange(ClientCall call, String target, Duration timeout, Executor executor, Time time) {
    this.time = time;
    this.call = call;
    this.target = target;
    this.timeout = timeout;
    this.bounded = timeout.compareTo(Duration.ofNanos(FOREVER)) < 0;
    this.dueNanos = time.nanoTime() + (bounded ? timeout.toNanos() : FOREVER);
    this.executor = executor;
  }

  void begun(CompletableFuture<HttpResponse<T>> answer) {
    this.answer = answer;
  }

  CompletableFuture<HttpResponse<T>> answer() {
    return answer;
  }

  long nanosLeft() {
    return Math.max(0, dueNanos - time.nanoTime());
  }

  /** Ends the exchange when the time is over, whatever it is doing then. */
  void watch() {
    if (bounded && !over.isDone()) {
      HandOver.Scheduled end =
          HandOver.schedule(time, Duration.ofNanos(nanosLeft()), this::expireOnExecutor);
      over.whenComplete((done, never) -> end.cancel());
    }
  }

  private void expireOnExecutor() {
    if (HandOver.to(executor, this::expire) != null) {
      expire();
    }
  }

  HttpTimeoutException expire() {
    expired = true;
    HttpTimeoutException timeIsOver = timeIsOver();
    call.timeOut();
    answer.cancel(true);
    WatchedBody watched = body;
    if (watched != null) {
      watched.fail(timeIsOver);
    }
    over.complete(null);
    return timeIsOver;
  }

  void cancel() {
    call.cancel();
    answer.cancel(true);
    over.complete(null);
  }

  /** Ends the attempt that failed, before its caller knows; answers what a synchronous caller is thrown. */
  IOException failed(@Nullable Throwable cause) {
    ended(cause);
    if (expired) {
      return timeIsOver();
    }
    if (cause instanceof IOException io) {
      return io;
    }
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IOException(target, cause);
  }

  CompletableFuture<HttpResponse<T>> completedOn(Executor callers) {
    var result = new Result();
    answer
        .whenCompleteAsync(
            (response, failure) -> {
              if (failure == null) {
                result.complete(response);
              } else {
                fail(result, failure);
              }
            },
            callers)
        .whenComplete((response, failure) -> {
          if (!result.isDone() && failure != null) {
            fail(result, failure); // the executor refused
          }
        });
    return result;
  }

  private void fail(CompletableFuture<?> result, Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    ended(cause);
    result.completeExceptionally(expired || cause == null ? timeIsOver() : cause);
  }

  BodyHandler<T> watched(BodyHandler<T> handler) {
    return info -> {
      call.protocolVersion(info.version().name());
      var watched = new WatchedBody(handler.apply(info), info.statusCode());
      body = watched;
      if (expired) {
        watched.fail(timeIsOver());
      }
      return watched;
    };
  }

  private void ended(@Nullable Throwable cause) {
    if (cause instanceof HttpTimeoutException) {
      call.timeOut();
    } else if (cause == null || cause instanceof CancellationException) {
      call.cancel();
    } else {
      call.fail(cause);
    }
    over.complete(null);
  }

  private HttpTimeoutException timeIsOver() {
    return new HttpTimeoutException(target + ": not answered in full within " + timeout);
  }

  /** What the caller holds: cancelling it closes the exchange. */
  private final class Result extends CompletableFuture<HttpResponse<T>> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      boolean cancelled = super.cancel(mayInterruptIfRunning);
      if (cancelled) {
        OutboundExchange.this.cancel();
      }
      return cancelled;
    }
  }

  /**
   * Sees the end of the body, and can bring it about. Signals to the reader must not overlap, but may
   * nest (a request within onSubscribe can deliver at once): {@code busy} counts those under way, and
   * the failure is delivered by whoever finds, or leaves, none of them.
   */
  private final class WatchedBody implements BodySubscriber<T>, Flow.Subscription {
    private static final int FAILED = 1 << 30;

    private final BodySubscriber<T> reader;
    private final int status;
    private final AtomicWord busy = new AtomicWord(0);
    private final Once done = new Once();
    private volatile Flow.@Nullable Subscription source;
    private volatile @Nullable HttpTimeoutException failure;

    WatchedBody(BodySubscriber<T> reader, int status) {
      this.reader = reader;
      this.status = status;
    }

    @Override
    public CompletionStage<T> getBody() {
      return reader.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      source = subscription;
      if (failure != null) {
        subscription.cancel();
      }
      signal(() -> reader.onSubscribe(this));
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
      signal(() -> reader.onNext(item));
    }

    @Override
    public void onError(Throwable thrown) {
      signal(() -> {
        if (done.first()) {
          end(thrown);
          HttpTimeoutException timeIsOver = failure;
          // closing the connection is answered with an error of its own, which tells nothing of why
          reader.onError(timeIsOver == null ? thrown : timeIsOver);
        }
      });
    }

    @Override
    public void onComplete() {
      signal(() -> {
        if (done.first()) {
          end(null);
          HttpTimeoutException timeIsOver = failure;
          if (timeIsOver == null) {
            reader.onComplete();
          } else {
            reader.onError(timeIsOver); // where the body ends with the connection, we ended it
          }
        }
      });
    }

    @Override
    public void request(long n) {
      Flow.Subscription from = source;
      if (from != null) {
        from.request(n);
      }
    }

    /** The reader has had enough. */
    @Override
    public void cancel() {
      Flow.Subscription from = source;
      if (from != null) {
        from.cancel();
      }
      end(null);
    }

    private void end(@Nullable Throwable thrown) {
      if (thrown == null) {
        call.end(status);
      } else {
        call.end(status, thrown);
      }
      over.complete(null);
    }

    void fail(HttpTimeoutException timeIsOver) {
      failure = timeIsOver;
      Flow.Subscription from = source;
      if (from != null) {
        from.cancel();
      }
      if (busy.advance(n -> n | FAILED) == 0) {
        deliverFailure(timeIsOver);
      }
    }

    private void signal(Runnable signal) {
      if (busy.add(1) < FAILED) {
        signal.run();
      }
      HttpTimeoutException timeIsOver = failure;
      if (busy.add(-1) == FAILED + 1 && timeIsOver != null) {
        deliverFailure(timeIsOver);
      }
    }

    private void deliverFailure(HttpTimeoutException timeIsOver) {
      if (done.first()) {
        reader.onError(timeIsOver);
      }
    }
  }
}
