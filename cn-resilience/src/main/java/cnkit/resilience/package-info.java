/**
 * Limits for calls to other services: deadline, retry with budget, circuit breaker, rate limit, bulkhead.
 *
 * <p>{@link cnkit.resilience.Pipeline} is the type to start with. Settings are immutable records. State is in objects
 * that several pipelines may share. Time is a parameter: a monotonic clock in nanoseconds. Two readings are compared
 * by their difference, so the clock may wrap around.
 *
 * <p>No parameter and no result is ever {@code null}, with one exception: the value that the user's own call returns
 * may be {@code null}.
 */
@NullMarked
package cnkit.resilience;

import org.jspecify.annotations.NullMarked;
