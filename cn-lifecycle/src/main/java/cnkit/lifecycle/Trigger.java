package cnkit.lifecycle;

import java.time.Duration;

/**
 * Something that requested the shutdown. The first trigger is the reason. Later ones only add a line to the report,
 * except that a second signal forces the end.
 *
 * @param source where it came from
 * @param detail the signal's name, or the text given to {@code shutdown}
 * @param at how long after the first trigger it came
 */
public record Trigger(Source source, String detail, Duration at) {

  /** Where a trigger came from. */
  public enum Source {
    /** SIGTERM or SIGINT. */
    SIGNAL,
    /** {@link Lifecycle#shutdown(String)} or {@link Lifecycle#requestShutdown(String)}. */
    CALL,
    /** The JVM began to exit: code called {@code System.exit}, or signals are left to the JVM. */
    EXIT,
    /** A component did not start. */
    START
  }
}
