/**
 * What a file format has to tell, for those who add one. Whoever only reads settings needs nothing of it.
 *
 * <p>It is a package of its own, so that {@link cnkit.config.format.FileFormat} is known to the formats without the
 * formats being known to it. Null is never a parameter and never a result.
 */
@NullMarked
package cnkit.config.format;

import org.jspecify.annotations.NullMarked;
