/** The annotation processor; not exported, since only javac makes one. */
package cnkit.config.processor;
