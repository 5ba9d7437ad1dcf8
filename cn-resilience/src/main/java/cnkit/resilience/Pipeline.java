package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import cnkit.core.Subscription;
import cnkit.core.internal.Arguments;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the calls to one dependency. Safe for use by many threads; starts no thread. The order of the stages is
 * fixed, from the outermost to the innermost: fallback, deadline, retry with budget, hedge, breaker or throttle, rate
 * limit, bulkhead or adaptive limit, per-try timeout, call. The order of the builder's calls does not matter. Stages
 * can be left out, but not reordered.
 *
 * <pre>{@code
 * Pipeline inventory = Pipeline.builder("inventory")
 *     .classifier(Classifier.ofResult(HttpResponse.class, r -> r.statusCode() >= 500 ? FAILURE : SUCCESS))
 *     .deadline(ofSeconds(2)).perTryTimeout(ofMillis(700))
 *     .retry(RetrySettings.exponential(ofMillis(50)).withAttempts(3))
 *     .breaker(Breaker.of("inventory", BreakerSettings.countWindow(50)))
 *     .bulkhead(64)
 *     .build();
 *
 * HttpResponse<String> r = inventory.call(a -> http.send(request(a.remaining()), ofString()));
 * }</pre>
 *
 * <p><b>Time limits are cooperative</b> unless {@link PipelineBuilder#interruptLateCalls} is set. The body can ask
 * how much time is left ({@link Attempt#remaining()}), no attempt is started after the limit, and a late result is
 * marked as late. But a body that ignores the limit is not ended. Asynchronous calls are cancelled at the limit.
 */
public final class Pipeline {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

  private final String name;
  private final Tallies tallies = new Tallies();
  private final List<CallMeter> meters = new CopyOnWriteArrayList<>();
  private final Object replacing = new Object();
  private volatile Plan plan;
  private volatile CallMeter meter = GuardedMeter.NONE;

  Pipeline(PipelineBuilder builder) {
    this.name = builder.stages.name;
    this.plan = new Plan(builder.stages, tallies, null);
    tell(plan);
    builder.stages.meters.forEach(this::attach);
  }

  private void tell(Plan built) {
    built.warnings.forEach(warning -> LOG.warn("Pipeline {}: {}", name, warning));
    LOG.info(
        "Pipeline {}: retries can feed a storm above {} % utilisation",
        name, Math.round(100 * Warnings.stormThreshold(built)));
  }

  /**
   * Replaces the settings without blocking. Calls in flight finish under the old settings; later calls use the new
   * ones. Breakers, throttles, limits and budgets that are given as objects are used as they are. Give the same
   * objects to keep their state; {@link Breaker#change} and similar methods change their settings. A bulkhead given
   * as a number, and budgets that are not given, keep their state. Counters and meters are kept; the builder's meters
   * are ignored.
   *
   * @param settings all new settings, with the same name
   * @throws IllegalArgumentException if the settings contradict each other or the name differs; then nothing changes
   */
  public void replace(PipelineBuilder settings) {
    Arguments.check(settings.stages.name.equals(name), "name", name, settings.stages.name);
    settings.stages.validate();
    Plan next;
    synchronized (replacing) {
      next = new Plan(settings.stages, tallies, plan);
      plan = next;
    }
    tell(next);
  }

  /**
   * Starts to build a pipeline.
   *
   * @param name the name of the dependency, for messages and metrics
   * @return a builder
   */
  public static PipelineBuilder builder(String name) {
    return new PipelineBuilder(name);
  }

  /** {@return the name, as given} */
  public String name() {
    return name;
  }

  /** {@return the breaker; empty if the stage was left out} */
  public Optional<Breaker> breaker() {
    return Optional.ofNullable(plan.breaker);
  }

  /** {@return the bulkhead; empty if the stage was left out} */
  public Optional<Bulkhead> bulkhead() {
    return Optional.ofNullable(plan.bulkhead);
  }

  /** {@return the throttle; empty if the stage was left out} */
  public Optional<Throttle> throttle() {
    return Optional.ofNullable(plan.throttle);
  }

  /** {@return the adaptive limit; empty if the stage was left out} */
  public Optional<AdaptiveLimit> adaptiveLimit() {
    return Optional.ofNullable(plan.adaptive);
  }

  /** {@return the budget of the hedges; empty if there is no hedge stage} */
  public Optional<RetryBudget> hedgeBudget() {
    return Optional.ofNullable(plan.hedgeBudget);
  }

  /** {@return the rate limiter; empty if the stage was left out} */
  public Optional<RateLimiter> rateLimiter() {
    return Optional.ofNullable(plan.limiter);
  }

  /** {@return the retry budget; empty if there is no retry stage, or one without a budget} */
  public Optional<RetryBudget> budget() {
    return Optional.ofNullable(plan.budget);
  }

  /** {@return the counts since the pipeline was built, without plain successes} */
  public Counters counters() {
    return tallies.snapshot();
  }

  /**
   * Settings that are allowed but probably do not do what was meant.
   *
   * @return sentences for a person; empty if there are none
   */
  public List<String> warnings() {
    return plan.warnings;
  }

  /**
   * The utilisation of the dependency above which the retries of this pipeline alone can keep an overload going.
   * Without a budget it is 1/attempts; with a budget it is 1/(1 + ratio), or 1/attempts if that is higher. The
   * budget's {@code floorPerSecond} is not included.
   *
   * @return above 0.0 and up to 1.0; 1.0 means that this cannot happen
   */
  public double stormThreshold() {
    return Warnings.stormThreshold(plan);
  }

  /**
   * Attaches a meter, which is called for every execution from now on. Any number of meters may be attached.
   *
   * @param meter what is told
   * @return a handle; closing it detaches the meter
   */
  public Subscription meter(CallMeter meter) {
    return attach(requireNonNull(meter, "meter"));
  }

  private Subscription attach(CallMeter added) {
    CallMeter guarded = new GuardedMeter(added, plan);
    meters.add(guarded);
    this.meter = MeterGroup.of(meters);
    return () -> {
      meters.remove(guarded);
      this.meter = MeterGroup.of(meters);
    };
  }

  /**
   * Makes a call within the limits of the pipeline.
   *
   * @param body the call; run once per attempt, on this thread
   * @param <T> what it returns
   * @param <X> what it throws
   * @return what the last attempt returned, also if it is classified as a failure, unless
   *     {@link PipelineBuilder#onBadResult} is set
   * @throws X what the last attempt threw: the same instance, unmodified
   * @throws InterruptedException if the body threw it; not retried, and the thread's interrupt flag is set again
   * @throws CallRejectedException if a stage rejected the call, or its deadline has expired
   */
  public <T, X extends Exception> T call(Call<T, X> body) throws X, InterruptedException {
    return call(Deadline.none(), body);
  }

  /**
   * Makes a call within the limits of the pipeline and within the caller's deadline.
   *
   * @param deadline the caller's deadline; the pipeline's own can only shorten it
   * @param body the call; run once per attempt, on this thread
   * @param <T> what it returns
   * @param <X> what it throws
   * @return as {@link #call(Call)}
   * @throws X what the last attempt threw: the same instance, unmodified
   * @throws InterruptedException if the body threw it; not retried, and the thread's interrupt flag is set again
   * @throws CallRejectedException if a stage rejected the call, or its deadline has expired
   */
  public <T, X extends Exception> T call(Deadline deadline, Call<T, X> body)
      throws X, InterruptedException {
    Object end = execute(deadline, body, false);
    // thrown here, where the compiler may see who catches it, and not further down
    return Unchecked.cast(end instanceof Execution x ? x.valueOrThrow() : end);
  }

  /**
   * As {@link #call(Call)}, but every outcome is returned as a value. An exception of the body is a failure,
   * including an {@link Error}.
   *
   * @param body the call; run once per attempt, on this thread
   * @param <T> what it returns
   * @param <X> what it throws
   * @return the outcome; after an interruption the thread's interrupt flag is set
   */
  public <T, X extends Exception> CallOutcome<T> tryCall(Call<T, X> body) {
    return tryCall(Deadline.none(), body);
  }

  /**
   * As {@link #tryCall(Call)}, within the caller's deadline.
   *
   * @param deadline the caller's deadline; the pipeline's own can only shorten it
   * @param body the call; run once per attempt, on this thread
   * @param <T> what it returns
   * @param <X> what it throws
   * @return the outcome
   */
  public <T, X extends Exception> CallOutcome<T> tryCall(Deadline deadline, Call<T, X> body) {
    Object end = execute(deadline, body, true);
    return Unchecked.cast(end instanceof Execution x ? x.outcome() : end);
  }

  /**
   * Makes a call within the limits of the pipeline, with a fallback if the call does not succeed.
   *
   * <pre>{@code
   * Stock stock = inventory.callOrElse(a -> client.stock(sku), outcome -> Stock.UNKNOWN);
   * }</pre>
   *
   * @param body the call; run once per attempt, on this thread
   * @param fallback returns the answer for the call's outcome, which is never a success; must not call a dependency
   *     that is less reliable than this one; its exceptions are thrown
   * @param <T> what the call and the fallback return
   * @param <X> what the body throws
   * @return the value of the call or of the fallback; an {@link Error} is always thrown
   */
  public <T, X extends Exception> T callOrElse(
      Call<T, X> body, Function<? super CallOutcome<T>, ? extends T> fallback) {
    CallOutcome<T> outcome = tryCall(body);
    if (outcome instanceof CallOutcome.Success<T> success) {
      return Unchecked.cast(success.value());
    }
    if (outcome instanceof CallOutcome.Failure<T> failure
        && failure.thrown().orElse(null) instanceof Error error) {
      throw error;
    }
    return fallback.apply(outcome);
  }

  /**
   * As {@link #callOrElse}, but asynchronous: the fallback returns a stage. It runs on the executor.
   *
   * <pre>{@code
   * CompletableFuture<Stock> stock =
   *     inventory.callAsyncOrElse(executor, a -> client.stock(sku), outcome -> cache.lookUp(sku));
   * }</pre>
   *
   * @param executor runs the fallback and starts later attempts; owned by the caller
   * @param body starts the call; called once per attempt
   * @param fallback returns a stage with the answer for the call's outcome, which is never a success; must not call a
   *     dependency that is less reliable than this one. Not called if the returned future was cancelled
   * @param <T> what the call and the fallback complete with
   * @return completed with the value of the call or of the fallback; an {@link Error} is always passed on. Cancelling
   *     it cancels the call or the fallback's stage
   */
  public <T> CompletableFuture<T> callAsyncOrElse(
      Executor executor,
      AsyncCall<T> body,
      Function<? super CallOutcome<T>, ? extends CompletionStage<? extends T>> fallback) {
    return AsyncFallback.of(tryCallAsync(executor, body), requireNonNull(fallback, "fallback"));
  }

  /**
   * Makes an asynchronous call within the limits of the pipeline. The first attempt is started on this thread; later
   * attempts and completions run on the executor.
   *
   * <p>Cancelling the future cancels the delay before a retry or the stage in flight. This counts as neutral, and
   * each permit is returned once. A stage whose time is up is also cancelled.
   *
   * @param executor completes the future and starts later attempts; owned by the caller
   * @param body starts the call; called once per attempt
   * @param <T> what it completes with
   * @return completed as {@link #call(Call)} would return or throw
   */
  public <T> CompletableFuture<T> callAsync(Executor executor, AsyncCall<T> body) {
    return callAsync(Deadline.none(), executor, body);
  }

  /**
   * As {@link #callAsync(Executor, AsyncCall)}, within the caller's deadline.
   *
   * @param deadline the caller's deadline; the pipeline's own can only shorten it
   * @param executor completes the future and starts later attempts; owned by the caller
   * @param body starts the call; called once per attempt
   * @param <T> what it completes with
   * @return completed as {@link #call(Call)} would return or throw
   */
  public <T> CompletableFuture<T> callAsync(
      Deadline deadline, Executor executor, AsyncCall<T> body) {
    return new AsyncExecution<T, T>(plan, meter, deadline, executor, body, false).start();
  }

  /**
   * As {@link #callAsync(Executor, AsyncCall)}, but every outcome is a value, except the cancellation of the returned
   * future.
   *
   * @param executor completes the future and starts later attempts; owned by the caller
   * @param body starts the call; called once per attempt
   * @param <T> what it completes with
   * @return completed with the outcome
   */
  public <T> CompletableFuture<CallOutcome<T>> tryCallAsync(Executor executor, AsyncCall<T> body) {
    return tryCallAsync(Deadline.none(), executor, body);
  }

  /**
   * As {@link #tryCallAsync(Executor, AsyncCall)}, within the caller's deadline.
   *
   * @param deadline the caller's deadline; the pipeline's own can only shorten it
   * @param executor completes the future and starts later attempts; owned by the caller
   * @param body starts the call; called once per attempt
   * @param <T> what it completes with
   * @return completed with the outcome
   */
  public <T> CompletableFuture<CallOutcome<T>> tryCallAsync(
      Deadline deadline, Executor executor, AsyncCall<T> body) {
    return new AsyncExecution<T, CallOutcome<T>>(plan, meter, deadline, executor, body, true)
        .start();
  }

  /*
   * The first attempt of a plain pipeline, fused: all that it needs is in local variables, and both halves are small
   * enough (325 bytes of bytecode) for the compiler to put them into their caller. A success ends here, in a value or an
   * outcome; everything else goes on in an Execution, which is returned when it has ended.
   */
  private <T, X extends Exception> @Nullable Object execute(
      Deadline caller, Call<T, X> body, boolean byValue) {
    Plan p = plan;
    CallMeter m = GuardedMeter.enabled(meter);
    Breaker.Cell cell = p.breakerCell;
    BreakerState.Closed healthy = cell != null ? cell.healthy() : null;
    boolean clocked = m != GuardedMeter.NONE
        || caller.isBounded()
        || (healthy != null ? p.clocked : p.isClocked());
    long start = clocked ? p.time.nanoTime() : 0;
    long allowed = p.allowedNanos(caller, start);
    if (!p.plain || allowed <= 0) {
      return thorough(new Execution(p, m, clocked, start, allowed), body);
    }
    long permit = healthy != null || p.breaker == null ? 0 : p.breaker.admit();
    long place = permit < 0 ? 0 : p.takePlace();
    if (permit < 0 || place < 0) {
      CallOutcome.Rejected<Object> refusal = p.refused(permit(healthy, permit), place);
      return byValue && p.rejectionsEnd && m == GuardedMeter.NONE
          ? refusal
          : goOn(
              new Execution(p, m, clocked, start, allowed),
              new AttemptResult.Refused(refusal),
              body);
    }
    return first(p, m, clocked, start, allowed, healthy, permit, (int) place, body, byValue);
  }

  private static @Nullable Object first(
      Plan p,
      CallMeter m,
      boolean clocked,
      long start,
      long allowed,
      BreakerState.@Nullable Closed healthy,
      long permit,
      int stripe,
      Call<?, ?> body,
      boolean byValue) {
    if (p.budget != null) {
      p.budget.onFirstAttempt();
    }
    long limit = Math.min(allowed, p.perTryNanos);
    Object value = null;
    Throwable thrown = null;
    try {
      value = body.run(p.attempt(1, start, limit));
    } catch (Throwable t) {
      thrown = t;
    }
    if (p.bulkhead != null) {
      p.bulkhead.exit(stripe);
    }
    long nanos = clocked ? p.time.nanoTime() - start : 0;
    boolean late = nanos >= limit;
    if (late) {
      p.reportOverrun(limit, nanos);
    }
    Handling handling = thrown == null ? p.handlingOf(value) : Handling.FAILURE;
    if (handling == Handling.SUCCESS) {
      // most calls end here, and all that a breaker of one word cost them is that its state was
      // read twice
      Breaker.Cell cell = p.breakerCell;
      if (late || (cell != null && (healthy == null || !cell.succeeded(healthy)))) {
        p.settle(permit(healthy, permit), handling, late, limit, nanos);
      }
      if (m != GuardedMeter.NONE) {
        m.attempted(1, handling, nanos, 0);
        m.executed(handling, 1, nanos);
      }
      return byValue ? new CallOutcome.Success<>(value, 1, late) : value;
    }
    Execution x = new Execution(p, m, clocked, start, allowed);
    AttemptResult ending = thrown == null
        ? new AttemptResult.Value(handling, value, late)
        : AttemptResult.thrown(p, thrown, late);
    x.firstSettled(permit(healthy, permit), ending, nanos, limit);
    return goOn(x, ending, body);
  }

  /** An admission by a state that was known to be healthy has the permit of its epoch. */
  private static long permit(BreakerState.@Nullable Closed healthy, long permit) {
    return healthy != null ? healthy.epoch() : permit;
  }

  /** With every stage that there may be, step by step. */
  private static <T, X extends Exception> Execution thorough(Execution x, Call<T, X> body) {
    Faults faults = x.plan.faults;
    Call<T, X> call = faults == null ? body : faults.before(body, x.plan.time);
    return goOn(x, again(x, call), call);
  }

  private static Execution goOn(Execution x, AttemptResult first, Call<?, ?> body) {
    long delay = x.after(first);
    while (delay != Execution.ENDED && (delay == 0 || pause(x, delay))) {
      delay = x.after(again(x, body));
    }
    return x;
  }

  private static boolean pause(Execution x, long nanos) {
    try {
      x.plan.time.sleep(Duration.ofNanos(nanos));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      x.interrupted();
      return false;
    } catch (RuntimeException | Error e) { // the user's own time
      x.end();
      throw e;
    }
  }

  /** An attempt after the first, or any with a stage that is not plain. */
  private static AttemptResult again(Execution x, Call<?, ?> body) {
    Plan p = x.plan;
    long start = x.now();
    long limit = x.limitNanos(start);
    if (limit <= 0) {
      return new AttemptResult.Refused(p.refusedByDeadline(x.deadlineBy()));
    }
    Object admission = p.admit();
    if (!(admission instanceof Plan.Place place)) {
      return new AttemptResult.Refused(Unchecked.cast(admission));
    }
    Flight flight = x.fly(place, start, limit);
    Object value = null;
    Throwable thrown = null;
    boolean timedOut = false;
    Interruption interruption = !p.interrupting || !flight.isLimited() ? null : new Interruption();
    try {
      if (interruption != null) {
        interruption.arm(p.time, limit);
      }
      value = body.run(flight.attempt());
    } catch (Throwable t) {
      thrown = t;
    }
    if (interruption != null) {
      timedOut = interruption.disarm() && thrown instanceof InterruptedException;
    }
    flight.leave();
    long nanos = flight.nanos();
    if (nanos >= limit) {
      p.reportOverrun(limit, nanos);
    }
    AttemptResult result = timedOut ? flight.timedOut() : flight.result(value, thrown, nanos);
    flight.settle(result, nanos);
    return result;
  }
}
