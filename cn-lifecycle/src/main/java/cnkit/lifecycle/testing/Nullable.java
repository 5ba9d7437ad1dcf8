package cnkit.lifecycle.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Where null is meant; everything else is not null. Known to NullAway by its simple name. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE_USE)
@interface Nullable {}
