/** Where values come from: environment, flags, files and mounted directories, and the loader that reads them all. Not exported. */
@NullMarked
package cnkit.config.source;

import org.jspecify.annotations.NullMarked;
