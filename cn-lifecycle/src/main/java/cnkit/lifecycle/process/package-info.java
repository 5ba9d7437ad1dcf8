/** The process around a lifecycle: signals, the JVM's shutdown hook, the deadline, the termination message. */
package cnkit.lifecycle.process;
