/** A console for one instance of any service on the kit: a page, a stream of its state, and switches. */
package cnkit.examples.console;
