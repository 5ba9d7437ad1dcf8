package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The inclusive bounds of a setting, written like values of the setting: {@code "1..65535"}, {@code "100ms..1m"},
 * {@code "1KiB.."}, {@code "..0.5"}.
 *
 * <p>Applies to numbers, durations, sizes, percentages, dates and times, the port of a {@link HostPort}, and to the
 * elements of lists, sets and maps of these types. Without a lower bound, a {@code Duration} or {@link ByteSize} must
 * not be negative.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
  /**
   * The bounds.
   *
   * @return two values separated by {@code ..}; one of them may be left out
   */
  String value();
}
