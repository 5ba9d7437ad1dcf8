package cnkit.telemetry;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Makes a context current together with {@code trace_id}, {@code span_id} and {@code trace_flags} in
 * SLF4J's MDC, and carries both to other threads. Works without an SDK: the ids are then those that
 * came with the request.
 *
 * <p>Closing a scope puts back what the MDC held before, so that nested scopes, exceptions and pooled
 * threads leave nothing behind. A scope belongs to the thread that opened it; closed elsewhere, or out
 * of order, it changes nothing there. Stages of a {@code CompletableFuture} are not followed: wrap the
 * function, or give the stage a {@linkplain #carrying(Executor) carrying} executor. All methods are
 * safe for use by many threads.
 *
 * <pre>{@code
 * try (Scope scope = Correlation.makeCurrent(context)) {
 *   log.info("has trace_id");
 *   pool.execute(Correlation.wrap(() -> log.info("has it too")));
 * }
 * }</pre>
 */
@SuppressWarnings("try") // a scope is opened for what it does, not to be read
public final class Correlation {
  /** The MDC's key for the trace's id, 32 hexadecimal digits. */
  public static final String TRACE_ID = "trace_id";

  /** The MDC's key for the span's id, 16 hexadecimal digits. */
  public static final String SPAN_ID = "span_id";

  /** The MDC's key for the trace's flags, 2 hexadecimal digits. */
  public static final String TRACE_FLAGS = "trace_flags";

  private Correlation() {}

  /**
   * Makes a context current on this thread and its ids visible to the log.
   *
   * @param context what becomes current; without a span the three keys are absent meanwhile
   * @return closes the scope; to be closed on this thread, inner scopes first
   */
  @SuppressWarnings("MustBeClosedChecker") // handed to the caller, who closes it
  public static Scope makeCurrent(Context context) {
    SpanContext ids = Span.fromContext(requireNonNull(context, "context")).getSpanContext();
    boolean silent = !ids.isValid() && MDC.get(TRACE_ID) == null;
    if (silent) {
      return context == Context.current() ? Scope.noop() : context.makeCurrent();
    }
    return new LoggedScope(context, ids);
  }

  /**
   * Carries the current context into a task.
   *
   * @param task what to run later
   * @return the task, which runs in the context that is current now
   */
  public static Runnable wrap(Runnable task) {
    requireNonNull(task, "task");
    Context context = Context.current();
    return () -> {
      try (Scope ignored = makeCurrent(context)) {
        task.run();
      }
    };
  }

  /**
   * Carries the current context into a task with a result.
   *
   * @param task what to run later
   * @param <T> the type of its result
   * @return the task, which runs in the context that is current now
   */
  public static <T> Callable<T> wrapCallable(Callable<T> task) {
    requireNonNull(task, "task");
    Context context = Context.current();
    return () -> {
      try (Scope ignored = makeCurrent(context)) {
        return task.call();
      }
    };
  }

  /**
   * Carries the current context into a supplier.
   *
   * @param supplier what to ask later
   * @param <T> the type of its result
   * @return the supplier, which runs in the context that is current now
   */
  public static <T> Supplier<T> wrapSupplier(Supplier<T> supplier) {
    requireNonNull(supplier, "supplier");
    Context context = Context.current();
    return () -> {
      try (Scope ignored = makeCurrent(context)) {
        return supplier.get();
      }
    };
  }

  /**
   * Carries the current context into a function, for the stages of a {@code CompletableFuture} for example.
   *
   * @param function what to apply later
   * @param <T> the type of its argument
   * @param <R> the type of its result
   * @return the function, which runs in the context that is current now
   */
  public static <T, R> Function<T, R> wrapFunction(Function<T, R> function) {
    requireNonNull(function, "function");
    Context context = Context.current();
    return argument -> {
      try (Scope ignored = makeCurrent(context)) {
        return function.apply(argument);
      }
    };
  }

  /**
   * An executor whose tasks run in the context that was current when they were handed over.
   *
   * @param executor what runs the tasks
   * @return the carrying executor
   */
  public static Executor carrying(Executor executor) {
    requireNonNull(executor, "executor");
    return task -> executor.execute(wrap(task));
  }

  /**
   * An executor service whose tasks run in the context that was current when they were handed over.
   * Shutting it down shuts down the given one.
   *
   * @param executor what runs the tasks
   * @return the carrying executor service
   */
  public static ExecutorService carrying(ExecutorService executor) {
    return new CarryingExecutor(requireNonNull(executor, "executor"));
  }

  private static void put(String key, @Nullable String value) {
    if (value == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, value);
    }
  }

  private static final class LoggedScope implements Scope {
    private final Thread owner = Thread.currentThread();
    private final Context context;
    private final Scope scope;
    private final @Nullable String traceId = MDC.get(TRACE_ID);
    private final @Nullable String spanId = MDC.get(SPAN_ID);
    private final @Nullable String traceFlags = MDC.get(TRACE_FLAGS);
    private boolean closed;

    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    LoggedScope(Context context, SpanContext ids) {
      this.context = context;
      this.scope = context.makeCurrent();
      put(TRACE_ID, ids.isValid() ? ids.getTraceId() : null);
      put(SPAN_ID, ids.isValid() ? ids.getSpanId() : null);
      put(TRACE_FLAGS, ids.isValid() ? ids.getTraceFlags().asHex() : null);
    }

    @Override
    public void close() {
      // only where, and while, this scope is the innermost one: else it would tear another's ids
      // out
      boolean innermost =
          !closed && Thread.currentThread() == owner && Context.current() == context;
      closed = closed || innermost;
      scope.close();
      if (innermost) {
        put(TRACE_ID, traceId);
        put(SPAN_ID, spanId);
        put(TRACE_FLAGS, traceFlags);
      }
    }
  }

  private static final class CarryingExecutor extends AbstractExecutorService {
    private final ExecutorService executor;

    CarryingExecutor(ExecutorService executor) {
      this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
      executor.execute(wrap(task));
    }

    @Override
    public void shutdown() {
      executor.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return executor.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return executor.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return executor.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return executor.awaitTermination(timeout, unit);
    }
  }
}
