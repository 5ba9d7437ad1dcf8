package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The former name of a setting. If only the old name is set, it is still used, with one warning that shows where it
 * is set. If both names are set, this is an error. From the day {@link #until()} on, the old name is an error.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Formerly {
  /**
   * The old name. A single key belongs to the same record; a path with dots starts at the root record.
   *
   * @return the old key ({@code pool-size}) or the old path ({@code db.pool-size})
   */
  String value();

  /**
   * The day from which the old name is rejected.
   *
   * @return an ISO date such as {@code 2027-01-31}; empty if the old name stays valid
   */
  String until() default "";
}
