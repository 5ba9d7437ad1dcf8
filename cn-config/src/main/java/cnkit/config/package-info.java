/**
 * Settings as records: bound once, checked completely, explained on demand.
 *
 * <p>The record is the schema and decides every name. Start at {@link cnkit.config.Config}.
 *
 * <p>Null is never a parameter and never a result: what may be absent is an {@code Optional}, and a
 * null given to any public method is refused with a {@code NullPointerException}.
 */
@NullMarked
package cnkit.config;

import org.jspecify.annotations.NullMarked;
