/**
 * Simulated load tests of a policy: how a server and its clients behave during and after a fault.
 *
 * <p>No parameter and no result is ever null.
 */
@NullMarked
package cnkit.resilience.testing;

import org.jspecify.annotations.NullMarked;
