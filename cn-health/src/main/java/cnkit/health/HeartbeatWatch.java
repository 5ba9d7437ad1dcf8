package cnkit.health;

import cnkit.core.internal.Pure;

/**
 * What the watchdog remembers of a heartbeat.
 *
 * @param reading of the heartbeat at the last tick
 * @param silentNanos for how long it has not changed, not counting time in which the watchdog itself was late
 * @param watched whether its silence counts
 */
@Pure
record HeartbeatWatch(long reading, long silentNanos, boolean watched) {
  /**
   * One tick later.
   *
   * @param now the reading now; negative while the heartbeat rests
   * @param elapsedNanos since the last tick
   * @param tickNanos between two ticks when all is well: all that a tick can add, however late it is
   * @param gateOpen whether the instance serves, so that a loop that never beat should have begun
   */
  HeartbeatWatch next(long now, long elapsedNanos, long tickNanos, boolean gateOpen) {
    if (now < 0) {
      return new HeartbeatWatch(now, 0, false);
    }
    if (now != reading) {
      return new HeartbeatWatch(now, 0, true);
    }
    if (!watched && !gateOpen) {
      return this;
    }
    return new HeartbeatWatch(now, silentNanos + Math.min(elapsedNanos, tickNanos), true);
  }
}
