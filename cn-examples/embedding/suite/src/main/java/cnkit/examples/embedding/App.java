package cnkit.examples.embedding;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;

import cnkit.health.Check;
import cnkit.health.Health;
import cnkit.health.Verdict;
import cnkit.lifecycle.InFlight;
import cnkit.telemetry.Correlation;
import cnkit.telemetry.HttpServerTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.MDC;

/**
 * The small application that every server embeds. A leaf binds {@link #answer} and {@link #later} to its server's way of
 * handling, and hands health, what is in flight and the telemetry to its glue.
 */
public final class App implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "app");
    thread.setDaemon(true);
    return thread;
  });
  private final Executor carrying = Correlation.carrying((Executor) threads);
  private final Semaphore held = new Semaphore(0);
  private final AtomicInteger calls = new AtomicInteger();
  private final InFlight inFlight = new InFlight();
  private final HttpServerTelemetry telemetry;
  private final Health health;
  private volatile Verdict database = Verdict.up();

  App(OpenTelemetry otel) {
    telemetry = HttpServerTelemetry.of(otel);
    health = Health.builder()
        .check(Check.critical("database", () -> database)
            .every(ofMillis(20))
            .timeout(ofMillis(20))
            .stalePeriods(1000))
        .check(Check.optional("cache", Verdict::up).every(ofSeconds(10)))
        .build();
  }

  public Health health() {
    return health;
  }

  public InFlight inFlight() {
    return inFlight;
  }

  public HttpServerTelemetry telemetry() {
    return telemetry;
  }

  /** The template of a path, for servers without a router; empty when nothing is there. */
  public static String route(String path) {
    String first = path.split("/", 3)[1];
    return switch (first) {
      case "orders", "status" -> "/" + first + "/{id}";
      case "work", "hold", "trace", "fail" -> path;
      case "work-later", "hold-later", "trace-later", "fail-later" -> path;
      default -> "";
    };
  }

  /** Whether a target is to be handled asynchronously, where the server can do both. */
  public static boolean isLater(String target) {
    return target.startsWith("-later", target.indexOf('-'));
  }

  /**
   * Answers when the work is done.
   *
   * @param target path and query
   * @throws IllegalStateException on {@code /fail}, as a handler with a bug would
   */
  public Answer answer(String target) {
    calls.incrementAndGet();
    String[] parts = target.replace("-later", "").split("[/?]", 4);
    try {
      return switch (parts[1]) {
        case "work" -> {
          TimeUnit.MILLISECONDS.sleep(Integer.parseInt(parts[2].replace("ms=", "")));
          yield new Answer(200, "worked");
        }
        case "hold" -> new Answer(held.tryAcquire(30, TimeUnit.SECONDS) ? 200 : 504, "held");
        case "trace" -> new Answer(200, String.valueOf(MDC.get(Correlation.TRACE_ID)));
        case "orders" -> new Answer(200, "order " + parts[2]);
        case "status" -> new Answer(Integer.parseInt(parts[2]), "as asked");
        case "fail" -> throw new IllegalStateException("a bug in the handler");
        default -> new Answer(404, "nothing here");
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(503, "cut");
    }
  }

  /** Answers from another thread, with the context of the one that asked. */
  public CompletionStage<Answer> later(String target) {
    return CompletableFuture.supplyAsync(() -> answer(target), carrying);
  }

  /** What a stage that failed was failed with. */
  public static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /** How often the application was asked; a refused request never gets here. */
  public int calls() {
    return calls.get();
  }

  /** Lets one request to {@code /hold} go on. */
  public void release() {
    held.release();
  }

  void database(Verdict verdict) {
    database = verdict;
  }

  @Override
  public void close() {
    health.close();
    threads.shutdownNow();
  }
}
