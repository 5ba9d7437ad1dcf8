package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Replaces the name that a setting would get from its record component, on every channel.
 *
 * <p>On a record that implements a sealed interface, it replaces the name with which the discriminator selects the
 * record.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.TYPE})
public @interface Key {
  /**
   * The name.
   *
   * @return lower-case words of ASCII letters and digits, joined by single hyphens: {@code max-pool-size}
   */
  String value();
}
