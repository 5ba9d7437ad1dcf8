package cnkit.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import cnkit.core.Subscription;
import cnkit.core.internal.SystemTime;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/** Two threads stay in a hot loop and meet in every round; an exact sum at the end. */
class RaceTest {
  private static final int ROUNDS = 20_000;
  private static final int CUT = 10_000;
  private static final int IN_STEP = 10_000;

  @Test
  void exactlyAsManyDifferentValuesPassAsTheLimitSays() {
    int limit = 7;
    long passed = rounds(
        ROUNDS, () -> BoundedValues.of("x", limit, OpenTelemetry.noop()), (values, thread) -> {
          long mine = 0;
          for (int i = 0; i < limit; i++) {
            String value = "v" + (2 * i + thread);
            mine += values.bound(value).equals(value) ? 1 : 0;
          }
          return mine;
        });
    assertEquals((long) limit * ROUNDS, passed);
  }

  @Test
  void aValueThatTwoThreadsBringTakesOnePlace() {
    String[] shared = new String[5_000];
    Arrays.setAll(shared, i -> "v" + i);
    List<BoundedValues> guards = new ArrayList<>();
    // asking again is faster than being the first: whoever is behind catches up, and they meet at
    // many values
    long passed = rounds(
        40,
        () -> {
          guards.add(BoundedValues.of("x", shared.length + 1, OpenTelemetry.noop()));
          return guards.get(guards.size() - 1);
        },
        (values, thread) -> {
          long mine = 0;
          for (String value : shared) {
            mine += values.bound(value).equals(value) ? 1 : 0;
          }
          return mine;
        });
    assertEquals(40L * 2 * shared.length, passed);
    for (BoundedValues values : guards) {
      assertEquals("last", values.bound("last"));
      assertEquals(BoundedValues.OTHER, values.bound("one too many"));
    }
  }

  @Test
  void aCallIsCountedDownByOneOfTheThreadsThatEndIt() {
    try (Recorded recorded = new Recorded()) {
      HttpServerTelemetry http = HttpServerTelemetry.of(recorded.otel());
      long unused = rounds(ROUNDS, () -> http.begin("GET", "/a", name -> null), (call, thread) -> {
        call.end(200);
        return 0;
      });
      assertEquals(
          Map.of("{http.request.method=GET, url.scheme=http}", 0L),
          recorded.series("http.server.active_requests"));
      assertEquals(
          ROUNDS,
          recorded.series("http.server.request.duration").values().stream()
              .mapToLong(Long::longValue)
              .sum());
    }
  }

  @Test
  void anAttemptIsRecordedByOneOfTheThreadsThatEndIt() {
    try (Recorded recorded = new Recorded()) {
      HttpClientTelemetry http = HttpClientTelemetry.of(recorded.otel());
      long unused = rounds(
          ROUNDS, () -> http.begin("GET", "http://a/", (name, value) -> {}), (call, thread) -> {
            if (thread == 0) {
              call.cancel();
            } else {
              call.end(200);
            }
            return 0;
          });
      assertEquals(
          ROUNDS,
          recorded.series("http.client.request.duration").values().stream()
              .mapToLong(Long::longValue)
              .sum());
    }
  }

  @Test
  void ofTwoEqualRequestsAtTheSameTimeOneIsAReplay() {
    try (Recorded recorded = new Recorded()) {
      HttpServerTelemetry http = HttpServerTelemetry.of(recorded.otel());
      AtomicInteger round = new AtomicInteger();
      long unused = rounds(
          IN_STEP,
          Integer.MAX_VALUE, // the table forgets: no thread may run ahead
          () -> "00-0af7651916cd43dd8448eb211c80319c-%016x-00".formatted(round.incrementAndGet()),
          (parent, thread) -> {
            http.begin("GET", "/a", name -> name.equals("traceparent") ? parent : null)
                .end(200);
            return 0;
          });
      assertEquals(
          Map.of("{http.request.method=GET}", (long) IN_STEP),
          recorded.series("cn.http.server.replays"));
    }
  }

