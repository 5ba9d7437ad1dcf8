/**
 * For tests of code that uses the module: checks that follow a script, and a kubelet.
 *
 * <p>No parameter and no return value is null.
 */
@NullMarked
package cnkit.health.testing;

import org.jspecify.annotations.NullMarked;
