/** Names, quoting and the nearest match. Knows nothing of settings. Not exported. */
@NullMarked
package cnkit.config.text;

import org.jspecify.annotations.NullMarked;
