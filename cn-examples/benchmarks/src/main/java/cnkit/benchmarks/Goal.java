package cnkit.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a contender must reach. Exactly one of {@link #ratio}, {@link #over}, {@link #nanos} and {@link #bytes} is given.
 * Times are the workers' CPU time at one thread and wall time per thread at more.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(Goal.All.class)
public @interface Goal {
  /** The contender that is judged. */
  String of();

  /** The contender that it is compared with: the limit, the raw call, a peer, or itself at other threads. */
  String to() default "";

  /** At how many threads. */
  int threads() default 1;

  /** At how many threads {@link #to} is taken; 0: at the same. */
  int toThreads() default 0;

  /** At most so many times {@link #to}. */
  double ratio() default Double.NaN;

  /** At most so many nanoseconds more than {@link #to}. */
  double over() default Double.NaN;

  /** At most so many nanoseconds. */
  double nanos() default Double.NaN;

  /** At most so many bytes allocated a call; exact, so it has no interval. Only at one thread. */
  double bytes() default Double.NaN;

  /** Several of them. */
  @Retention(RetentionPolicy.RUNTIME)
  @Target(ElementType.TYPE)
  @interface All {
    /** The goals. */
    Goal[] value();
  }
}
