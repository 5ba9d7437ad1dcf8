/** A program on the module path. */
package cnkit.examples.modulepath;
