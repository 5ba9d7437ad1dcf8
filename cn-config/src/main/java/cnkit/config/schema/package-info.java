/** The record as a schema: its shapes, the names of its settings, what is wrong with it, and how a value is made and merged. Not exported. */
@NullMarked
package cnkit.config.schema;

import org.jspecify.annotations.NullMarked;
