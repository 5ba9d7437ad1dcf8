package cnkit.resilience;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** May be null; NullAway reads it by its simple name. */
@Target(ElementType.TYPE_USE)
@Retention(RetentionPolicy.CLASS)
@interface Nullable {}
