package cnkit.resilience;

/** How a computed delay is spread, so that clients that failed together do not come back together. */
public enum Jitter {
  /** The computed delay itself. */
  NONE,

  /** Uniform in {@code [0, delay)}: the default, and the one that spreads best. */
  FULL,

  /** Uniform in {@code [delay / 2, delay)}. */
  EQUAL,

  /** Uniform in {@code [base, min(cap, 3 * previous))}: grows by its own draws; the backoff gives only its first delay. */
  DECORRELATED
}
