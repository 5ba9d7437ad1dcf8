package cnkit.resilience;

import static cnkit.core.internal.Arguments.positive;
import static java.util.Objects.requireNonNull;

import cnkit.core.Time;
import cnkit.core.internal.Arguments;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link Pipeline}. Not safe for use by several threads. The order of the calls does not matter. A stage
 * that is not named is left out.
 */
@SuppressWarnings("exports") // a consumer compiles without JSpecify
public final class PipelineBuilder {
  final Stages stages;

  PipelineBuilder(String name) {
    this.stages = new Stages(Arguments.name(name));
  }

  /**
   * Sets how results are classified.
   *
   * @param classifier by default, values are successes and exceptions are failures
   * @return this
   */
  public PipelineBuilder classifier(Classifier classifier) {
    stages.classifier = requireNonNull(classifier, "classifier");
    return this;
  }

  /**
   * Limits the time of an execution, including all its attempts and delays. A deadline given by the caller can only
   * shorten it.
   *
   * @param deadline above 0 and up to one day; default none
   * @return this
   */
  public PipelineBuilder deadline(Duration deadline) {
    positive("deadline", deadline);
    stages.deadlineNanos = deadline.toNanos();
    return this;
  }

  /**
   * Limits the time of one attempt. The deadline may shorten it.
   *
   * @param timeout above 0 and up to one day; default none
   * @return this
   */
  public PipelineBuilder perTryTimeout(Duration timeout) {
    positive("perTryTimeout", timeout);
    stages.perTryNanos = timeout.toNanos();
    return this;
  }

  /**
   * Retries failed calls. By default, a budget limits retries to a tenth of the calls; change this with
   * {@link #budget} or {@link #withoutBudget}.
   *
   * @param settings whether and when to retry
   * @return this
   */
  public PipelineBuilder retry(RetrySettings settings) {
    stages.retry = requireNonNull(settings, "settings");
    return this;
  }

  /**
   * Limits retries by a budget, which other pipelines of the same dependency may share.
   *
   * @param budget the budget
   * @return this
   */
  public PipelineBuilder budget(RetryBudget budget) {
    stages.budget = requireNonNull(budget, "budget");
    return this;
  }

  /**
   * Retries without a budget: if all calls fail, the load is multiplied by the number of attempts.
   *
   * @return this
   */
  public PipelineBuilder withoutBudget() {
    stages.budgeted = false;
    return this;
  }

  /**
   * Makes no retries if the caller itself retries, because the attempts of several layers multiply. The condition is
   * checked after each failure.
   *
   * @param callerRetries for example {@link Attempt#callerRetries} of the inbound request's {@link Attempt#HEADER}
   * @return this
   */
  public PipelineBuilder noRetryWhen(BooleanSupplier callerRetries) {
    stages.callerRetries = requireNonNull(callerRetries, "callerRetries");
    return this;
  }

  /**
   * Stops calling a dependency that fails.
   *
   * @param breaker may be shared
   * @return this
   */
  public PipelineBuilder breaker(Breaker breaker) {
    stages.breaker = requireNonNull(breaker, "breaker");
    return this;
  }

  /**
   * Limits the rate of attempts. An attempt beyond the limit is rejected with the time to wait.
   *
   * @param limiter may be shared
   * @return this
   */
  public PipelineBuilder rateLimiter(RateLimiter limiter) {
    stages.limiter = requireNonNull(limiter, "limiter");
    return this;
  }

  /**
   * Limits the number of concurrent attempts.
   *
   * @param permits 1 to 1,000,000
   * @return this
   */
  public PipelineBuilder bulkhead(int permits) {
    Arguments.check(permits >= 1 && permits <= 1_000_000, "bulkhead", "1..1000000", permits);
    stages.permits = permits;
    stages.bulkhead = null;
    return this;
  }

  /**
   * Limits the number of concurrent attempts by a bulkhead, which other pipelines may share.
   *
   * @param bulkhead the bulkhead
   * @return this
   */
  public PipelineBuilder bulkhead(Bulkhead bulkhead) {
    stages.bulkhead = requireNonNull(bulkhead, "bulkhead");
    stages.permits = 0;
    return this;
  }

