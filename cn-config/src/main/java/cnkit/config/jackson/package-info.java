/**
 * Reads the file formats of Jackson. It is a package of its own, because its type is the only one that refers to
 * Jackson: if no file is read through it, none of Jackson's classes are loaded.
 */
@NullMarked
package cnkit.config.jackson;

import org.jspecify.annotations.NullMarked;
