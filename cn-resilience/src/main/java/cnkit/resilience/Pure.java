package cnkit.resilience;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Decides by its arguments alone: no clock, thread, randomness, input or output, log. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
@interface Pure {}
