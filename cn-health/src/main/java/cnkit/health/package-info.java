/**
 * Liveness, readiness and startup probes of one instance.
 *
 * <p>{@link cnkit.health.Health} runs {@link cnkit.health.Check}s in the background and answers probes from the last
 * published snapshot. Answering a probe runs no check, takes no lock and uses no thread pool.
 *
 * <p>No parameter and no return value is null, unless a parameter is marked {@code @Nullable}. These are the query
 * and the {@code Accept} header of a request, because HTTP servers return null for what was not sent.
 */
@NullMarked
package cnkit.health;

import org.jspecify.annotations.NullMarked;
