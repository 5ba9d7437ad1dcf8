package cnkit.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A count that is exact and needs no statistics: stores per call, clock reads per call. Stands on a public static method
 * without parameters that makes calls, counts, and returns a {@code long}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Fact {
  /** What is counted: {@code stores per healthy call}. */
  String value();

  /** What the count must not exceed. */
  long atMost();
}