  @Test
  void aSubscriptionIsClosedByOneOfTheThreadsThatCloseIt() {
    LongAdder closed = new LongAdder();
    long unused = rounds(
        ROUNDS,
        () -> Signals.subscription(closed::increment),
        (Subscription subscription, Integer thread) -> {
          subscription.close();
          return 0;
        });
    assertEquals(ROUNDS, closed.sum());
  }

  @Test
  void aBodyThatEndsAsItsTimeIsOverIsToldOfOneEnd() {
    LongAdder ends = new LongAdder();
    LongAdder overlaps = new LongAdder();
    long unused = rounds(CUT, () -> new Body(ends, overlaps), (body, thread) -> {
      if (thread == 0) {
        Object unusedEnd = body.exchange.expire();
      } else {
        for (int i = 0; i < 1_000 && !body.ended; i++) {
          body.watched.onNext(List.of());
        }
        body.watched.onComplete();
      }
      return 0;
    });
    assertEquals(CUT, ends.sum());
    assertEquals(0, overlaps.sum());
  }

  /** A reader that counts its ends, and the signals that reach it while another one is under way. */
  private static final class Body implements BodySubscriber<String>, HttpResponse.ResponseInfo {
    final OutboundExchange<String> exchange = new OutboundExchange<>(
        ClientCall.silent(Context.root()),
        "GET somewhere",
        Duration.ofSeconds(1),
        Runnable::run,
        SystemTime.SHARED);
    final BodySubscriber<String> watched;
    private final LongAdder ends;
    private final LongAdder overlaps;
    private final AtomicInteger inside = new AtomicInteger();
    volatile boolean ended;

    Body(LongAdder ends, LongAdder overlaps) {
      this.ends = ends;
      this.overlaps = overlaps;
      watched = exchange.watched(info -> this).apply(this);
    }

    private void signal() {
      if (inside.getAndIncrement() != 0) {
        overlaps.increment();
      }
      for (int i = 0; i < 3; i++) {
        Thread.onSpinWait();
      }
      inside.decrementAndGet();
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
      signal();
    }

    @Override
    public void onError(Throwable thrown) {
      signal();
      ended = true;
      ends.increment();
      overlaps.add(thrown instanceof HttpTimeoutException ? 0 : 1);
    }

    @Override
    public void onComplete() {
      signal();
      ends.increment();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {}

    @Override
    public CompletionStage<String> getBody() {
      return new CompletableFuture<>();
    }

    @Override
    public int statusCode() {
      return 200;
    }

    @Override
    public HttpHeaders headers() {
      return HttpHeaders.of(Map.of(), (name, value) -> true);
    }

    @Override
    public HttpClient.Version version() {
      return HttpClient.Version.HTTP_1_1;
    }
  }

  private interface Round<T> {
    long run(T subject, Integer thread) throws Exception;
  }

  /** All subjects exist before the threads begin; the threads wait for each other before each of them. */
  private static <T> long rounds(int count, Callable<T> subject, Round<T> round) {
    return rounds(count, 1_000, subject, round);
  }

  @SuppressWarnings("ThreadPriorityCheck") // yields only where there is no second core
  private static <T> long rounds(int count, int patience, Callable<T> subject, Round<T> round) {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      List<T> subjects = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        subjects.add(subject.call());
      }
      CyclicBarrier start = new CyclicBarrier(2);
      AtomicInteger arrived = new AtomicInteger();
      List<Callable<Long>> loops = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int thread = i;
        loops.add(() -> {
          start.await();
          long sum = 0;
          for (int n = 0; n < count; n++) {
            arrived.incrementAndGet();
            // gives up where there is no second core for a while
            for (int spins = 0; spins < patience && arrived.get() < 2 * n + 2; spins++) {
              if (spins < 1_000) {
                Thread.onSpinWait();
              } else {
                Thread.yield();
              }
            }
            sum += round.run(subjects.get(n), thread);
          }
          return sum;
        });
      }
      long sum = 0;
      for (Future<Long> loop : pool.invokeAll(loops)) {
        sum += loop.get();
      }
      return sum;
    } catch (Exception e) {
      throw new AssertionError("a thread did not come to its end: " + e, e);
    } finally {
      pool.shutdownNow();
    }
  }
}
