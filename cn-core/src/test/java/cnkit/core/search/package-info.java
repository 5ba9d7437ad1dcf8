/** A search of the orders in which threads may meet; the tests of the other modules use it too. */
@NullMarked
package cnkit.core.search;

import org.jspecify.annotations.NullMarked;
