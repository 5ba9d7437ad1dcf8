/**
 * Internal classes of the kit. Each of them handles one kind of contact with code, text or threads that the kit does
 * not own, so that no other class has to. Exported to the kit's own modules only; not an API.
 */
@NullMarked
package cnkit.core.internal;

import org.jspecify.annotations.NullMarked;
