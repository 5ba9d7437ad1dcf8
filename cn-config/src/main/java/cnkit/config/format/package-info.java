/**
 * The interface for adding a file format. Users who only read settings do not need it.
 *
 * <p>It is a package of its own, so that the formats can depend on {@link cnkit.config.format.FileFormat} without a
 * cycle. No parameter and no result is ever null.
 */
@NullMarked
package cnkit.config.format;

import org.jspecify.annotations.NullMarked;
