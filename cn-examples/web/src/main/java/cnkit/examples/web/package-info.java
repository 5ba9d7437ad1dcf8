/** A small HTTP front on the JDK's server, with the kit in its place: what a framework brings, in five files. */
package cnkit.examples.web;
