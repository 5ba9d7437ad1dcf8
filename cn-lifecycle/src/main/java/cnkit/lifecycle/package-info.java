/** Starts the components of a process in order, and drains and stops them within a time budget. */
@NullMarked
package cnkit.lifecycle;

import org.jspecify.annotations.NullMarked;
