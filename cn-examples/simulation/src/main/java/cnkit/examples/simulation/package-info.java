/** Draws what each policy does to a server in trouble. */
package cnkit.examples.simulation;
