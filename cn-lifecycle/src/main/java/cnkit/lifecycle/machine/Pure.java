package cnkit.lifecycle.machine;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A function of its arguments: no clock, thread, lock, input or output. The architecture test holds it to that. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.CLASS)
@interface Pure {}
