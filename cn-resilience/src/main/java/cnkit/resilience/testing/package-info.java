/** Virtual time for tests of code that uses pipelines. */
package cnkit.resilience.testing;
