package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How long a text may be (in UTF-16 units) or how many elements a list, set, map or {@code byte[]}
 * may have: {@code "1..10"}, {@code "3"}, {@code "1.."}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Size {
  /**
   * The bounds.
   *
   * @return one whole number, or two separated by {@code ..}, of which one may be left out
   */
  String value();
}
