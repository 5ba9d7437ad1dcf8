package cnkit.health;

import cnkit.core.internal.Pure;

/** The phase of the instance between its start and its end. It only moves forward, and draining is final. */
@Pure
public enum Gate {
  /** {@link Health#open()} was not called yet: the instance is not ready. */
  STARTING,
  /** The instance is ready if its checks pass. */
  OPEN,
  /** The instance is leaving: it is not ready, and will not be ready again. */
  DRAINING;

  Gate open() {
    return this == STARTING ? OPEN : this;
  }

  Gate drain() {
    return DRAINING;
  }
}
