/** The kit in one server; the file whose name ends in Glue is for copying. */
package cnkit.examples.embedding.jetty;
