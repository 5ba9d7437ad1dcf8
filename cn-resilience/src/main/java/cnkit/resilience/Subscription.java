package cnkit.resilience;

/** What {@code subscribe} and {@code attach} return; closing it ends the delivery. Idempotent, safe for any thread. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** Ends the delivery; what is being delivered at this moment may still arrive. Throws nothing. */
  @Override
  void close();
}
