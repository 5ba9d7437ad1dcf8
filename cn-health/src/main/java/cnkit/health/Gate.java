package cnkit.health;

import cnkit.core.internal.Pure;

/** Where the instance is between its start and its end. Moves forward only; draining is terminal. */
@Pure
public enum Gate {
  /** Not opened yet: not ready. */
  STARTING,
  /** Opened: ready when the checks are. */
  OPEN,
  /** Leaving: not ready, and never again. */
  DRAINING;

  Gate open() {
    return this == STARTING ? OPEN : this;
  }

  Gate drain() {
    return DRAINING;
  }
}
