/**
 * The truth about one instance, cheaply, whatever the checks do.
 *
 * <p>{@link cnkit.health.Health} runs {@link cnkit.health.Check}s in the background and answers probes from the last
 * published picture. Nothing here runs a check, takes a lock or borrows a pool when a probe is answered.
 *
 * <p>Null is never a parameter or a return, unless a parameter is marked {@code @Nullable}: the query and the
 * {@code Accept} header of a request, because HTTP servers hand out null for what was not sent.
 */
@NullMarked
package cnkit.health;

import org.jspecify.annotations.NullMarked;
