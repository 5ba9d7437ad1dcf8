/**
 * The decisions of a lifecycle as pure functions over immutable values: no clock, no thread, no user code. Times are
 * nanoseconds since the lifecycle was built.
 */
@NullMarked
package cnkit.lifecycle.machine;

import org.jspecify.annotations.NullMarked;
