package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The key that selects the record of a sealed interface; {@code type} when the annotation is absent.
 *
 * <p>A record is selected by its simple name in the spelling of settings ({@code S3Store} is
 * {@code s3-store}), or by its {@link Key}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Discriminator {
  /**
   * The key.
   *
   * @return a name in the form that {@link Key} requires
   */
  String value();
}
