package cnkit.core;

/**
 * The handle that {@code subscribe}, {@code attach} and {@code observe} return. Closing it ends the delivery.
 * Idempotent, and safe for use by many threads.
 *
 * <pre>{@code
 * try (Subscription subscription = breaker.subscribe(event -> log.info("{}", event))) {
 *   serve();
 * }
 * }</pre>
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** Ends the delivery. An event that is being delivered at this moment may still arrive. Throws nothing. */
  @Override
  void close();
}
