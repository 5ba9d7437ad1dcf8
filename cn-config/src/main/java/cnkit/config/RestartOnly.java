package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A setting that a running process cannot change, such as the port it listens on. {@link Reloadable} keeps the value
 * it had at start-up and reports that the new one waits for a restart. On a component that is a record, it applies to
 * all settings of that record.
 *
 * <pre>{@code
 * record Settings(@RestartOnly @Default("8080") int port, @Default("info") LogLevel logLevel) {}
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface RestartOnly {}
