package cnkit.resilience;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The only exception of this module: a stage rejected the call, or its deadline has expired. The dependency was not
 * called, or the call did not wait for its answer. The exception has no stack trace, because it is thrown often when
 * a service is under pressure. Its message is created when it is read.
 *
 * <pre>{@code
 * catch (CallRejectedException e) {
 *   e.retryAfter().ifPresent(d -> response.header("Retry-After", Long.toString(d.toSeconds() + 1)));
 *   response.send(503);
 * }
 * }</pre>
 */
public final class CallRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String pipeline;
  private final RejectionReason reason;
  private final long retryAfterNanos;
  private final transient @Nullable Evidence evidence;

  CallRejectedException(
      String pipeline, RejectionReason reason, long retryAfterNanos, Evidence evidence) {
    super(null, null, false, false);
    this.pipeline = requireNonNull(pipeline);
    this.reason = reason;
    this.retryAfterNanos = retryAfterNanos;
    this.evidence = evidence;
  }

  /** {@return the name of the pipeline whose call it was} */
  public String pipeline() {
    return pipeline;
  }

  /** {@return which stage rejected the call, and why} */
  public RejectionReason reason() {
    return reason;
  }

  /** {@return how long to wait before the next call, counted from the rejection; empty if it is not known} */
  public Optional<Duration> retryAfter() {
    return retryAfterNanos > 0 ? Optional.of(Duration.ofNanos(retryAfterNanos)) : Optional.empty();
  }

  /** {@return the numbers behind the decision; empty after serialisation} */
  public Optional<Evidence> evidence() {
    return Optional.ofNullable(evidence);
  }

  /**
   * How long the stage had been rejecting calls when it rejected this one.
   *
   * @return the time before the rejection; empty unless a breaker is open
   */
  public Optional<Duration> since() {
    if (evidence instanceof Evidence.Tripped tripped) {
      return Optional.of(elapsedOf(tripped.openFor()));
    }
    return evidence instanceof Evidence.ProbesFailed failed
        ? Optional.of(elapsedOf(failed.openFor()))
        : Optional.empty();
  }

  private Duration elapsedOf(Duration whole) {
    Duration elapsed = whole.minusNanos(retryAfterNanos);
    return elapsed.isNegative() ? Duration.ZERO : elapsed;
  }

  long retryAfterNanos() {
    return retryAfterNanos;
  }

  @Override
  public String getMessage() {
    return pipeline + ": call rejected, " + reason + (evidence == null ? "" : ": " + evidence)
        + since().map(d -> "; since " + d).orElse("")
        + retryAfter().map(d -> "; try again in " + d).orElse("");
  }
}
