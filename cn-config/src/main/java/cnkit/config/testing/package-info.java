/**
 * For the tests of those who use the module: a volume that is swapped as the kubelet swaps it, time that stands still,
 * and assertions about defaults, renames and reports. Nothing here needs a test framework.
 */
@NullMarked
package cnkit.config.testing;

import org.jspecify.annotations.NullMarked;
