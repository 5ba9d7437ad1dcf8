package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * This optional setting must be set when the other one is: {@code @RequiredWith("tls-key")}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface RequiredWith {
  /**
   * The other settings.
   *
   * @return keys of the same record; when any of them is set, this one must be
   */
  String[] value();
}
