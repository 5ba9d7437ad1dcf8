package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * This optional setting must be set when another one of the same record has a certain value:
 * {@code @RequiredIf(key = "mode", is = "tls")}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface RequiredIf {
  /**
   * The other setting.
   *
   * @return its key in the same record
   */
  String key();

  /**
   * The value that makes this one required.
   *
   * @return text that the other setting's converter accepts
   */
  String is();
}
