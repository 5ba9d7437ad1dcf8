/** Virtual time for tests: one clock for health, lifecycle, resilience and configuration together. */
@NullMarked
package cnkit.core.testing;

import org.jspecify.annotations.NullMarked;
