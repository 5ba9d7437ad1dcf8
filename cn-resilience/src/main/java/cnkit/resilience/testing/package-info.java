/**
 * Virtual time for tests of code that uses pipelines, and storms: what a policy does to a server in trouble.
 *
 * <p>Null is never a parameter or a return.
 */
@NullMarked
package cnkit.resilience.testing;

import org.jspecify.annotations.NullMarked;
