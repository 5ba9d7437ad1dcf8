package cnkit.resilience;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/** How a computed delay is randomised, so that clients that failed at the same time do not retry at the same time. */
public enum Jitter {
  /** The computed delay itself. */
  NONE,

  /** Uniform in {@code [0, delay)}. The default; it spreads the retries most. */
  FULL,

  /** Uniform in {@code [delay / 2, delay)}. */
  EQUAL,

  /**
   * Uniform in {@code [base, min(cap, 3 * previous))} (decorrelated jitter). Only the first delay comes from the
   * backoff.
   */
  DECORRELATED;

  /** What draws it, unless a test gives something else. */
  static final DoubleSupplier RANDOM = () -> ThreadLocalRandom.current().nextDouble();
}
