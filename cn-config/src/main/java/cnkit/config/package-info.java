/**
 * Settings as records: bound once, checked completely, with the origin of every value.
 *
 * <p>The record is the schema; all names are computed from it. Start at {@link cnkit.config.Config}.
 *
 * <p>No parameter and no result is ever null. A value that may be absent is an {@code Optional}. Public methods throw
 * a {@code NullPointerException} if an argument is null.
 */
@NullMarked
package cnkit.config;

import org.jspecify.annotations.NullMarked;
