/**
 * Ordered start, bounded drain and stop of one process.
 */
@NullMarked
package cnkit.lifecycle;

import org.jspecify.annotations.NullMarked;
