package cnkit.telemetry;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An observation that lasts until it is closed: listeners attached, observable metrics registered.
 * Closing takes all of them off; closing twice does nothing, and nothing is thrown. Safe for use by
 * many threads.
 *
 * <pre>{@code
 * try (Registration observed = HealthTelemetry.observe(health, otel)) {
 *   serve();
 * }
 * }</pre>
 */
public final class Registration implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Registration.class);

  private final List<? extends AutoCloseable> parts;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Registration(List<? extends AutoCloseable> parts) {
    this.parts = parts;
  }

  /** Closes the parts in this order. */
  static Registration of(List<? extends AutoCloseable> parts) {
    return new Registration(List.copyOf(parts));
  }

  static Registration of(AutoCloseable only) {
    return of(List.of(only));
  }

  /** Ends the observation. What was recorded stays recorded; series of state end with the next collection. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("an observation could not be taken off", e);
      }
    }
  }
}
