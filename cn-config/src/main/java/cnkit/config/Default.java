package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a setting that no source sets, written like a value of the setting.
 *
 * <p>It is read by the same converter as any input, so {@code @Default("5s") Duration} means five seconds. If the
 * text cannot be converted or violates the setting's own rules, the schema is rejected. A list is written
 * {@code "a,b"}, a map {@code "k=v,l=w"}. A setting without a default is required, except {@code Optional}, lists,
 * sets and maps, which are empty by default.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Default {
  /**
   * The text of the default.
   *
   * @return text that the setting's converter accepts
   */
  String value();
}
