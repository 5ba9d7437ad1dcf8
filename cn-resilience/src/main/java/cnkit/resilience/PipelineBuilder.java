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
 * Builds a {@link Pipeline}. Not safe for several threads. The order of the calls means nothing; every stage is left
 * out unless it is named.
 */
@SuppressWarnings("exports") // a consumer compiles without JSpecify
public final class PipelineBuilder {
  final Stages stages;

  PipelineBuilder(String name) {
    this.stages = new Stages(Arguments.name(name));
  }

  /**
   * What results are worth.
   *
   * @param classifier default: values are successes, exceptions failures
   * @return this
   */
  public PipelineBuilder classifier(Classifier classifier) {
    stages.classifier = requireNonNull(classifier, "classifier");
    return this;
  }

  /**
   * How long an execution may take with all its attempts and delays. A caller's own deadline can only shorten it.
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
   * How long one attempt may take, if the deadline leaves as much.
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
   * Tries failed calls again. With a budget of a tenth of the calls unless {@link #budget} or {@link #withoutBudget}
   * says otherwise.
   *
   * @param settings whether and when
   * @return this
   */
  public PipelineBuilder retry(RetrySettings settings) {
    stages.retry = requireNonNull(settings, "settings");
    return this;
  }

  /**
   * Bounds retries by a budget that is shared with other pipelines of the same dependency.
   *
   * @param budget the budget
   * @return this
   */
  public PipelineBuilder budget(RetryBudget budget) {
    stages.budget = requireNonNull(budget, "budget");
    return this;
  }

  /**
   * Retries without a budget: when everything fails, the load is multiplied by the number of attempts.
   *
   * @return this
   */
  public PipelineBuilder withoutBudget() {
    stages.budgeted = false;
    return this;
  }

  /**
   * No retries below a caller that retries by itself, since layers multiply. Asked after a failure.
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
   * At most so many attempts in so much time; beyond that they are refused, with the time to wait.
   *
   * @param limiter may be shared
   * @return this
   */
  public PipelineBuilder rateLimiter(RateLimiter limiter) {
    stages.limiter = requireNonNull(limiter, "limiter");
    return this;
  }

  /**
   * At most so many attempts at once.
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
   * At most so many attempts at once, with a bulkhead that may be shared.
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
   * As many attempts at once as the dependency bears; in the place of a bulkhead.
   *
   * @param limit may be shared
   * @return this
   */
  public PipelineBuilder adaptiveLimit(AdaptiveLimit limit) {
    stages.adaptive = requireNonNull(limit, "limit");
    return this;
  }

  /**
   * Refuses the share of calls that the dependency does not serve anyway; in the place of a breaker.
   *
   * @param throttle may be shared
   * @return this
   */
  public PipelineBuilder throttle(Throttle throttle) {
    stages.throttle = requireNonNull(throttle, "throttle");
    return this;
  }

  /**
   * Makes a slow asynchronous attempt once more beside itself, and takes the first good answer; the others are
   * cancelled, and neutral. For calls that may be made twice. Synchronous calls have one thread and are not hedged. With
   * a budget of a twentieth of the calls unless {@link #hedgeBudget} says otherwise; when that is spent, there is no
   * hedge, and the attempt goes on.
   *
   * @param settings when
   * @return this
   */
  public PipelineBuilder hedge(HedgeSettings settings) {
    stages.hedge = requireNonNull(settings, "settings");
    return this;
  }

  /**
   * Bounds hedges by a budget that is shared with other pipelines of the same dependency.
   *
   * @param budget the budget; not the retries' own, in the saturating or the expiring form
   * @return this
   */
  public PipelineBuilder hedgeBudget(RetryBudget budget) {
    stages.hedgeBudget = requireNonNull(budget, "budget");
    return this;
  }

  /**
   * Injects faults in front of each call. For tests and rehearsals; {@link Pipeline#warnings()} says so.
   *
   * @param faults which
   * @return this
   */
  public PipelineBuilder faults(Faults faults) {
    stages.faults = requireNonNull(faults, "faults");
    return this;
  }

  /**
   * Adds what earlier attempts threw to what the last one threw, as suppressed exceptions. Otherwise that is thrown
   * unmodified, and earlier ones are in {@link CallOutcome.Failure#earlier()}.
   *
   * @return this
   */
  public PipelineBuilder attachEarlierFailures() {
    stages.attachEarlier = true;
    return this;
  }

  /**
   * Lets {@link Pipeline#call} throw when the last attempt returned a value that is a failure; without this, the value
   * is returned.
   *
   * @param exception from the value to what is thrown
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
   * Interrupts a synchronous attempt whose time is up, on its own thread; the interrupt never outlives the attempt. For
   * bodies that cannot take {@link Attempt#remaining()} but answer interrupts. An attempt ended so counts as a failure,
   * and is thrown as a {@link CallRejectedException} with {@link RejectionReason#DEADLINE}.
   *
   * @return this
   */
  public PipelineBuilder interruptLateCalls() {
    stages.interrupting = true;
    return this;
  }

  /**
   * The clock, the waiting between attempts, and the timer of limits and delays. Give breakers, budgets and limiters the
   * same clock.
   *
   * @param time default: the time of this machine, which starts no thread of ours
   * @return this
   */
  public PipelineBuilder time(Time time) {
    stages.time = requireNonNull(time, "time");
    return this;
  }

  /**
   * The randomness of the delays.
   *
   * @param random uniform in [0, 1); default {@link java.util.concurrent.ThreadLocalRandom}
   * @return this
   */
  public PipelineBuilder random(DoubleSupplier random) {
    stages.random = requireNonNull(random, "random");
    return this;
  }

  /**
   * Builds it.
   *
   * @return the pipeline
   * @throws IllegalArgumentException if settings contradict each other; the message has a line for each problem
   */
  public Pipeline build() {
    stages.validate();
    return new Pipeline(this);
  }
}
