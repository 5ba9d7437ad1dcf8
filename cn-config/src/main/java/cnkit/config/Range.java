package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The inclusive bounds of a setting, as text in the setting's own language: {@code "1..65535"},
 * {@code "100ms..1m"}, {@code "1KiB.."}, {@code "..0.5"}.
 *
 * <p>Fits numbers, durations, sizes, percentages, dates and times, the port of a {@link HostPort},
 * and the elements of lists, sets and maps of these. A {@code Duration} or {@link ByteSize}
 * without a lower bound must not be negative.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
  /**
   * The bounds.
   *
   * @return two literals around {@code ..}, of which one may be left out
   */
  String value();
}
