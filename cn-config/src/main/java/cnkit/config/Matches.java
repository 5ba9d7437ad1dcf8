package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A regular expression that the whole text of a setting must match; for lists, sets and maps every element must. The
 * text is checked as given, before its conversion.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Matches {
  /**
   * The expression.
   *
   * @return a regular expression of {@link java.util.regex.Pattern}
   */
  String value();
}