  /**
   * Limits the number of concurrent attempts to what the dependency can handle. Replaces the bulkhead.
   *
   * @param limit may be shared
   * @return this
   */
  public PipelineBuilder adaptiveLimit(AdaptiveLimit limit) {
    stages.adaptive = requireNonNull(limit, "limit");
    return this;
  }

  /**
   * Rejects the share of calls that the dependency would not serve anyway. Replaces the breaker.
   *
   * @param throttle may be shared
   * @return this
   */
  public PipelineBuilder throttle(Throttle throttle) {
    stages.throttle = requireNonNull(throttle, "throttle");
    return this;
  }

  /**
   * If an asynchronous attempt is slow, makes one more in parallel and takes the first good answer. The other
   * attempts are cancelled and count as neutral. Use it only for calls that may be made twice. Synchronous calls have
   * one thread and are not hedged. By default, a budget limits hedges to a twentieth of the calls; change this with
   * {@link #hedgeBudget}. If the budget is spent, there is no hedge, and the attempt goes on.
   *
   * @param settings when
   * @return this
   */
  public PipelineBuilder hedge(HedgeSettings settings) {
    stages.hedge = requireNonNull(settings, "settings");
    return this;
  }

  /**
   * Limits hedges by a budget, which other pipelines of the same dependency may share.
   *
   * @param budget the budget, in the saturating or the expiring form; must not be the budget of the retries
   * @return this
   */
  public PipelineBuilder hedgeBudget(RetryBudget budget) {
    stages.hedgeBudget = requireNonNull(budget, "budget");
    return this;
  }

  /**
   * Injects faults before each call, for tests and rehearsals. {@link Pipeline#warnings()} contains a warning about
   * it.
   *
   * @param faults which
   * @return this
   */
  public PipelineBuilder faults(Faults faults) {
    stages.faults = requireNonNull(faults, "faults");
    return this;
  }

  /**
   * Adds the exceptions of earlier attempts to the exception of the last one, as suppressed exceptions. By default,
   * the last exception is thrown unmodified, and the earlier ones are in {@link CallOutcome.Failure#earlier()}.
   *
   * @return this
   */
  public PipelineBuilder attachEarlierFailures() {
    stages.attachEarlier = true;
    return this;
  }

  /**
   * Makes {@link Pipeline#call} throw an exception if the last attempt returned a value that is classified as a
   * failure. By default, the value is returned.
   *
   * @param exception creates the exception from the value
   * @return this
   */
  public PipelineBuilder onBadResult(
      Function<@Nullable Object, ? extends RuntimeException> exception) {
    stages.onBadResult = requireNonNull(exception, "exception");
    return this;
  }

  /**
   * Measures every execution; may be called several times.
   *
   * @param meter what is told
   * @return this
   */
  public PipelineBuilder meter(CallMeter meter) {
    stages.meters.add(requireNonNull(meter, "meter"));
    return this;
  }

  /**
   * Interrupts the thread of a synchronous attempt when its time is up; the interrupt flag is not left set after the
   * attempt. Use it for bodies that cannot use {@link Attempt#remaining()} but respond to interrupts. An attempt that
   * ends like this counts as a failure, and {@link CallRejectedException} with {@link RejectionReason#DEADLINE} is
   * thrown.
   *
   * @return this
   */
  public PipelineBuilder interruptLateCalls() {
    stages.interrupting = true;
    return this;
  }

  /**
   * Sets the clock, the waiting between attempts, and the timer of limits and delays. Use the same time for breakers,
   * budgets and limiters.
   *
   * @param time the default is the system's time, for which the module starts no thread
   * @return this
   */
  public PipelineBuilder time(Time time) {
    stages.time = requireNonNull(time, "time");
    return this;
  }

  /**
   * Sets the source of random numbers for the delays.
   *
   * @param random uniform in [0, 1); default {@link java.util.concurrent.ThreadLocalRandom}
   * @return this
   */
  public PipelineBuilder random(DoubleSupplier random) {
    stages.random = requireNonNull(random, "random");
    return this;
  }

  /**
   * Builds the pipeline.
   *
   * @return the pipeline
   * @throws IllegalArgumentException if settings contradict each other; the message has a line for each problem
   */
  public Pipeline build() {
    stages.validate();
    return new Pipeline(this);
  }
}
