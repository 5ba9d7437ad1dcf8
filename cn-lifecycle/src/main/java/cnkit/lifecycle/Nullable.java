package cnkit.lifecycle;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** May be null; everything without it may not. */
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.CLASS)
@interface Nullable {}
