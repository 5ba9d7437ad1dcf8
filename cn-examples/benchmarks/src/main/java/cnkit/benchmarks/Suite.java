package cnkit.benchmarks;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A class of JMH benchmarks that are compared with each other: each {@code @Benchmark} method is a contender, named by
 * its method. The class is found by this annotation alone; its goals are {@link Goal} and {@link Fact}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Suite {
  /** What {@code --suite} selects it by: {@code module-subject}, for example {@code resilience-breaker-count}. */
  String name();

  /** The heading of its table. */
  String title();

  /** The numbers of threads; more than the cores are shown, not judged. */
  int[] threads() default {1, 2, 8};

  /** Whether each fork makes a single call without any warm-up: what a start costs, not what a running service pays. */
  boolean cold() default false;
}
