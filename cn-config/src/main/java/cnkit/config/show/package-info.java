/** What a person reads: the effective settings with their origins, and the reference. Not exported. */
@NullMarked
package cnkit.config.show;

import org.jspecify.annotations.NullMarked;
