/** What every embedding has in common: the application, a client that hides nothing, and the laws. Null is never a value here. */
package cnkit.examples.embedding;
