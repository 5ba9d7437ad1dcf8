/** The process around a lifecycle: signals, the JVM's shutdown hook, the deadline, the termination message. */
@NullMarked
package cnkit.lifecycle.process;

import org.jspecify.annotations.NullMarked;
