package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Exactly one of these optional settings of the record must be set:
 * {@code @ExactlyOneOf({"token", "token-command"})}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ExactlyOneOf {
  /**
   * The settings.
   *
   * @return keys of two or more {@code Optional} components of the record
   */
  String[] value();
}
