/**
 * For the tests of those who use the module: checks that follow a script, and a kubelet.
 *
 * <p>Null is never a parameter or a return.
 */
@NullMarked
package cnkit.health.testing;

import org.jspecify.annotations.NullMarked;
