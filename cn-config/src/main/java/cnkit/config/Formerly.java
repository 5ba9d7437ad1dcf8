package cnkit.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The name that a setting had before: the old one alone still binds, with one warning that says
 * where it stands; both at once are an error; on and after {@link #until()} the old one is an error.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Formerly {
  /**
   * The old name: a single key means the same record; a path with dots counts from the root.
   *
   * @return the old key ({@code pool-size}) or the old path ({@code db.pool-size})
   */
  String value();

  /**
   * The day from which the old name is refused.
   *
   * @return an ISO date such as {@code 2027-01-31}; empty for no end
   */
  String until() default "";
}
