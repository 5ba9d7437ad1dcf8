package cnkit.telemetry;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Decides from its arguments alone: no clock, thread, lock, input or output; a build rule holds it. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@interface Pure {}
