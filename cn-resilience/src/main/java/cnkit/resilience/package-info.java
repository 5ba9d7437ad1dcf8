/**
 * Every outbound call bounded: deadline, retry with budget, circuit breaker, bulkhead.
 *
 * <p>{@link cnkit.resilience.Pipeline} is the type to start with. Settings are immutable records, state is an object
 * that several pipelines may share, and time is a parameter: a monotonic nanosecond ticker whose values are compared
 * by difference, so that it may wrap.
 *
 * <p>{@code null} is never a parameter or a return, with one exception: the value that the user's own call returns is
 * the user's and may be {@code null}.
 */
@NullMarked
package cnkit.resilience;

import org.jspecify.annotations.NullMarked;
