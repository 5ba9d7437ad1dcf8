package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The value of a setting that no source sets, as text in the setting's own language.
 *
 * <p>It is read by the converter that reads input, so {@code @Default("5s") Duration} means five
 * seconds; a literal that does not convert, or breaks the setting's own rules, refuses the schema.
 * A list is written {@code "a,b"}, a map {@code "k=v,l=w"}. A setting without it is required,
 * except {@code Optional}, lists, sets and maps, which default to nothing.
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
