/** The annotation processor; not exported, since only javac makes one. */
@NullMarked
package cnkit.config.processor;

import org.jspecify.annotations.NullMarked;
