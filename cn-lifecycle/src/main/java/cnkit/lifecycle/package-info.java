/**
 * Ordered start, bounded drain and stop of one process.
 *
 * <p>No parameter and no return value of this package is ever null, except where marked.
 */
package cnkit.lifecycle;
