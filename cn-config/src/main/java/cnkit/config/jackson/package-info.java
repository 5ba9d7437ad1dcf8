/**
 * The bridge to Jackson's formats. It is a package of its own because its one type is the only one that names
 * Jackson: whoever reads no file through it loads none of Jackson's classes.
 */
@NullMarked
package cnkit.config.jackson;

import org.jspecify.annotations.NullMarked;
