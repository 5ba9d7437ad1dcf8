/**
 * Helpers for the tests of users: a volume that is replaced as the kubelet does, and assertions about defaults,
 * renamed settings and reports. No test framework is needed.
 */
@NullMarked
package cnkit.config.testing;

import org.jspecify.annotations.NullMarked;
