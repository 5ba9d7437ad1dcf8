/**
 * For the tests of those who use the module: time that passes by itself when nothing else is left to do, components that
 * follow a script, a comparison with the checked-in manifest, and a simulator of deploys.
 */
@NullMarked
package cnkit.lifecycle.testing;

import org.jspecify.annotations.NullMarked;
