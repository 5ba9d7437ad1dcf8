/**
 * The doors of the kit: each class here crosses one kind of seam to foreign code, text or threads, so that no other class
 * has to. Exported to the kit's own modules only; not an API.
 */
@NullMarked
package cnkit.core.internal;

import org.jspecify.annotations.NullMarked;
